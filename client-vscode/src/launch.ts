/** Finds the command line that starts the server. */
import * as vscode from "vscode";
import { inspectInterpreter, type Interpreter } from "./interpreter";

/** A command and its arguments, and the folder where it runs. */
export interface Launch {
  command: string;
  args: string[];
  folder: string;
}

/** No command line was found; the message is for the user. */
export class NoServerError extends Error {}

/**
 * The server's command line: `autoglm.server.command`, else the interpreter `autoglm.server.python`, else
 * `python3`. The server runs in `folder` and not in the workspace, so that no file of the workspace is taken for
 * a module. Throws NoServerError.
 */
export async function findServer(folder: vscode.Uri): Promise<Launch> {
  await vscode.workspace.fs.createDirectory(folder);
  const settings = vscode.workspace.getConfiguration("autoglm.server");
  const [command, ...args] = settings.get<string[]>("command", []);
  if (command) {
    return { command, args, folder: folder.fsPath };
  }
  const python = settings.get("python", "").trim() || "python3";
  const interpreter = await inspectInterpreter(python, folder.fsPath);
  if (interpreter.kind !== "ready") {
    throw new NoServerError(describe(python, interpreter));
  }
  return { command: python, args: ["-P", "-m", "autoglm_server", "lsp"], folder: folder.fsPath };
}

function describe(python: string, interpreter: Exclude<Interpreter, { kind: "ready" }>): string {
  switch (interpreter.kind) {
    case "bare":
      return vscode.l10n.t(
        "{0} does not have AutoGLM's server. Install it with `{0} -m pip install autoglm-ls`, or choose an interpreter that has it.",
        python,
      );
    case "old":
      return vscode.l10n.t(
        "{0} is Python {1}, and AutoGLM needs 3.11 or newer. Choose another interpreter.",
        python,
        interpreter.version,
      );
    case "absent":
      return vscode.l10n.t("{0} cannot be run as Python ({1}). Choose another interpreter.", python, interpreter.reason);
  }
}
