/** The commands of this client; the server's own are registered by the language client. */
import * as vscode from "vscode";
import { ExecuteCommandRequest } from "vscode-languageclient/node";
import { report } from "./report";
import type { Session } from "./session";
import { openSettings } from "./settings";

/** What a command of the server that needs an instruction takes, in the protocol's terms; `command` is its name. */
interface EditArgument {
  command?: string;
  uri: string;
  version?: number;
  range?: { start: { line: number; character: number }; end: { line: number; character: number } };
}

/** Register them; the result ends them. */
export function registerCommands(session: Session): vscode.Disposable {
  let lastInstruction = "";

  /** Ask for an instruction and send it: for the place in `given`, which a code action carries, else the selection. */
  async function edit(given?: EditArgument): Promise<void> {
    const argument = given ?? selected(session);
    if (!argument) {
      void vscode.window.showInformationMessage(vscode.l10n.t("Select code in a Python file first."));
      return;
    }
    const { command = "autoglm.edit", ...place } = argument;
    const refactor = command === "autoglm.refactor";
    const instruction = await vscode.window.showInputBox({
      title: refactor ? vscode.l10n.t("Refactor") : vscode.l10n.t("Edit with an Instruction"),
      prompt: refactor
        ? vscode.l10n.t("What should change? The function is run before and after, and must behave the same.")
        : vscode.l10n.t("What should change? The result is checked before it replaces the code."),
      placeHolder: refactor
        ? vscode.l10n.t("for example: replace the loop by a comprehension")
        : vscode.l10n.t("for example: raise ValueError on negative numbers"),
      value: lastInstruction,
      validateInput: (text) => (text.trim() ? undefined : vscode.l10n.t("Say what should change.")),
    });
    if (instruction === undefined || !session.client) {
      return;
    }
    lastInstruction = instruction;
    const request = { command, arguments: [{ ...place, instruction }] };
    await report(session.status.during(session.client.sendRequest(ExecuteCommandRequest.type, request)));
  }

  async function showMenu(): Promise<void> {
    const entries = [
      { label: `$(refresh) ${vscode.l10n.t("Restart the server")}`, command: "autoglm.restartServer" },
      { label: `$(output) ${vscode.l10n.t("Show the log")}`, command: "autoglm.showLog" },
      { label: `$(gear) ${vscode.l10n.t("Open the settings")}`, command: "autoglm.openSettings" },
    ];
    if (session.client) {
      const label = `$(list-tree) ${vscode.l10n.t("Show the last suggestion's trace")}`;
      entries.unshift({ label, command: "autoglm.showTrace" });
    }
    const choice = await vscode.window.showQuickPick(entries, { title: "AutoGLM" });
    if (choice) {
      await vscode.commands.executeCommand(choice.command);
    }
  }

  return vscode.Disposable.from(
    vscode.commands.registerCommand("autoglm.edit.ask", edit),
    vscode.commands.registerCommand("autoglm.restartServer", () => session.restart()),
    vscode.commands.registerCommand("autoglm.showLog", () => session.log.show()),
    vscode.commands.registerCommand("autoglm.openSettings", () => openSettings("@ext:autoglm.autoglm")),
    vscode.commands.registerCommand("autoglm.showMenu", showMenu),
  );
}

/** The selection of the active editor, if it is Python. */
function selected(session: Session): EditArgument | undefined {
  const editor = vscode.window.activeTextEditor;
  const converter = session.client?.code2ProtocolConverter;
  if (!converter || editor?.document.languageId !== "python") {
    return undefined;
  }
  return {
    uri: converter.asUri(editor.document.uri),
    version: editor.document.version,
    range: converter.asRange(editor.selection),
  };
}
