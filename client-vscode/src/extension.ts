/** What VS Code calls: wires the session to the editor's events. */
import * as vscode from "vscode";
import { registerCommands } from "./commands";
import { registerFirstRun } from "./firstRun";
import { Session } from "./session";
import { TracePanel } from "./tracePanel";

/** What menus and keys go by. These outlive an extension host that ended in mid-work and was started anew. */
const CONTEXTS = ["autoglm.paused", "autoglm.editing", "autoglm.previewing"];

let session: Session | undefined;

export function activate(context: vscode.ExtensionContext): void {
  for (const key of CONTEXTS) {
    void vscode.commands.executeCommand("setContext", key, false);
  }
  const started = new Session(context);
  session = started;
  context.subscriptions.push(
    started,
    registerCommands(started),
    new TracePanel(started, context.extensionUri),
    registerFirstRun(context, started),
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration("autoglm.server")) {
        void started.restart();
      }
    }),
    // The server learns once, at its start, whether it may run the workspace's code.
    vscode.workspace.onDidGrantWorkspaceTrust(() => void started.restart()),
  );
  // Not awaited: VS Code is not to wait for the server.
  void started.restart();
}

export async function deactivate(): Promise<void> {
  await session?.stop();
}
