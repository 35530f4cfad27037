/**
 * The server's own environment in the extension's storage: a venv with the bundled wheel, one for each wheel.
 *
 * It is made in place, because a venv's scripts hold its path, and a note is written when it is complete: what has
 * none was left by a process that was killed, and is made anew.
 */
import { mkdir, readFile, readdir, rm, stat, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { holding } from "./lock";
import { runProgram } from "./processes";
import type { Wheel } from "./wheel";

const PREFIX = "server-";
const COMPLETE = "complete.json";
const LOCK = "setup.lock";
/** A window that was not reloaded since an update runs the version before: it noted its start within this time. */
const UNUSED_AFTER_MS = 7 * 24 * 60 * 60 * 1000;

/**
 * `venv`: Python lacks a module that makes environments; `folder`: the environment could not be made for another
 * reason; `pip`: the server or what it needs could not be had.
 */
export type SetupFault = "venv" | "folder" | "pip";

/** The environment could not be made; nothing is left of it. `detail` is the last that the tool said. */
export class SetupError extends Error {
  constructor(
    readonly fault: SetupFault,
    readonly detail: string,
  ) {
    super(detail);
  }
}

/** What is told while an environment is made: a step, or a line that a tool wrote. */
export interface Progress {
  step(step: "waiting" | "creating" | "installing"): void;
  line(text: string): void;
}

/** The Python of the environment for `wheel` under `storage`; undefined unless it is complete. */
export async function completePython(storage: string, wheel: Wheel): Promise<string | undefined> {
  const folder = join(storage, PREFIX + wheel.id);
  const note = await readFile(join(folder, COMPLETE), "utf8").catch(() => undefined);
  return note === undefined ? undefined : pythonOf(folder);
}

/**
 * Make the environment with the interpreter `base`, and return its Python. Another window that makes it already is
 * waited for. Throws SetupError, or the signal's reason when `signal` is aborted.
 */
export async function makeEnvironment(
  base: string,
  storage: string,
  wheel: Wheel,
  signal: AbortSignal,
  progress: Progress,
): Promise<string> {
  const folder = join(storage, PREFIX + wheel.id);
  await mkdir(storage, { recursive: true });
  return holding(join(storage, LOCK), signal, () => progress.step("waiting"), async () => {
    const made = await completePython(storage, wheel);
    if (made !== undefined) {
      return made;
    }
    try {
      await remove(folder);
      await fill(folder, base, storage, wheel, signal, progress);
      await writeFile(join(folder, COMPLETE), JSON.stringify({ base, wheel: wheel.id }));
    } catch (error) {
      await remove(folder);
      throw error;
    }
    return pythonOf(folder);
  });
}

/** Note that the environment of `wheel` is used now: the time of its folder says so to newer versions. */
export async function noteUse(storage: string, wheel: Wheel): Promise<void> {
  const now = new Date();
  await utimes(join(storage, PREFIX + wheel.id), now, now);
}

/**
 * Delete the environment of `wheel`, which turned out not to run: its base was removed, for example. `broken` is asked
 * again once no other window makes or deletes one: it may have been made anew meanwhile. Returns whether it is gone.
 */
export async function discardEnvironment(
  storage: string,
  wheel: Wheel,
  signal: AbortSignal,
  broken: () => Promise<boolean>,
): Promise<boolean> {
  return holding(join(storage, LOCK), signal, () => undefined, async () => {
    if (!(await broken())) {
      return false;
    }
    await remove(join(storage, PREFIX + wheel.id));
    return true;
  });
}

/** Delete the environments of other wheels than this one, those of versions before, that were not used for days. */
export async function removeOthers(storage: string, wheel: Wheel, signal: AbortSignal): Promise<void> {
  await holding(join(storage, LOCK), signal, () => undefined, async () => {
    const names = await readdir(storage);
    const others = names.filter((name) => name.startsWith(PREFIX) && name !== PREFIX + wheel.id);
    for (const folder of others.map((name) => join(storage, name))) {
      if (Date.now() - (await stat(folder)).mtimeMs > UNUSED_AFTER_MS) {
        await remove(folder);
      }
    }
  });
}

async function fill(
  folder: string,
  base: string,
  storage: string,
  wheel: Wheel,
  signal: AbortSignal,
  progress: Progress,
): Promise<void> {
  progress.step("creating");
  // -I: neither the folder nor PYTHONPATH may lend a module to what runs here.
  const made = await runProgram(base, ["-I", "-m", "venv", folder], storage, signal, progress.line);
  if (!made.ok) {
    const lacks = /ensurepip|No module named '?venv/.test(made.output);
    throw new SetupError(lacks ? "venv" : "folder", lastLine(made.output));
  }
  progress.step("installing");
  const options = ["--no-input", "--no-user", "--disable-pip-version-check", "--progress-bar", "off"];
  const pip = ["-I", "-X", "utf8", "-m", "pip", "install", ...options, wheel.file];
  const installed = await runProgram(pythonOf(folder), pip, storage, signal, progress.line);
  if (!installed.ok) {
    throw new SetupError("pip", pipsReason(installed.output));
  }
}

/** Why pip failed: that the index could not be reached matters more than what followed from it. */
function pipsReason(output: string): string {
  const lines = output.split(/\r?\n/).filter((line) => line.trim());
  const broken = lines.filter((line) => line.includes("connection broken by")).at(-1);
  const error = lines.filter((line) => line.startsWith("ERROR: ")).at(-1);
  return (broken?.split("connection broken by")[1] ?? error?.slice("ERROR: ".length) ?? lines.at(-1) ?? "").trim();
}

function lastLine(output: string): string {
  return output.trim().split(/\r?\n/).at(-1) ?? "";
}

function pythonOf(folder: string): string {
  return process.platform === "win32" ? join(folder, "Scripts", "python.exe") : join(folder, "bin", "python");
}

async function remove(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true, maxRetries: 3 });
}
