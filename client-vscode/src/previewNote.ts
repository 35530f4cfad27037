/** What the status bar says of a proposed edit while it is shown: what was checked, or that it is too late for it. */
import * as vscode from "vscode";

/** As VS Code writes it. */
export const ACCEPT_KEY = process.platform === "darwin" ? "⌘Enter" : "Ctrl+Enter";

export class PreviewNote implements vscode.Disposable {
  private readonly item = vscode.window.createStatusBarItem("autoglm.preview", vscode.StatusBarAlignment.Left, -1);

  /** `summary` comes from the checks and is shown as text. */
  constructor(private readonly summary: string) {
    this.item.name = vscode.l10n.t("AutoGLM: what was checked");
    this.draw(false);
    this.item.show();
  }

  /** Draw it, or anew: `stale` says that the file is not the one that the edit was made for. */
  draw(stale: boolean): void {
    const late = vscode.l10n.t("The file changed: this edit cannot be used");
    this.item.text = stale ? `$(warning) ${late}` : `$(verified) ${plain(this.summary)}`;
    this.item.backgroundColor = stale ? new vscode.ThemeColor("statusBarItem.warningBackground") : undefined;
    this.item.tooltip = new vscode.MarkdownString().appendText(vscode.l10n.t("What was checked: {0}", this.summary));
  }

  dispose(): void {
    this.item.dispose();
  }
}

/** Without icons, which a status bar item would draw. */
function plain(text: string): string {
  return text.replaceAll("$(", "$ (");
}
