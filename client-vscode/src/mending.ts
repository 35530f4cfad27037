/** The buttons of a failure's message, each of which mends it or helps to. */
import * as vscode from "vscode";
import { showDoctor } from "./doctor";
import type { Mend, StartFailure } from "./failure";
import { report } from "./report";
import { openSettings } from "./settings";

/** What the buttons act on. */
export interface Mendable {
  restart(): Promise<void>;
  readonly log: vscode.LogOutputChannel;
  readonly storage: string;
}

/** Show why the server does not run, and do what the user chooses. */
export async function offerMends(failure: StartFailure, session: Mendable): Promise<void> {
  const words: Record<Mend, string> = {
    settings: vscode.l10n.t("Open Settings"),
    interpreter: vscode.l10n.t("Choose Interpreter…"),
    again: vscode.l10n.t("Try Again"),
    doctor: vscode.l10n.t("Run Doctor"),
    log: vscode.l10n.t("Show Log"),
  };
  const buttons = failure.mends.map((mend) => ({ title: words[mend], mend }));
  const message = vscode.l10n.t("AutoGLM does not run. {0}", failure.message);
  const choice = await vscode.window.showErrorMessage(message, ...buttons);
  switch (choice?.mend) {
    case "settings":
      return openSettings("autoglm.server");
    case "interpreter":
      return chooseInterpreter(session);
    case "again":
      return session.restart();
    case "doctor":
      return showDoctor(failure.python ?? "python3", session.storage);
    case "log":
      return session.log.show();
    case undefined:
      return undefined;
  }
}

/** Ask for an interpreter's file; the setting that it becomes starts the server. */
async function chooseInterpreter(session: Mendable): Promise<void> {
  const chosen = await vscode.window.showOpenDialog({
    title: vscode.l10n.t("Choose a Python of version 3.11 or newer"),
    openLabel: vscode.l10n.t("Use This Python"),
    canSelectMany: false,
  });
  const python = chosen?.[0]?.fsPath;
  const settings = vscode.workspace.getConfiguration("autoglm.server");
  if (python === settings.get("python")) {
    await session.restart();
  } else if (python !== undefined) {
    // A settings file that is broken cannot be written to.
    await report(settings.update("python", python, vscode.ConfigurationTarget.Global));
  }
}
