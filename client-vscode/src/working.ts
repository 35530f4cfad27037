/** Marks the place that is being edited, in every editor that shows it. */
import * as vscode from "vscode";

export class Working implements vscode.Disposable {
  private readonly lines: vscode.TextEditorDecorationType;
  private readonly note: vscode.TextEditorDecorationType;

  /** `range` undefined: a place that only the server knows; nothing is marked then. */
  constructor(document: vscode.TextDocument, range: vscode.Range | undefined) {
    this.lines = vscode.window.createTextEditorDecorationType({
      isWholeLine: true,
      backgroundColor: new vscode.ThemeColor("editor.inactiveSelectionBackground"),
      overviewRulerColor: new vscode.ThemeColor("editorOverviewRuler.infoForeground"),
    });
    this.note = vscode.window.createTextEditorDecorationType({
      after: {
        contentText: vscode.l10n.t("AutoGLM is writing… Esc stops it"),
        color: new vscode.ThemeColor("editorCodeLens.foreground"),
        margin: "0 0 0 2em",
      },
    });
    for (const editor of vscode.window.visibleTextEditors) {
      if (range && editor.document === document) {
        editor.setDecorations(this.lines, [range]);
        editor.setDecorations(this.note, [document.lineAt(range.start.line).range]);
      }
    }
  }

  dispose(): void {
    this.lines.dispose();
    this.note.dispose();
  }
}
