/** Tells the user why something that they asked for failed. */
import * as vscode from "vscode";
import { ResponseError } from "vscode-languageclient/node";

/**
 * The result of `work`, or undefined after its failure was shown. The server's errors are sentences for the user;
 * what was cancelled needs no words.
 */
export async function report<T>(work: PromiseLike<T> | T): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof vscode.CancellationError)) {
      void show(error);
    }
    return undefined;
  }
}

/** Show it; where only a model is missing, with a button that fetches it. */
async function show(error: unknown): Promise<void> {
  const buttons = lacksModel(error) ? [vscode.l10n.t("Download the Model…")] : [];
  const message = error instanceof Error ? error.message : String(error);
  if (await vscode.window.showErrorMessage(message, ...buttons)) {
    await vscode.commands.executeCommand("autoglm.pullModel");
  }
}

/** Whether the server says so: `MODEL_ABSENT` in server/autoglm_server/lsp/failures.py. */
function lacksModel(error: unknown): boolean {
  const data = error instanceof ResponseError ? (error.data as { reason?: unknown } | undefined) : undefined;
  return data?.reason === "modelAbsent";
}
