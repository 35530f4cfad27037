/**
 * The settings that the user changed, as the server wants them.
 *
 * Defaults are left out: the server knows them, and the user's `config.toml` and the workspace's `.autoglm.toml`
 * count less than what the editor sends.
 */
import * as vscode from "vscode";
import { excludePatterns } from "./exclusions";
import { nest } from "./nesting";

/** These are read by this client; the server has no such settings. */
const CLIENT_ONLY = ["autoglm.server.", "autoglm.trace."];
const EXCLUDE = "autoglm.exclude";

interface Contribution {
  contributes?: { configuration?: { properties?: Record<string, unknown> }[] };
}

/** What the user set, nested by section. `scope` is the file or folder that the server asks about. */
export function changedSettings(extension: vscode.Extension<unknown>, scope?: vscode.Uri): object {
  const configuration = vscode.workspace.getConfiguration(undefined, scope);
  const changed = serverSettings(extension).filter((key) => isChanged(configuration.inspect(key)));
  return nest(changed.map((key) => [key.slice("autoglm.".length), valueOf(configuration, key)]));
}

/** Open the settings editor where settings of the machine can be changed; in a remote window that is a tab of its own. */
export async function openSettings(query: string): Promise<void> {
  const tab = vscode.env.remoteName === undefined ? "openSettings" : "openRemoteSettings";
  await vscode.commands.executeCommand(`workbench.action.${tab}`, { query });
}

function valueOf(configuration: vscode.WorkspaceConfiguration, key: string): unknown {
  return key === EXCLUDE
    ? excludePatterns(configuration.inspect(key) ?? {}, vscode.workspace.isTrusted)
    : configuration.get(key);
}

function serverSettings(extension: vscode.Extension<unknown>): string[] {
  const { contributes } = extension.packageJSON as Contribution;
  const keys = (contributes?.configuration ?? []).flatMap((page) => Object.keys(page.properties ?? {}));
  return keys.filter((key) => !CLIENT_ONLY.some((prefix) => key.startsWith(prefix)));
}

function isChanged(found: ReturnType<vscode.WorkspaceConfiguration["inspect"]>): boolean {
  return [found?.globalValue, found?.workspaceValue, found?.workspaceFolderValue].some((value) => value !== undefined);
}
