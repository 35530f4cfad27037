/** Tells the user why something that they asked for failed. */
import * as vscode from "vscode";

/**
 * The result of `work`, or undefined after its failure was shown. The server's errors are sentences for the user;
 * what was cancelled needs no words.
 */
export async function report<T>(work: PromiseLike<T> | T): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof vscode.CancellationError)) {
      void vscode.window.showErrorMessage(error instanceof Error ? error.message : String(error));
    }
    return undefined;
  }
}
