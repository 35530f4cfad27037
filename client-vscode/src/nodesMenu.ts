/** Where the models run: which engine answers for what, its endpoint, and whether it can be reached. */
import * as vscode from "vscode";
import { StatusRequest, type EngineStatus } from "./methods";
import { report } from "./report";
import type { Session } from "./session";
import { openSettings } from "./settings";
import { place, roleName } from "./statusTooltip";

/** Show the nodes; choosing one opens its settings. */
export async function showNodes(session: Session): Promise<void> {
  const { client } = session;
  if (!client) {
    return;
  }
  const asked = report(client.sendRequest(StatusRequest, { look: true })).then((told) => (told?.engines ?? []).map(entry));
  const options = { title: vscode.l10n.t("Nodes"), placeHolder: vscode.l10n.t("Choose a node to open its settings"), matchOnDetail: true };
  const choice = await vscode.window.showQuickPick(asked, options);
  if (choice) {
    await openSettings(choice.remote ? "autoglm.remote" : "autoglm.node");
  }
}

function entry(engine: EngineStatus): vscode.QuickPickItem & { remote: boolean } {
  const address = engine.address ? ` · ${engine.address}` : "";
  return {
    label: `${ICONS[engine.state]} ${roleName(engine.role)}: ${engine.model}`,
    description: place(engine),
    detail: `${engine.problem || stateName(engine)}${address}`,
    remote: engine.kind === "remote",
  };
}

const ICONS: Record<EngineStatus["state"], string> = {
  idle: "$(circle-large-outline)",
  loading: "$(loading~spin)",
  ready: "$(pass-filled)",
  offline: "$(error)",
};

function stateName(engine: EngineStatus): string {
  switch (engine.state) {
    case "idle":
      return engine.kind === "remote" ? vscode.l10n.t("not asked yet") : vscode.l10n.t("not loaded: it is at its first use");
    case "loading":
      return vscode.l10n.t("loading the model");
    case "ready":
      return engine.kind === "remote" ? vscode.l10n.t("can be reached") : vscode.l10n.t("loaded");
    case "offline":
      return vscode.l10n.t("cannot be reached");
  }
}
