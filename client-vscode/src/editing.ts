/** "Edit with an instruction": asks for the instruction, has the edit made, and shows it before it is applied. */
import * as vscode from "vscode";
import { LSPErrorCodes, ResponseError, type LanguageClient, type Position, type Range } from "vscode-languageclient/node";
import { askInstruction } from "./instruction";
import { EditRequest, type EditAnswer } from "./methods";
import { Preview } from "./preview";
import { report } from "./report";
import type { Session } from "./session";
import { Working } from "./working";

/** What a command of the server that needs an instruction takes, in the protocol's terms; `command` is its name. */
interface EditArgument {
  command?: string;
  uri: string;
  version?: number;
  name?: string;
  position?: Position;
  range?: Range;
}

/** Register the commands; the result ends them. */
export function registerEditing(session: Session): vscode.Disposable {
  const preview = new Preview();
  let running: vscode.CancellationTokenSource | undefined;

  /** Edit the place in `given`, which a code action carries, else the selection. */
  async function edit(given?: EditArgument): Promise<void> {
    const { client } = session;
    const argument = given ?? selected(client);
    if (!argument || !client) {
      void vscode.window.showInformationMessage(vscode.l10n.t("Select code in a Python file first."));
      return;
    }
    const { command = "autoglm.edit", ...place } = argument;
    const instruction = await askInstruction(command);
    if (instruction === undefined) {
      return;
    }
    // One at a time: whoever asks again has done with the one before.
    running?.cancel();
    await preview.discard();
    const document = await vscode.workspace.openTextDocument(client.protocol2CodeConverter.asUri(place.uri));
    const before = document.getText();
    const source = new vscode.CancellationTokenSource();
    running = source;
    const working = new Working(document, rangeOf(client, place));
    const request = { command, argument: { ...place, instruction } };
    try {
      const answer = await report(session.status.during(asked(client.sendRequest(EditRequest, request, source.token))));
      if (answer?.edit) {
        const again = (): Promise<void> => edit(place.name ? { command, uri: place.uri, name: place.name } : undefined);
        await preview.show({ client, document, before, answer: { ...answer, edit: answer.edit }, again });
      }
    } finally {
      working.dispose();
      source.dispose();
      running = running === source ? undefined : running;
    }
  }

  return vscode.Disposable.from(
    preview,
    vscode.commands.registerCommand("autoglm.edit.ask", edit),
    vscode.commands.registerCommand("autoglm.edit.cancel", () => running?.cancel()),
    vscode.commands.registerCommand("autoglm.preview.accept", () => report(preview.accept())),
    vscode.commands.registerCommand("autoglm.preview.discard", () => report(preview.discard())),
  );
}

/** The answer; undefined when the user stopped it, or typed on, which the server has told them. */
async function asked(answer: Promise<EditAnswer>): Promise<EditAnswer | undefined> {
  try {
    return await answer;
  } catch (error) {
    const expected: number[] = [LSPErrorCodes.RequestCancelled, LSPErrorCodes.ContentModified];
    if (error instanceof ResponseError && expected.includes(error.code)) {
      return undefined;
    }
    throw error;
  }
}

/** The selection of the active editor, if it is Python. */
function selected(client: LanguageClient | undefined): EditArgument | undefined {
  const editor = vscode.window.activeTextEditor;
  const converter = client?.code2ProtocolConverter;
  if (!converter || editor?.document.languageId !== "python") {
    return undefined;
  }
  return {
    uri: converter.asUri(editor.document.uri),
    version: editor.document.version,
    range: converter.asRange(editor.selection),
  };
}

/** Where the edit will be: the selection, or where its function begins. */
function rangeOf(client: LanguageClient, { range, position }: EditArgument): vscode.Range | undefined {
  return client.protocol2CodeConverter.asRange(range ?? (position && { start: position, end: position }));
}
