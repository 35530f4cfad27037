/** The interpreter that the user chose in the Python extension, where that extension is installed. */
import * as vscode from "vscode";

const PATIENCE_MS = 10_000;

/** What is used of its API; https://github.com/microsoft/vscode-python/wiki/Python-Environment-APIs describes it. */
interface PythonApi {
  environments?: {
    getActiveEnvironmentPath(resource?: vscode.Uri): { path: string };
    resolveEnvironment(path: { path: string }): Promise<{ executable: { uri?: vscode.Uri } } | undefined>;
  };
}

/**
 * The path of the active interpreter; undefined where there is none, or the extension does not answer in time, or the
 * workspace is not trusted: its interpreter may be a program of the workspace.
 */
export async function activeInterpreter(): Promise<string | undefined> {
  const extension = vscode.extensions.getExtension<PythonApi>("ms-python.python");
  if (!extension || !vscode.workspace.isTrusted) {
    return undefined;
  }
  const late = new Promise<undefined>((resolve) => setTimeout(() => resolve(undefined), PATIENCE_MS));
  return Promise.race([ask(extension), late]);
}

async function ask(extension: vscode.Extension<PythonApi>): Promise<string | undefined> {
  try {
    const { environments } = await extension.activate();
    const resource = vscode.workspace.workspaceFolders?.[0]?.uri;
    const active = environments?.getActiveEnvironmentPath(resource);
    const found = active && (await environments?.resolveEnvironment(active));
    return found?.executable.uri?.fsPath;
  } catch {
    return undefined; // Another extension's failure is no reason not to look further.
  }
}
