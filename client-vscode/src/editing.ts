/** "Edit with an instruction": asks for the instruction, has the edit made, and shows it before it is applied. */
import * as vscode from "vscode";
import { LSPErrorCodes, ResponseError, type LanguageClient, type Position, type Range } from "vscode-languageclient/node";
import { follow, type Span } from "./following";
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
    // The editor's context menu hands its file over, which says less than the selection.
    const argument = typeof given?.uri === "string" ? given : selected(client);
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
    const range = rangeOf(client, place);
    const span = range && { start: document.offsetAt(range.start), end: document.offsetAt(range.end) };
    const working = new Working(document, range);
    const source = new vscode.CancellationTokenSource();
    run(source);
    const request = { command, argument: { ...place, instruction } };
    try {
      const answer = await report(session.status.during(asked(client.sendRequest(EditRequest, request, source.token))));
      if (answer?.edit && !source.token.isCancellationRequested) {
        const again = async (): Promise<void> => {
          // The active editor may be another one by now, and the code elsewhere in its file.
          const moved = await select(document.uri, before, span);
          const range = moved && client.code2ProtocolConverter.asRange(moved);
          await edit({ command, uri: place.uri, ...(place.name ? { name: place.name } : range && { range }) });
        };
        await preview.show({ client, document, before, answer: { ...answer, edit: answer.edit }, again });
      }
    } finally {
      working.dispose();
      source.dispose();
      if (running === source) {
        run(undefined);
      }
    }
  }

  /** What Esc stops from now on. */
  function run(source: vscode.CancellationTokenSource | undefined): void {
    running = source;
    void vscode.commands.executeCommand("setContext", "autoglm.editing", source !== undefined);
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

/** Show a file, and select in it what was at `span` of the text `before`; returns where that is now. */
async function select(uri: vscode.Uri, before: string, span: Span | undefined): Promise<vscode.Range | undefined> {
  const document = await vscode.workspace.openTextDocument(uri);
  const now = span && follow(before, document.getText(), span);
  const selection = now && new vscode.Range(document.positionAt(now.start), document.positionAt(now.end));
  await vscode.window.showTextDocument(document, selection && { selection });
  return selection;
}

/** Where the edit will be: the selection, or where its function begins. */
function rangeOf(client: LanguageClient, { range, position }: EditArgument): vscode.Range | undefined {
  return client.protocol2CodeConverter.asRange(range ?? (position && { start: position, end: position }));
}
