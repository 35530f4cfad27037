/** Whether the user wants grey text in this window for now. It is forgotten with the window. */
import * as vscode from "vscode";
import type { LanguageClient } from "vscode-languageclient/node";
import { PauseNotification } from "./methods";

export class Pause implements vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<void>();
  readonly onDidChange = this.changed.event;
  private paused = false;

  get on(): boolean {
    return this.paused;
  }

  /** Stop grey text at once, or let it come again. */
  set(paused: boolean): void {
    if (paused === this.paused) {
      return;
    }
    this.paused = paused;
    void vscode.commands.executeCommand("setContext", "autoglm.paused", paused);
    if (paused) {
      void vscode.commands.executeCommand("editor.action.inlineSuggest.hide");
    }
    this.changed.fire();
  }

  /** Tell a server that runs; it stops what it is making. A new one knows of no pause. */
  async tell(client: LanguageClient): Promise<void> {
    await client.sendNotification(PauseNotification, { paused: this.paused });
  }

  dispose(): void {
    this.changed.dispose();
  }
}
