/** Starts, watches and ends the server, and says what can be done when it does not run. */
import * as vscode from "vscode";
import { State, type LanguageClient } from "vscode-languageclient/node";
import { createClient } from "./client";
import { findServer } from "./launch";
import { Recovery } from "./recovery";
import { openSettings } from "./settings";
import { Status } from "./status";

export class Session implements vscode.Disposable {
  readonly log = vscode.window.createOutputChannel("AutoGLM", { log: true });
  readonly status = new Status();
  private current: LanguageClient | undefined;
  private turn: Promise<void> = Promise.resolve();

  constructor(private readonly context: vscode.ExtensionContext) {}

  /** The client while its server answers. */
  get client(): LanguageClient | undefined {
    return this.current?.isRunning() ? this.current : undefined;
  }

  /** Start the server, after ending the one that runs. */
  restart(): Promise<void> {
    return this.inTurn(async () => {
      await this.end();
      await this.begin();
    });
  }

  /** End the server. */
  stop(): Promise<void> {
    return this.inTurn(() => this.end());
  }

  dispose(): void {
    this.status.dispose();
    this.log.dispose();
  }

  /** Starting and ending follow one another: a client cannot be stopped while it starts. */
  private inTurn(work: () => Promise<void>): Promise<void> {
    this.turn = this.turn.then(work).catch((error: unknown) => this.fail(error));
    return this.turn;
  }

  private async begin(): Promise<void> {
    this.status.show("starting");
    const began = Date.now();
    const launch = await findServer(this.context.globalStorageUri);
    this.log.info(`Starting ${[launch.command, ...launch.args].join(" ")}`);
    let ran = false;
    const errorHandler = new Recovery(
      () => ran,
      (restarts) => this.ended(restarts),
    );
    const client = createClient({ context: this.context, launch, log: this.log, status: this.status, errorHandler });
    client.onDidChangeState(({ newState }) => {
      ran ||= newState === State.Running;
      this.follow(newState);
    });
    this.current = client;
    try {
      await client.start();
    } catch (error) {
      const line = [launch.command, ...launch.args].join(" ");
      const reason = error instanceof Error ? error.message : String(error);
      throw new Error(vscode.l10n.t("This is no language server: {0} ({1}). The log may say more.", line, reason));
    }
    this.log.info(`The server answered after ${Date.now() - began} ms`);
  }

  private async end(): Promise<void> {
    const client = this.current;
    this.current = undefined;
    try {
      await client?.dispose();
    } catch (error) {
      // A server that hangs or is gone cannot be asked to end; the library kills the process.
      this.log.warn(`The server did not end by itself: ${String(error)}`);
    }
  }

  private follow(state: State): void {
    if (state === State.Running) {
      this.status.show("ready");
    } else if (state === State.Starting) {
      this.status.show("starting");
    } else if (state === State.StartFailed) {
      this.status.show("failed");
    }
  }

  private ended(restarts: boolean): void {
    if (restarts) {
      void this.offer(vscode.window.showWarningMessage, vscode.l10n.t("AutoGLM's server stopped and is started again."));
    } else {
      this.fail(vscode.l10n.t("AutoGLM's server stopped several times within minutes and is not started again."));
    }
  }

  private fail(error: unknown): void {
    const reason = error instanceof Error ? error.message : String(error);
    this.log.error(reason);
    this.status.show("failed", reason);
    void this.offer(vscode.window.showErrorMessage, vscode.l10n.t("AutoGLM does not run. {0}", reason));
  }

  /** Show a message with buttons that mend what it says. */
  private async offer(show: typeof vscode.window.showErrorMessage, message: string): Promise<void> {
    const settings = vscode.l10n.t("Open Settings");
    const again = vscode.l10n.t("Try Again");
    const log = vscode.l10n.t("Show Log");
    const buttons = show === vscode.window.showErrorMessage ? [settings, again, log] : [log];
    const choice = await show(message, ...buttons);
    if (choice === settings) {
      await openSettings("autoglm.server");
    } else if (choice === again) {
      await this.restart();
    } else if (choice === log) {
      this.log.show();
    }
  }
}
