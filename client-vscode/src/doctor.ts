/** Runs the server's doctor in a terminal: what is installed, what the machine has, which engines answer. */
import { spawn, type ChildProcess } from "node:child_process";
import * as vscode from "vscode";

/**
 * Show `python -m autoglm_server doctor`. A terminal that only shows, and no shell: nothing is to be quoted, and the
 * words stay when the program ends.
 */
export function showDoctor(python: string, folder: string): void {
  const written = new vscode.EventEmitter<string>();
  let child: ChildProcess | undefined;
  const pty: vscode.Pseudoterminal = {
    onDidWrite: written.event,
    open(size) {
      const environment = { ...process.env, FORCE_COLOR: "1", COLUMNS: String(size?.columns ?? 100) };
      const options = { cwd: folder, env: { ...environment, PYTHONIOENCODING: "utf-8" } };
      child = spawn(python, ["-P", "-m", "autoglm_server", "doctor"], options);
      const show = (text: string): void => written.fire(text.replace(/\r?\n/g, "\r\n"));
      child.stdout?.setEncoding("utf8").on("data", show);
      child.stderr?.setEncoding("utf8").on("data", show);
      child.on("error", (error) => show(`${error.message}\n`));
    },
    close() {
      child?.kill();
      written.dispose();
    },
  };
  vscode.window.createTerminal({ name: vscode.l10n.t("AutoGLM Doctor"), pty }).show();
}
