/** The commands of this client; the server's own are registered by the language client. */
import * as vscode from "vscode";
import { registerEditing } from "./editing";
import type { Session } from "./session";
import { registerMenu } from "./statusMenu";

/** Register them; the result ends them. */
export function registerCommands(session: Session): vscode.Disposable {
  return vscode.Disposable.from(registerEditing(session), registerMenu(session));
}
