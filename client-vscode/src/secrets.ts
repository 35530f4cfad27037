/**
 * The keys of remote endpoints, in VS Code's SecretStorage, each for one origin.
 *
 * The server gets them in its environment when it starts: messages can be traced into the log, an environment is not.
 * It takes them out at once, so that no program that it runs inherits them, and uses a key for its origin alone.
 */
import * as vscode from "vscode";
import { originOf } from "./origin";

const VARIABLE = "AUTOGLM_EDITOR_KEYS";

/** The environment that hands the key of `autoglm.remote.url` over, if there is one; never logged. */
export async function keysFor(secrets: vscode.SecretStorage): Promise<Record<string, string>> {
  const origin = configuredOrigin();
  const key = origin && (await secrets.get(name(origin)));
  return origin && key ? { [VARIABLE]: JSON.stringify({ [origin]: key }) } : {};
}

/** Store the key of an origin; an empty one is forgotten. */
export async function storeKey(secrets: vscode.SecretStorage, origin: string, key: string): Promise<void> {
  await (key ? secrets.store(name(origin), key) : secrets.delete(name(origin)));
}

/** Call `restart` when a running server lacks the key it needs: the endpoint or its key was changed, in any window. */
export function watchKeys(secrets: vscode.SecretStorage, restart: () => Promise<void>): vscode.Disposable {
  return vscode.Disposable.from(
    secrets.onDidChange(({ key }) => {
      const origin = configuredOrigin();
      if (origin && key === name(origin)) {
        void restart();
      }
    }),
    vscode.workspace.onDidChangeConfiguration(async (event) => {
      if (event.affectsConfiguration("autoglm.remote.url") && Object.keys(await keysFor(secrets)).length) {
        await restart();
      }
    }),
  );
}

/** The origin of `autoglm.remote.url`; undefined while that is no endpoint. */
export function configuredOrigin(): string | undefined {
  return originOf(vscode.workspace.getConfiguration("autoglm.remote").get("url", ""));
}

function name(origin: string): string {
  return `autoglm.key:${origin}`;
}
