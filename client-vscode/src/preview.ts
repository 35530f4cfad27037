/** An edit that is not made yet, in a diff editor, until the user accepts or discards it. */
import * as vscode from "vscode";
import { ExecuteCommandRequest, TextDocumentEdit, type LanguageClient, type TextEdit } from "vscode-languageclient/node";
import type { EditAnswer } from "./methods";
import { ACCEPT_KEY, PreviewNote } from "./previewNote";
import { report } from "./report";
import { applyTextEdits } from "./textEdits";

const SCHEME = "autoglm-preview";

/** `before` is the text that the edit was made for; `again` asks for it anew. */
export interface Proposal {
  client: LanguageClient;
  document: vscode.TextDocument;
  before: string;
  answer: EditAnswer & { edit: NonNullable<EditAnswer["edit"]> };
  again: () => Promise<void>;
}

interface Shown extends Proposal {
  uri: vscode.Uri;
  after: string;
  line: number;
  note: PreviewNote;
}

export class Preview implements vscode.Disposable, vscode.TextDocumentContentProvider {
  private shown: Shown | undefined;
  private readonly subscriptions: vscode.Disposable;

  constructor() {
    this.subscriptions = vscode.Disposable.from(
      vscode.workspace.registerTextDocumentContentProvider(SCHEME, this),
      vscode.window.tabGroups.onDidChangeTabs(({ closed }) => {
        this.mark();
        if (this.shown && closed.some((tab) => isTabOf(tab, this.shown?.uri))) {
          void this.end("autoglm.rejected");
        }
      }),
      vscode.window.tabGroups.onDidChangeTabGroups(() => this.mark()),
      vscode.workspace.onDidChangeTextDocument(({ document }) => {
        if (document === this.shown?.document) {
          this.shown.note.draw(this.isStale(this.shown));
        }
      }),
    );
  }

  provideTextDocumentContent(uri: vscode.Uri): string {
    return this.shown?.uri.toString() === uri.toString() ? this.shown.after : "";
  }

  /** Show what an answer would change. */
  async show(proposal: Proposal): Promise<void> {
    const { document, before, answer } = proposal;
    const edits = textEdits(proposal);
    const uri = vscode.Uri.from({ scheme: SCHEME, path: document.uri.path, query: answer.outcome });
    const line = Math.min(...edits.map((edit) => edit.range.start.line));
    const note = new PreviewNote(answer.summary);
    this.shown = { ...proposal, uri, after: applyTextEdits(before, edits), line, note };
    const name = document.uri.path.split("/").pop() ?? "";
    const selection = new vscode.Range(line, 0, line, 0);
    const options: vscode.TextDocumentShowOptions = { preview: true, selection };
    await vscode.commands.executeCommand("vscode.diff", document.uri, uri, vscode.l10n.t("{0}: AutoGLM's edit", name), options);
    note.draw(this.isStale(this.shown));
    this.mark();
    void vscode.window.showInformationMessage(vscode.l10n.t("{0} accepts the edit, Esc discards it.", ACCEPT_KEY));
  }

  /** Make the edit, unless its document is not what it was. */
  async accept(): Promise<void> {
    const { shown } = this;
    if (!shown) {
      return;
    }
    if (this.isStale(shown)) {
      const again = vscode.l10n.t("Ask Again");
      const words = vscode.l10n.t("The file changed since this edit was made, so it was not used.");
      void vscode.window.showWarningMessage(words, again).then((choice) => (choice ? report(shown.again()) : undefined));
      await this.end("autoglm.rejected");
      return;
    }
    const edit = await shown.client.protocol2CodeConverter.asWorkspaceEdit(shown.answer.edit);
    const applied = await vscode.workspace.applyEdit(edit);
    await this.end(applied ? "autoglm.kept" : "autoglm.rejected");
    if (!applied) {
      throw new Error(vscode.l10n.t("The editor did not make the edit. The file may be read-only."));
    }
    const editor = await vscode.window.showTextDocument(shown.document, { preview: false });
    editor.revealRange(new vscode.Range(shown.line, 0, shown.line, 0), vscode.TextEditorRevealType.InCenterIfOutsideViewport);
  }

  /** Leave the code as it is. */
  async discard(): Promise<void> {
    await this.end("autoglm.rejected");
  }

  dispose(): void {
    this.shown?.note.dispose();
    this.subscriptions.dispose();
  }

  private isStale({ document, before }: Shown): boolean {
    return document.isClosed || document.getText() !== before;
  }

  /** Close the diff editor, and tell the server what became of the edit. */
  private async end(verdict: "autoglm.kept" | "autoglm.rejected"): Promise<void> {
    const { shown } = this;
    if (!shown) {
      return;
    }
    this.shown = undefined;
    shown.note.dispose();
    const tabs = vscode.window.tabGroups.all.flatMap((group) => group.tabs);
    await vscode.window.tabGroups.close(tabs.filter((tab) => isTabOf(tab, shown.uri)));
    this.mark();
    if (shown.client.isRunning()) {
      const request = { command: verdict, arguments: [shown.answer.outcome] };
      await shown.client.sendRequest(ExecuteCommandRequest.type, request);
    }
  }

  /** Keys and buttons are there while the diff editor is the active one. */
  private mark(): void {
    const active = vscode.window.tabGroups.activeTabGroup.activeTab;
    const previewing = active !== undefined && isTabOf(active, this.shown?.uri);
    void vscode.commands.executeCommand("setContext", "autoglm.previewing", previewing);
  }
}

function isTabOf(tab: vscode.Tab, uri: vscode.Uri | undefined): boolean {
  return tab.input instanceof vscode.TabInputTextDiff && tab.input.modified.toString() === uri?.toString();
}

/** The edits of the document itself: an instruction changes nothing else. */
function textEdits({ client, document, answer: { edit } }: Proposal): TextEdit[] {
  const uri = client.code2ProtocolConverter.asUri(document.uri);
  const versioned = (edit.documentChanges ?? []).filter((change) => TextDocumentEdit.is(change));
  const own = versioned.filter((change) => change.textDocument.uri === uri).flatMap((change) => change.edits);
  return [...own.filter((change) => "newText" in change), ...(edit.changes?.[uri] ?? [])];
}
