/** The input box for an instruction; it begins with the last one for the same command. */
import * as vscode from "vscode";

interface Words {
  title: string;
  prompt: string;
  example: string;
  missing: string;
}

const last = new Map<string, string>();

/** What the user wants of a command of the server; undefined when they left the box. */
export async function askInstruction(command: string): Promise<string | undefined> {
  const { title, prompt, example, missing } = wordsFor(command);
  const instruction = await vscode.window.showInputBox({
    title,
    prompt,
    placeHolder: example,
    value: last.get(command) ?? "",
    validateInput: (text) => (text.trim() ? undefined : missing),
  });
  if (instruction !== undefined) {
    last.set(command, instruction);
  }
  return instruction;
}

function wordsFor(command: string): Words {
  switch (command) {
    case "autoglm.refactor":
      return {
        title: vscode.l10n.t("Refactor"),
        prompt: vscode.l10n.t("What should change? The function is run before and after, and must behave the same."),
        example: vscode.l10n.t("for example: replace the loop by a comprehension"),
        missing: vscode.l10n.t("Say what should change."),
      };
    case "autoglm.fix":
      return {
        title: vscode.l10n.t("Fix"),
        prompt: vscode.l10n.t("What is wrong? The function is run before and after, and must do something else."),
        example: vscode.l10n.t("for example: the last page is left out when it is full"),
        missing: vscode.l10n.t("Say what is wrong, or what the function must do."),
      };
    default:
      return {
        title: vscode.l10n.t("Edit with an Instruction"),
        prompt: vscode.l10n.t("What should change? The result is checked and shown before it replaces the code."),
        example: vscode.l10n.t("for example: raise ValueError on negative numbers"),
        missing: vscode.l10n.t("Say what should change."),
      };
  }
}
