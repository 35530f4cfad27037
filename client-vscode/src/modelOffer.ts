/** Offers the models that the settings need and this machine lacks, and shows their download. */
import { homedir } from "node:os";
import * as vscode from "vscode";
import type { LanguageClient } from "vscode-languageclient/node";
import { isDue } from "./due";
import { downloadModel, type NeededModel } from "./modelDownload";
import { askForEndpoint } from "./remoteEndpoint";
import { bytes } from "./transfer";

/** In globalState, which all windows share: by model, when the user declined it last, in milliseconds. */
const DECLINED = "autoglm.modelsDeclined";

interface Needed {
  folder: string;
  models: NeededModel[];
}

interface MissingModel extends NeededModel {
  folder: string;
}

/** `here`: the model is, so that the next may be offered; `otherwise`: something else is done, or nothing can be. */
type Answer = "here" | "declined" | "otherwise";

/** What an offer needs of the session. */
export interface Server {
  readonly client: LanguageClient | undefined;
  readonly log: vscode.LogOutputChannel;
}

export class ModelOffer {
  /** What is asked now. A newer question takes its place, because a message may stay unanswered for ever. */
  private question: { model: string } | undefined;
  private downloading = false;

  constructor(
    private readonly context: vscode.ExtensionContext,
    private readonly session: Server,
  ) {}

  /** Offer the first model that is missing and was not declined lately. */
  offerOnce(): Promise<void> {
    return this.offer(async () => {
      const model = (await this.missing()).find(({ name }) => isDue(this.declined()[name], Date.now()));
      // Its offer still stands, perhaps among the messages that were hidden.
      return model?.name === this.question?.model ? undefined : model;
    });
  }

  /** Offer it again, as the user asked to. */
  async offerAgain(): Promise<void> {
    if (!this.session.client) {
      tellOfNoServer();
    } else if (this.downloading) {
      void vscode.window.showInformationMessage(vscode.l10n.t("A model is being downloaded already."));
    } else if (!(await this.missing()).length) {
      void vscode.window.showInformationMessage(vscode.l10n.t("No model is missing on this machine."));
    } else {
      await this.offer(async () => (await this.missing())[0]);
    }
  }

  /** Offer what `next` finds, one model after another; nothing during a download, which is followed by the next. */
  private async offer(next: () => Promise<MissingModel | undefined>): Promise<void> {
    try {
      for (let model = await next(); model && !this.downloading; model = await next()) {
        if ((await this.settle(model)) !== "here") {
          return;
        }
      }
    } catch (error) {
      // The server ended meanwhile; its next start offers again.
      this.session.log.warn(`The models could not be offered: ${String(error)}`);
    }
  }

  private async missing(): Promise<MissingModel[]> {
    const needed = await this.session.client?.sendRequest<Needed>("autoglm/models", {});
    return (needed?.models ?? []).filter((model) => !model.here).map((model) => ({ ...model, folder: needed?.folder ?? "" }));
  }

  /** Ask, do what the user chose, and note when they declined. */
  private async settle(model: MissingModel): Promise<Answer> {
    const question = { model: model.name };
    const stands = (): boolean => this.question === question;
    this.question = question;
    try {
      const answer = await this.ask(model, stands);
      if (answer === "declined" && stands()) {
        await this.context.globalState.update(DECLINED, { ...this.declined(), [model.name]: Date.now() });
      }
      return answer;
    } finally {
      if (stands()) {
        this.question = undefined;
      }
    }
  }

  private async ask(model: MissingModel, stands: () => boolean): Promise<Answer> {
    const download = model.present > 0 ? vscode.l10n.t("Resume") : vscode.l10n.t("Download");
    const remote = vscode.l10n.t("Use a Remote Endpoint…");
    const later = vscode.l10n.t("Not Now");
    const choice = await vscode.window.showInformationMessage(describe(model), download, remote, later);
    if (!stands() || choice === undefined || choice === later) {
      return "declined";
    }
    return choice === remote ? this.useRemote() : this.download(model, stands);
  }

  private async download(model: NeededModel, stands: () => boolean): Promise<Answer> {
    const { client, log } = this.session;
    if (!client) {
      tellOfNoServer();
      return "otherwise";
    }
    this.downloading = true;
    const ended = await downloadModel(client, model).finally(() => {
      this.downloading = false;
    });
    if (ended.kind === "here") {
      return "here";
    }
    const again = ended.kind === "stopped" ? vscode.l10n.t("Resume") : vscode.l10n.t("Try Again");
    const remote = vscode.l10n.t("Use a Remote Endpoint…");
    const show = vscode.l10n.t("Show Log");
    let choice: string | undefined;
    if (ended.kind === "stopped") {
      const words = vscode.l10n.t("The download of {0} was stopped at {1}. What came is kept.", model.name, bytes(ended.present));
      choice = await vscode.window.showInformationMessage(words, again, remote);
    } else {
      log.error(ended.reason);
      choice = await vscode.window.showErrorMessage(ended.reason, again, remote, show);
    }
    if (choice === show) {
      log.show();
      return "otherwise";
    }
    if (!stands() || choice === undefined) {
      return "declined";
    }
    return choice === remote ? this.useRemote() : this.download(model, stands);
  }

  private async useRemote(): Promise<Answer> {
    return (await askForEndpoint(this.context.secrets)) ? "otherwise" : "declined";
  }

  private declined(): Record<string, number> {
    return this.context.globalState.get<Record<string, number>>(DECLINED, {});
  }
}

function tellOfNoServer(): void {
  void vscode.window.showInformationMessage(vscode.l10n.t("AutoGLM's server does not run, so it cannot fetch a model."));
}

/** What it is for, what it is, where it comes from and where it goes: all that a user may want to know first. */
function describe(model: MissingModel): string {
  const purpose = model.roles.includes("inline")
    ? model.roles.includes("actions")
      ? vscode.l10n.t("AutoGLM needs a model, which runs on this machine.")
      : vscode.l10n.t("AutoGLM needs a model for grey text, which runs on this machine.")
    : vscode.l10n.t("Implement, Fix and Edit need a larger model, which runs on this machine.");
  const size =
    model.present > 0
      ? vscode.l10n.t("{0}, of which {1} are here already", bytes(model.bytes), bytes(model.present))
      : bytes(model.bytes);
  const place = model.folder.startsWith(homedir()) ? `~${model.folder.slice(homedir().length)}` : model.folder;
  const facts = vscode.l10n.t(
    "{0}: {1}, licence {2}, from {3}, kept in {4}.",
    model.name,
    size,
    model.licence,
    model.source.replace("https://", ""),
    place,
  );
  return `${purpose} ${facts}`;
}
