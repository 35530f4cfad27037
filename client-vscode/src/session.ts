/** Starts, watches and ends the server, and says what can be done when it does not run. */
import * as vscode from "vscode";
import { State, type LanguageClient } from "vscode-languageclient/node";
import { createClient } from "./client";
import { endClient } from "./ending";
import { SetupStopped, StartFailure } from "./failure";
import { findServer, type Launch } from "./launch";
import { offerMends } from "./mending";
import { ModelOffer } from "./modelOffer";
import { Recovery } from "./recovery";
import { keysFor } from "./secrets";
import { Status } from "./status";

/** A start was given up for a newer one, or for the end. */
class Superseded extends Error {}

export class Session implements vscode.Disposable {
  readonly log = vscode.window.createOutputChannel("AutoGLM", { log: true });
  readonly status = new Status();
  readonly models: ModelOffer;
  private current: LanguageClient | undefined;
  private turn: Promise<void> = Promise.resolve();
  private starting = new AbortController();

  constructor(private readonly context: vscode.ExtensionContext) {
    this.models = new ModelOffer(context, this);
  }

  /** The folder of this extension on the machine where the server runs. */
  get storage(): string {
    return this.context.globalStorageUri.fsPath;
  }

  /** The client while its server answers. */
  get client(): LanguageClient | undefined {
    return this.current?.isRunning() ? this.current : undefined;
  }

  /** Start the server, after ending the one that runs. */
  restart(): Promise<void> {
    const starting = this.supersede();
    return this.inTurn(async () => {
      await this.end();
      await this.begin(starting.signal);
    });
  }

  /** End the server. */
  stop(): Promise<void> {
    this.supersede();
    return this.inTurn(() => this.end());
  }

  dispose(): void {
    this.status.dispose();
    this.log.dispose();
  }

  /** Give up a start that is under way: the setting up of an environment takes a while. */
  private supersede(): AbortController {
    this.starting.abort(new Superseded());
    this.starting = new AbortController();
    return this.starting;
  }

  /** Starting and ending follow one another: a client cannot be stopped while it starts. */
  private inTurn(work: () => Promise<void>): Promise<void> {
    this.turn = this.turn.then(work).catch((error: unknown) => this.fail(error));
    return this.turn;
  }

  private async begin(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    this.status.show("starting");
    const began = Date.now();
    const launch = await findServer(this.context, this.log, signal);
    signal.throwIfAborted();
    this.log.info(`Starting ${[launch.command, ...launch.args].join(" ")}`);
    let ran = false;
    const errorHandler = new Recovery(
      () => ran,
      (restarts) => client === this.current && this.ended(restarts, launch),
    );
    const keys = await keysFor(this.context.secrets);
    signal.throwIfAborted();
    const parts = { context: this.context, launch, keys, log: this.log, status: this.status, errorHandler };
    const client = createClient(parts);
    client.onDidChangeState(({ newState }) => {
      ran ||= newState === State.Running;
      if (client === this.current) {
        this.follow(newState);
      }
    });
    this.current = client;
    try {
      // A server that never answers is given up with the signal; whoever aborts it ends the client.
      await Promise.race([client.start(), aborted(signal)]);
    } catch (error) {
      signal.throwIfAborted();
      throw noLanguageServer(launch, error);
    }
    this.log.info(`The server answered after ${Date.now() - began} ms`);
    void this.models.offerOnce();
  }

  private async end(): Promise<void> {
    const client = this.current;
    this.current = undefined;
    try {
      await (client && endClient(client, () => client.state === State.Starting));
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

  private ended(restarts: boolean, launch: Launch): void {
    if (!restarts) {
      const words = vscode.l10n.t("The server stopped several times within minutes and is not started again.");
      this.fail(new StartFailure(words, ["again", ...doctorFor(launch), "log"], launch.python));
      return;
    }
    const log = vscode.l10n.t("Show Log");
    const words = vscode.l10n.t("AutoGLM's server stopped and is started again.");
    void vscode.window.showWarningMessage(words, log).then((choice) => choice && this.log.show());
  }

  private fail(error: unknown): void {
    if (error instanceof Superseded) {
      return;
    }
    const failure = asFailure(error);
    this.log.error(failure.message);
    this.status.show("failed", failure.message);
    void offerMends(failure, this);
  }
}

/** Never fulfilled; rejects with the signal's reason. */
function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason as Error), { once: true });
  });
}

function asFailure(error: unknown): StartFailure {
  if (error instanceof StartFailure) {
    return error;
  }
  if (error instanceof SetupStopped) {
    return new StartFailure(vscode.l10n.t("The setting up of its server was stopped."), ["again", "interpreter"]);
  }
  return new StartFailure(error instanceof Error ? error.message : String(error), ["again", "log"]);
}

function noLanguageServer(launch: Launch, error: unknown): StartFailure {
  const line = [launch.command, ...launch.args].join(" ");
  const reason = error instanceof Error ? error.message : String(error);
  const words = vscode.l10n.t("This is no language server: {0} ({1}). The log may say more.", line, reason);
  return new StartFailure(words, ["settings", "again", ...doctorFor(launch), "log"], launch.python);
}

/** The doctor is the server's own program, so it needs an interpreter that has the server. */
function doctorFor(launch: Launch): ["doctor"] | [] {
  return launch.python === undefined ? [] : ["doctor"];
}
