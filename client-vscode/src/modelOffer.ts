/** Offers the models that the settings need and this machine lacks, and shows their download. */
import { homedir } from "node:os";
import * as vscode from "vscode";
import type { LanguageClient } from "vscode-languageclient/node";
import { downloadModel, type NeededModel } from "./modelDownload";
import { askForEndpoint } from "./remoteEndpoint";
import { bytes } from "./transfer";

/** In globalState: by model, the editor's session in which it was offered last. All windows of a session share it. */
const OFFERED = "autoglm.modelsOffered";

interface Needed {
  folder: string;
  models: NeededModel[];
}

/** What an offer needs of the session. */
export interface Server {
  readonly client: LanguageClient | undefined;
  readonly log: vscode.LogOutputChannel;
}

export class ModelOffer {
  private busy = false;

  constructor(
    private readonly context: vscode.ExtensionContext,
    private readonly session: Server,
  ) {}

  /** Offer the first model that is missing, unless this session has offered it already. */
  offerOnce(): Promise<void> {
    return this.offer((model) => !this.wasOffered(model.name));
  }

  /** Offer it again, as the user asked to. */
  async offerAgain(): Promise<void> {
    if (!this.session.client) {
      void vscode.window.showInformationMessage(vscode.l10n.t("AutoGLM's server does not run, so it cannot fetch a model."));
    } else if (!(await this.missing()).length) {
      void vscode.window.showInformationMessage(vscode.l10n.t("No model is missing on this machine."));
    } else {
      await this.offer(() => true);
    }
  }

  private async offer(wanted: (model: NeededModel) => boolean): Promise<void> {
    if (this.busy) {
      return; // One message is enough: the next model is offered after this one.
    }
    this.busy = true;
    try {
      for (let model = await this.first(wanted); model; model = await this.first(wanted)) {
        await this.noteOffered(model.name);
        if (!(await this.ask(model))) {
          return;
        }
      }
    } catch (error) {
      // The server ended meanwhile; its next start offers again.
      this.session.log.warn(`The models could not be offered: ${String(error)}`);
    } finally {
      this.busy = false;
    }
  }

  private async first(wanted: (model: NeededModel) => boolean): Promise<(NeededModel & { folder: string }) | undefined> {
    return (await this.missing()).find(wanted);
  }

  private async missing(): Promise<(NeededModel & { folder: string })[]> {
    const needed = await this.session.client?.sendRequest<Needed>("autoglm/models", {});
    return (needed?.models ?? []).filter((model) => !model.here).map((model) => ({ ...model, folder: needed?.folder ?? "" }));
  }

  /** Ask, and do what the user chose. True when the model is here, so that the next may be offered. */
  private async ask(model: NeededModel & { folder: string }): Promise<boolean> {
    const download = model.present > 0 ? vscode.l10n.t("Resume") : vscode.l10n.t("Download");
    const remote = vscode.l10n.t("Use a Remote Endpoint…");
    const later = vscode.l10n.t("Not Now");
    const choice = await vscode.window.showInformationMessage(describe(model), download, remote, later);
    if (choice === remote) {
      return this.useRemote();
    }
    return choice === download && this.download(model);
  }

  private async download(model: NeededModel): Promise<boolean> {
    const { client, log } = this.session;
    const ended = client ? await downloadModel(client, model) : undefined;
    if (ended === undefined || ended.kind === "here") {
      return ended !== undefined;
    }
    const remote = vscode.l10n.t("Use a Remote Endpoint…");
    if (ended.kind === "stopped") {
      const resume = vscode.l10n.t("Resume");
      const words = vscode.l10n.t("The download of {0} was stopped at {1}. What came is kept.", model.name, bytes(ended.present));
      const choice = await vscode.window.showInformationMessage(words, resume, remote);
      return choice === remote ? this.useRemote() : choice === resume && this.download(model);
    }
    log.error(ended.reason);
    const again = vscode.l10n.t("Try Again");
    const show = vscode.l10n.t("Show Log");
    const choice = await vscode.window.showErrorMessage(ended.reason, again, remote, show);
    if (choice === show) {
      log.show();
    }
    return choice === remote ? this.useRemote() : choice === again && this.download(model);
  }

  private async useRemote(): Promise<false> {
    await askForEndpoint(this.context.secrets);
    return false;
  }

  private wasOffered(name: string): boolean {
    return this.context.globalState.get<Record<string, string>>(OFFERED, {})[name] === vscode.env.sessionId;
  }

  private async noteOffered(name: string): Promise<void> {
    const offered = this.context.globalState.get<Record<string, string>>(OFFERED, {});
    await this.context.globalState.update(OFFERED, { ...offered, [name]: vscode.env.sessionId });
  }
}

/** What it is for, what it is, where it comes from and where it goes: all that a user may want to know first. */
function describe(model: NeededModel & { folder: string }): string {
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
