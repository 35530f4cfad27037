/** The input box for an instruction; it begins with the last one. */
import * as vscode from "vscode";

let lastInstruction = "";

/** What the user wants of a command of the server; undefined when they left the box. */
export async function askInstruction(command: string): Promise<string | undefined> {
  const refactor = command === "autoglm.refactor";
  const instruction = await vscode.window.showInputBox({
    title: refactor ? vscode.l10n.t("Refactor") : vscode.l10n.t("Edit with an Instruction"),
    prompt: refactor
      ? vscode.l10n.t("What should change? The function is run before and after, and must behave the same.")
      : vscode.l10n.t("What should change? The result is checked and shown before it replaces the code."),
    placeHolder: refactor
      ? vscode.l10n.t("for example: replace the loop by a comprehension")
      : vscode.l10n.t("for example: raise ValueError on negative numbers"),
    value: lastInstruction,
    validateInput: (text) => (text.trim() ? undefined : vscode.l10n.t("Say what should change.")),
  });
  lastInstruction = instruction ?? lastInstruction;
  return instruction;
}
