/** The status bar item's tooltip: models, where they run, and today's kept suggestions. */
import * as vscode from "vscode";
import type { EngineStatus, ServerStatus } from "./methods";

/** `words` name the state, `reason` says why it failed. Names come from settings and endpoints, and are shown as text. */
export function describe(words: string, reason: string, told: ServerStatus | undefined): vscode.MarkdownString {
  const tooltip = new vscode.MarkdownString("", true);
  tooltip.appendMarkdown("**AutoGLM** — ").appendText(words);
  if (reason) {
    tooltip.appendMarkdown("\n\n").appendText(reason);
  }
  for (const engine of told?.engines ?? []) {
    tooltip.appendMarkdown("\n\n").appendText(`${roleName(engine.role)}: ${engine.model} · ${place(engine)}`);
    if (engine.problem) {
      tooltip.appendMarkdown("  \n$(warning) ").appendText(engine.problem);
    }
  }
  if (told) {
    tooltip.appendMarkdown("\n\n").appendText(vscode.l10n.t("Kept today: {0}", told.keptToday));
  }
  return tooltip;
}

/** What an engine is for, in the user's words. */
export function roleName(role: string): string {
  switch (role) {
    case "inline":
      return vscode.l10n.t("Grey text");
    case "actions":
      return vscode.l10n.t("Actions");
    default:
      return vscode.l10n.t("Last attempts");
  }
}

/** Where an engine runs. */
export function place(engine: EngineStatus): string {
  return engine.node === "local" ? vscode.l10n.t("this machine") : engine.node;
}
