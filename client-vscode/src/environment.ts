/** Finds an interpreter that has the server, or makes an environment that has it. */
import { basename } from "node:path";
import * as vscode from "vscode";
import { SetupStopped, StartFailure } from "./failure";
import { inspectInterpreter, type Interpreter } from "./interpreter";
import {
  SetupError,
  completePython,
  discardEnvironment,
  makeEnvironment,
  noteUse,
  removeOthers,
  type Progress,
} from "./privateEnvironment";
import { activeInterpreter } from "./pythonExtension";
import { bundledWheel, type Wheel } from "./wheel";

/** Where to look, and who is told: the extension's folder, its storage, its log; `signal` ends it. */
export interface Search {
  extension: string;
  storage: string;
  log: vscode.LogOutputChannel;
  signal: AbortSignal;
}

type Wrong = Exclude<Interpreter, { kind: "ready" | "bare" }>;

/** Names on the path, in this order. Windows has `python` alone, and for `python3` a stub that opens a shop. */
const ON_THE_PATH = process.platform === "win32" ? ["python"] : ["python3", "python"];

/**
 * An interpreter that has the server: `autoglm.server.python` if it is set; the extension's own environment if it was
 * made before; the Python extension's interpreter; `python3` and `python` on the path. If none has it, the first that
 * is new enough makes the extension's own environment. Throws StartFailure or SetupStopped.
 */
export async function findPython(search: Search): Promise<string> {
  const wheel = bundledWheel(search.extension);
  const named = vscode.workspace.getConfiguration("autoglm.server").get("python", "").trim();
  if (named) {
    const found = await inspectInterpreter(named, search.storage);
    if (found.kind === "ready") {
      return named;
    }
    if (found.kind !== "bare") {
      throw unfit(named, found);
    }
    return (await ownPython(search, wheel)) ?? (await setUp(named, search, wheel));
  }
  const own = await ownPython(search, wheel);
  if (own !== undefined) {
    return own;
  }
  let base: string | undefined;
  let wrong: StartFailure | undefined;
  for await (const python of candidates()) {
    const found = await inspectInterpreter(python, search.storage);
    search.log.info(`${python}: ${JSON.stringify(found)}`);
    if (found.kind === "ready") {
      return python;
    }
    if (found.kind === "bare") {
      base ??= python;
    } else if (found.kind !== "absent") {
      wrong ??= unfit(python, found);
    }
  }
  if (base === undefined) {
    throw wrong ?? none();
  }
  return setUp(base, search, wheel);
}

async function* candidates(): AsyncGenerator<string> {
  const active = await activeInterpreter();
  if (active !== undefined) {
    yield active;
  }
  yield* ON_THE_PATH;
}

/** The Python of the environment that was made before, if it still runs. */
async function ownPython({ storage, log, signal }: Search, wheel: Wheel): Promise<string | undefined> {
  const python = await completePython(storage, wheel);
  if (python === undefined) {
    return undefined;
  }
  const broken = async (): Promise<boolean> => {
    const found = await inspectInterpreter(python, storage);
    if (found.kind !== "ready") {
      log.warn(`${python}: ${JSON.stringify(found)}`);
    }
    // On a busy machine a good one may be slow, and other windows' servers run in it.
    return found.kind !== "ready" && found.kind !== "slow";
  };
  if ((await broken()) && (await discardEnvironment(storage, wheel, signal, broken))) {
    log.warn(`${python} does not run any more, so it is made anew`);
    return undefined;
  }
  await noteUse(storage, wheel).catch((error: unknown) => log.warn(`Its use is not noted: ${String(error)}`));
  removeOthers(storage, wheel, signal).catch((error: unknown) => log.warn(`An old environment stays: ${String(error)}`));
  return python;
}

/** Make the environment in the user's sight. */
async function setUp(base: string, { storage, log, signal }: Search, wheel: Wheel): Promise<string> {
  const options = {
    location: vscode.ProgressLocation.Notification,
    title: vscode.l10n.t("AutoGLM sets up its server (once)"),
    cancellable: true,
  };
  const began = Date.now();
  log.info(`Making an environment for the server with ${base}`);
  try {
    const python = await vscode.window.withProgress(options, (progress, token) => {
      const stopped = new AbortController();
      token.onCancellationRequested(() => stopped.abort(new SetupStopped()));
      const either = AbortSignal.any([signal, stopped.signal]);
      return makeEnvironment(base, storage, wheel, either, shown(progress, log));
    });
    log.info(`The environment was made in ${((Date.now() - began) / 1000).toFixed(1)} s: ${python}`);
    return python;
  } catch (error) {
    throw error instanceof SetupError ? await explain(error, base, storage) : error;
  }
}

function shown(progress: vscode.Progress<{ message: string }>, log: vscode.LogOutputChannel): Progress {
  const words = {
    waiting: vscode.l10n.t("waiting for another window"),
    creating: vscode.l10n.t("making an environment"),
    installing: vscode.l10n.t("installing"),
  };
  return {
    step: (step) => progress.report({ message: words[step] }),
    line(text) {
      log.info(text.trimEnd());
      const found = /^\s*(Collecting|Processing|Downloading|Installing collected packages)\b:?\s*(.*)/.exec(text);
      if (found?.[1]?.startsWith("Installing")) {
        progress.report({ message: vscode.l10n.t("installing {0} packages", (found[2] ?? "").split(",").length) });
      } else if (found) {
        progress.report({ message: vscode.l10n.t("installing {0}", packageName(found[2] ?? "")) });
      }
    },
  };
}

/** `httpx` of `httpx<1,>=0.28 (from ...)`, of a path of its wheel, and of its wheel's name with a size. */
function packageName(text: string): string {
  const name = /^[\w.]+(-[A-Za-z]\w*)*/.exec(basename(text.split(" ")[0] ?? ""))?.[0] ?? text;
  return name.replaceAll("_", "-");
}

async function explain(error: SetupError, base: string, storage: string): Promise<StartFailure> {
  switch (error.fault) {
    case "venv": {
      const found = await inspectInterpreter(base, storage);
      const version = found.kind === "bare" ? found.version : "3";
      const words = vscode.l10n.t(
        "{0} cannot make an environment: it lacks the module venv. On Debian and Ubuntu it is in the package python{1}-venv.",
        base,
        version,
      );
      return new StartFailure(words, ["again", "interpreter", "log"]);
    }
    case "folder":
      return new StartFailure(
        vscode.l10n.t("The environment for the server could not be made with {0}: {1}", base, error.detail),
        ["again", "interpreter", "log"],
      );
    case "pip":
      return new StartFailure(
        vscode.l10n.t("The server could not be installed: pip needs to reach its package index. It says: {0}", error.detail),
        ["again", "log"],
      );
  }
}

function unfit(python: string, found: Wrong): StartFailure {
  switch (found.kind) {
    case "old": {
      const words = vscode.l10n.t("{0} is Python {1}, and AutoGLM needs 3.11 or newer.", python, found.version);
      return new StartFailure(words, ["interpreter", "again", "log"]);
    }
    case "absent": {
      const words = vscode.l10n.t("{0} cannot be run as Python ({1}).", python, found.reason);
      return new StartFailure(words, ["interpreter", "again", "log"]);
    }
    case "slow": {
      const words = vscode.l10n.t("{0} has not answered within {1} seconds. The machine may be busy.", python, found.seconds);
      return new StartFailure(words, ["again", "interpreter", "log"]);
    }
  }
}

function none(): StartFailure {
  const words = vscode.l10n.t("No Python was found. AutoGLM needs Python 3.11 or newer: install it, or choose where it is.");
  return new StartFailure(words, ["interpreter", "again", "log"]);
}
