/** The menu of the status bar item. */
import * as vscode from "vscode";
import { StatusRequest } from "./methods";
import { switchModel } from "./modelMenu";
import { showNodes } from "./nodesMenu";
import type { Session } from "./session";
import { openSettings } from "./settings";

/** The menu opens after so long, whether the server has answered or not. */
const PATIENCE_MS = 400;

interface Entry extends vscode.QuickPickItem {
  command?: string;
}

/** Register the menu and what it leads to. */
export function registerMenu(session: Session): vscode.Disposable {
  const { pause } = session.status;
  return vscode.Disposable.from(
    vscode.commands.registerCommand("autoglm.showMenu", () => showMenu(session)),
    vscode.commands.registerCommand("autoglm.pause", () => pause.set(true)),
    vscode.commands.registerCommand("autoglm.resume", () => pause.set(false)),
    vscode.commands.registerCommand("autoglm.switchModel", () => switchModel(session)),
    vscode.commands.registerCommand("autoglm.showNodes", () => showNodes(session)),
    vscode.commands.registerCommand("autoglm.restartServer", () => session.restart()),
    vscode.commands.registerCommand("autoglm.showLog", () => session.log.show()),
    vscode.commands.registerCommand("autoglm.openSettings", () => openSettings("@ext:autoglm.autoglm")),
  );
}

async function showMenu(session: Session): Promise<void> {
  await Promise.race([refresh(session), new Promise((resolve) => setTimeout(resolve, PATIENCE_MS))]);
  const choice = await vscode.window.showQuickPick(entries(session), { title: title(session) });
  if (choice?.command) {
    await vscode.commands.executeCommand(choice.command);
  }
}

/** Other windows of this user keep suggestions too, and nobody tells of those. */
async function refresh({ client, status }: Session): Promise<void> {
  try {
    status.tell(await client?.sendRequest(StatusRequest, {}));
  } catch {
    // The menu is needed all the more where the server does not answer.
  }
}

function entries(session: Session): Entry[] {
  const { status } = session;
  const separator: Entry = { label: "", kind: vscode.QuickPickItemKind.Separator };
  const running: Entry[] = [
    status.pause.on
      ? { label: `$(debug-start) ${vscode.l10n.t("Resume grey text")}`, command: "autoglm.resume" }
      : { label: `$(debug-pause) ${vscode.l10n.t("Pause grey text")}`, command: "autoglm.pause" },
    { label: `$(symbol-misc) ${vscode.l10n.t("Switch the model…")}`, ...described(session), command: "autoglm.switchModel" },
    { label: `$(server-environment) ${vscode.l10n.t("Nodes…")}`, command: "autoglm.showNodes" },
    { label: `$(list-tree) ${vscode.l10n.t("Show the last suggestion's trace")}`, command: "autoglm.openTrace" },
    separator,
  ];
  return [
    ...(session.client ? running : []),
    { label: `$(refresh) ${vscode.l10n.t("Restart the server")}`, command: "autoglm.restartServer" },
    { label: `$(output) ${vscode.l10n.t("Show the log")}`, command: "autoglm.showLog" },
    { label: `$(gear) ${vscode.l10n.t("Open the settings")}`, command: "autoglm.openSettings" },
  ];
}

function described({ status }: Session): { description?: string } {
  const models = new Set(status.server?.engines.map((engine) => engine.model));
  return models.size > 0 ? { description: [...models].join(" · ") } : {};
}

function title({ status }: Session): string {
  return status.server ? vscode.l10n.t("AutoGLM — kept today: {0}", status.server.keptToday) : "AutoGLM";
}
