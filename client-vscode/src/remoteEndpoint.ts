/** Sets up a remote endpoint in place of a model on this machine. */
import * as vscode from "vscode";
import { isOpenToOthers, originOf } from "./origin";
import { configuredOrigin, storeKey } from "./secrets";

/** Ask for the endpoint, its model and its key, and use it for everything. False when the user gave up. */
export async function askForEndpoint(secrets: vscode.SecretStorage): Promise<boolean> {
  const remote = vscode.workspace.getConfiguration("autoglm.remote");
  const title = vscode.l10n.t("Use a Remote Endpoint");
  const url = await vscode.window.showInputBox({
    title: `${title} (1/3)`,
    prompt: vscode.l10n.t("The base URL of an OpenAI-compatible endpoint. Your code is sent there."),
    placeHolder: "http://localhost:11434/v1",
    value: remote.get("url", ""),
    ignoreFocusOut: true,
    validateInput: checkUrl,
  });
  const origin = url === undefined ? undefined : originOf(url);
  if (url === undefined || origin === undefined) {
    return false;
  }
  const model = await vscode.window.showInputBox({
    title: `${title} (2/3)`,
    prompt: vscode.l10n.t("The model's name at that endpoint."),
    placeHolder: "qwen2.5-coder:7b",
    value: remote.get("model", ""),
    ignoreFocusOut: true,
    validateInput: (text) => (text.trim() ? undefined : vscode.l10n.t("Give the name of a model.")),
  });
  if (model === undefined) {
    return false;
  }
  const key = await askForKey(`${title} (3/3)`, origin);
  if (key === undefined) {
    return false;
  }
  if (key) {
    await storeKey(secrets, origin, key);
  }
  // The endpoint before the engines that need it: each change counts at once.
  const settings = vscode.workspace.getConfiguration("autoglm");
  for (const [name, value] of [
    ["remote.url", url.trim()],
    ["remote.model", model.trim()],
    ["inline.engine", "remote"],
    ["actions.engine", "remote"],
  ] as const) {
    await settings.update(name, value, vscode.ConfigurationTarget.Global);
  }
  return true;
}

/** Ask for the key of the endpoint that the settings name, and store it. */
export async function setRemoteKey(secrets: vscode.SecretStorage): Promise<void> {
  const origin = configuredOrigin();
  if (origin === undefined) {
    await askForEndpoint(secrets);
    return;
  }
  const key = await askForKey(vscode.l10n.t("Set the Endpoint's Key"), origin, true);
  if (key !== undefined) {
    await storeKey(secrets, origin, key);
    const words = key
      ? vscode.l10n.t("The key of {0} is stored in VS Code's secret storage.", origin)
      : vscode.l10n.t("The key of {0} is forgotten.", origin);
    void vscode.window.showInformationMessage(words);
  }
}

async function askForKey(title: string, origin: string, forgets = false): Promise<string | undefined> {
  const key = await vscode.window.showInputBox({
    title,
    prompt: forgets
      ? vscode.l10n.t("The key of {0}. It goes to VS Code's secret storage; leave it empty to forget it.", origin)
      : vscode.l10n.t("The key of {0}. It goes to VS Code's secret storage; leave it empty if none is needed.", origin),
    password: true,
    ignoreFocusOut: true,
  });
  return key?.trim();
}

function checkUrl(text: string): vscode.InputBoxValidationMessage | undefined {
  if (originOf(text) === undefined) {
    const message = vscode.l10n.t("Give a URL that begins with http:// or https://.");
    return { message, severity: vscode.InputBoxValidationSeverity.Error };
  }
  if (isOpenToOthers(text)) {
    const message = vscode.l10n.t("Without https, others on the way can read your code and key.");
    return { message, severity: vscode.InputBoxValidationSeverity.Warning };
  }
  return undefined;
}
