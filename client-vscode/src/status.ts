/** The status bar item: is the server there, and is it at work? */
import * as vscode from "vscode";

/** Shorter work is not shown: most grey text comes within this time, and a flickering icon tells nothing. */
const SHOW_WORK_AFTER_MS = 250;

export type State = "starting" | "ready" | "failed";

export class Status implements vscode.Disposable {
  private readonly item: vscode.StatusBarItem;
  private state: State = "starting";
  private reason = "";
  private working = 0;

  constructor() {
    this.item = vscode.window.createStatusBarItem("autoglm.status", vscode.StatusBarAlignment.Right, 100);
    this.item.name = "AutoGLM";
    this.item.command = "autoglm.showMenu";
    this.draw();
    this.item.show();
  }

  /** Show a state; `reason` says why it failed. */
  show(state: State, reason = ""): void {
    this.state = state;
    this.reason = reason;
    void vscode.commands.executeCommand("setContext", "autoglm.ready", state === "ready");
    this.draw();
  }

  /** Show that the server works while `work` takes its time. */
  async during<T>(work: PromiseLike<T> | T): Promise<T> {
    let shown = false;
    const timer = setTimeout(() => {
      shown = true;
      this.working += 1;
      this.draw();
    }, SHOW_WORK_AFTER_MS);
    try {
      return await work;
    } finally {
      clearTimeout(timer);
      if (shown) {
        this.working -= 1;
        this.draw();
      }
    }
  }

  dispose(): void {
    this.item.dispose();
  }

  private draw(): void {
    const { icon, words } = this.face();
    this.item.text = `${icon} AutoGLM`;
    this.item.accessibilityInformation = { label: `AutoGLM: ${words}`, role: "button" };
    this.item.tooltip = this.reason ? `AutoGLM: ${words}\n${this.reason}` : `AutoGLM: ${words}`;
    this.item.backgroundColor =
      this.state === "failed" ? new vscode.ThemeColor("statusBarItem.errorBackground") : undefined;
  }

  private face(): { icon: string; words: string } {
    switch (this.state) {
      case "starting":
        return { icon: "$(loading~spin)", words: vscode.l10n.t("starting") };
      case "failed":
        return { icon: "$(error)", words: vscode.l10n.t("not running") };
      case "ready":
        return this.working > 0
          ? { icon: "$(loading~spin)", words: vscode.l10n.t("working") }
          : { icon: "$(sparkle)", words: vscode.l10n.t("ready") };
    }
  }
}
