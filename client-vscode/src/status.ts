/** The status bar item: is the server there, is its model, and is it at work? */
import * as vscode from "vscode";
import { overall, type Face } from "./face";
import type { ServerStatus } from "./methods";
import { Pause } from "./pause";
import { describe } from "./statusTooltip";

/** Shorter work is not shown: most grey text comes within this time, and a flickering icon tells nothing. */
const SHOW_WORK_AFTER_MS = 250;

export type State = "starting" | "ready" | "failed";

export class Status implements vscode.Disposable {
  readonly pause = new Pause();
  private readonly item: vscode.StatusBarItem;
  private state: State = "starting";
  private reason = "";
  private working = 0;
  private told: ServerStatus | undefined;

  constructor() {
    this.item = vscode.window.createStatusBarItem("autoglm.status", vscode.StatusBarAlignment.Right, 100);
    this.item.name = "AutoGLM";
    this.item.command = "autoglm.showMenu";
    this.pause.onDidChange(() => this.draw());
    this.draw();
    this.item.show();
  }

  /** What the server last told of itself; undefined while none runs. */
  get server(): ServerStatus | undefined {
    return this.told;
  }

  /** Show a state; `reason` says why it failed. */
  show(state: State, reason = ""): void {
    this.state = state;
    this.reason = reason;
    void vscode.commands.executeCommand("setContext", "autoglm.ready", state === "ready");
    this.draw();
  }

  /** Show what the server tells of itself; undefined: it is gone. */
  tell(told: ServerStatus | undefined): void {
    this.told = told;
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
    this.pause.dispose();
  }

  private draw(): void {
    const face = overall(this.state, this.working > 0, this.pause.on, this.told);
    const words = wordsOf(face);
    this.item.text = `${ICONS[face]} AutoGLM`;
    this.item.accessibilityInformation = { label: `AutoGLM: ${words}`, role: "button" };
    this.item.tooltip = describe(words, this.reason, this.told);
    this.item.backgroundColor = BACKGROUNDS[face] ? new vscode.ThemeColor(BACKGROUNDS[face]) : undefined;
  }
}

const ICONS: Record<Face, string> = {
  starting: "$(loading~spin)",
  failed: "$(error)",
  loading: "$(loading~spin)",
  working: "$(loading~spin)",
  paused: "$(debug-pause)",
  offline: "$(debug-disconnect)",
  ready: "$(sparkle)",
};

const BACKGROUNDS: Partial<Record<Face, string>> = {
  failed: "statusBarItem.errorBackground",
  offline: "statusBarItem.warningBackground",
};

function wordsOf(face: Face): string {
  switch (face) {
    case "starting":
      return vscode.l10n.t("starting");
    case "failed":
      return vscode.l10n.t("not running");
    case "loading":
      return vscode.l10n.t("loading the model");
    case "working":
      return vscode.l10n.t("working");
    case "paused":
      return vscode.l10n.t("paused");
    case "offline":
      return vscode.l10n.t("offline");
    case "ready":
      return vscode.l10n.t("ready");
  }
}
