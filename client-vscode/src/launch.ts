/** The command line that starts the server. */
import * as vscode from "vscode";
import { findPython } from "./environment";

/**
 * A command and its arguments, and the folder where it runs. `python` is its interpreter, where it is not a command
 * line of the user's own.
 */
export interface Launch {
  command: string;
  args: string[];
  folder: string;
  python?: string;
}

/**
 * The server's command line: `autoglm.server.command`, else an interpreter that has it, see environment.ts. The
 * server runs in the extension's storage and not in the workspace, so that no file of the workspace is taken for a
 * module. Throws StartFailure, SetupStopped, or the signal's reason when `signal` is aborted.
 */
export async function findServer(
  context: vscode.ExtensionContext,
  log: vscode.LogOutputChannel,
  signal: AbortSignal,
): Promise<Launch> {
  const folder = context.globalStorageUri;
  await vscode.workspace.fs.createDirectory(folder);
  const [command, ...args] = vscode.workspace.getConfiguration("autoglm.server").get<string[]>("command", []);
  if (command) {
    return { command, args, folder: folder.fsPath };
  }
  const python = await findPython({ extension: context.extensionPath, storage: folder.fsPath, log, signal });
  return { command: python, args: ["-P", "-m", "autoglm_server", "lsp"], folder: folder.fsPath, python };
}
