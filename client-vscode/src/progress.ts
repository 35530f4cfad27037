/** Shows what the server does for the user as a notification with a button that stops it. */
import * as vscode from "vscode";
import {
  WorkDoneProgressCancelNotification,
  type LanguageClient,
  type ProgressToken,
  type WorkDoneProgressBegin,
  type WorkDoneProgressEnd,
  type WorkDoneProgressReport,
} from "vscode-languageclient/node";

/** What is done sooner needs no notification. */
const SHOW_AFTER_MS = 400;

type Params = WorkDoneProgressBegin | WorkDoneProgressReport | WorkDoneProgressEnd;

/**
 * In place of the library's own progress, which stands in the status bar without a button. `client` is asked only
 * when the user stops something.
 */
export class ProgressNotices {
  private readonly running = new Map<ProgressToken, Notice>();

  constructor(private readonly client: () => LanguageClient | undefined) {}

  handle(token: ProgressToken, params: Params, next: () => void): void {
    if (params.kind === "begin") {
      this.running.set(token, new Notice(params, () => this.cancel(token)));
    } else if (params.kind === "report") {
      this.running.get(token)?.report(params.message);
    } else {
      this.running.get(token)?.end();
      this.running.delete(token);
      next(); // So that the library forgets the token.
    }
  }

  /** End all: the server is gone. */
  clear(): void {
    for (const notice of this.running.values()) {
      notice.end();
    }
    this.running.clear();
  }

  private cancel(token: ProgressToken): void {
    void this.client()?.sendNotification(WorkDoneProgressCancelNotification.type, { token });
  }
}

class Notice {
  private progress: vscode.Progress<{ message?: string }> | undefined;
  private message: string | undefined;
  private readonly timer: NodeJS.Timeout;
  private finish: () => void = () => undefined;

  constructor(
    private readonly begin: WorkDoneProgressBegin,
    private readonly cancel: () => void,
  ) {
    this.message = begin.message;
    this.timer = setTimeout(() => this.show(), SHOW_AFTER_MS);
  }

  report(message: string | undefined): void {
    if (message !== undefined) {
      this.message = message;
      this.progress?.report({ message });
    }
  }

  end(): void {
    clearTimeout(this.timer);
    this.finish();
  }

  private show(): void {
    const { title, cancellable = false } = this.begin;
    const options = { location: vscode.ProgressLocation.Notification, title: `AutoGLM: ${title}`, cancellable };
    void vscode.window.withProgress(options, async (progress, token) => {
      this.progress = progress;
      this.report(this.message);
      token.onCancellationRequested(() => this.cancel());
      await new Promise<void>((resolve) => {
        this.finish = resolve;
      });
    });
  }
}
