/** The commands that bring a model or an endpoint, at any time after the first run. */
import * as vscode from "vscode";
import { askForEndpoint, setRemoteKey } from "./remoteEndpoint";
import { watchKeys } from "./secrets";
import type { Session } from "./session";

/** By then the server has read settings that were changed. */
const SETTLED_MS = 1_500;

/** Register them, and follow the keys of endpoints; the result ends both. */
export function registerFirstRun({ secrets }: vscode.ExtensionContext, session: Session): vscode.Disposable {
  return vscode.Disposable.from(
    vscode.commands.registerCommand("autoglm.pullModel", () => session.models.offerAgain()),
    vscode.commands.registerCommand("autoglm.useRemoteEndpoint", () => askForEndpoint(secrets)),
    vscode.commands.registerCommand("autoglm.setRemoteKey", () => setRemoteKey(secrets)),
    watchKeys(secrets, () => session.restart()),
    offersWhenChosen(session),
  );
}

/** Another model was chosen, or an engine on this machine: what it needs is offered. */
function offersWhenChosen(session: Session): vscode.Disposable {
  let timer: NodeJS.Timeout | undefined;
  return vscode.workspace.onDidChangeConfiguration((event) => {
    if (["autoglm.models", "autoglm.inline", "autoglm.actions"].some((section) => event.affectsConfiguration(section))) {
      clearTimeout(timer);
      timer = setTimeout(() => void session.models.offerOnce(), SETTLED_MS);
    }
  });
}
