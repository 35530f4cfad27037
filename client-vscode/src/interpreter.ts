/** Asks a Python interpreter whether it can run the server. */
import { execFile, type ExecFileException } from "node:child_process";

/** The server needs this version of Python or a newer one. */
const OLDEST = [3, 11] as const;
const PATIENCE_MS = 15_000;

// find_spec looks the package up without running it.
const QUESTION = [
  "import importlib.util, json, sys",
  "found = importlib.util.find_spec('autoglm_server') is not None",
  "print(json.dumps({'version': list(sys.version_info[:2]), 'server': found}))",
].join("\n");

/**
 * `ready` can run the server, `bare` lacks the package, `old` is too old, `absent` is no Python or fails; `slow` has
 * not answered in time, which on a busy machine says nothing about it.
 */
export type Interpreter =
  | { kind: "ready" }
  | { kind: "bare"; version: string }
  | { kind: "old"; version: string }
  | { kind: "absent"; reason: string }
  | { kind: "slow"; seconds: number };

/**
 * Run `python` once to see what it is. `folder` is where it runs: one that holds no Python files, because the
 * folder is on the interpreter's path.
 */
export async function inspectInterpreter(
  python: string,
  folder: string,
  patience_ms = PATIENCE_MS,
): Promise<Interpreter> {
  let answer: string;
  try {
    answer = await run(python, ["-c", QUESTION], folder, patience_ms);
  } catch (error) {
    if ((error as ExecFileException).killed) {
      return { kind: "slow", seconds: patience_ms / 1000 };
    }
    return { kind: "absent", reason: error instanceof Error ? error.message : String(error) };
  }
  return read(answer);
}

function read(answer: string): Interpreter {
  const match = /^\{"version": \[(\d+), (\d+)\], "server": (true|false)\}\s*$/.exec(answer);
  if (!match) {
    return { kind: "absent", reason: `it answered ${JSON.stringify(answer.slice(0, 200))}` };
  }
  const [major, minor] = [Number(match[1]), Number(match[2])];
  if (major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1])) {
    return { kind: "old", version: `${major}.${minor}` };
  }
  return match[3] === "true" ? { kind: "ready" } : { kind: "bare", version: `${major}.${minor}` };
}

function run(command: string, args: string[], folder: string, timeout: number): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(command, args, { cwd: folder, timeout, encoding: "utf8" }, (error, stdout) =>
      error ? reject(error) : resolve(stdout),
    );
  });
}
