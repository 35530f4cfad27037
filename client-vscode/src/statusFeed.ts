/** Keeps the status bar item in step with the server: its engines, and what was kept. */
import type { Disposable } from "vscode";
import { State, type LanguageClient } from "vscode-languageclient/node";
import { StatusNotification, StatusRequest } from "./methods";
import type { Status } from "./status";

/** Follow a client from before its start, through its restarts, to its end. */
export function followStatus(client: LanguageClient, status: Status): void {
  let pauses: Disposable | undefined;
  client.onNotification(StatusNotification, (told) => status.tell(told));
  client.onDidChangeState(({ newState }) => {
    pauses?.dispose();
    if (newState === State.Running) {
      pauses = status.pause.onDidChange(() => void status.pause.tell(client));
      void begin(client, status);
    } else {
      status.tell(undefined);
    }
  });
}

async function begin(client: LanguageClient, status: Status): Promise<void> {
  try {
    if (status.pause.on) {
      await status.pause.tell(client);
    }
    status.tell(await client.sendRequest(StatusRequest, {}));
  } catch (error) {
    // It ended meanwhile, or has no settings that are right: the item shows what is known without it.
    client.debug(`The server did not tell its status: ${String(error)}`);
  }
}
