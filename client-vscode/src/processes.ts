/** Runs a program to its end, and tells each line that it writes. */
import { spawn } from "node:child_process";

/** How a program ended; `output` is what it wrote, both streams together. */
export interface Ended {
  ok: boolean;
  output: string;
}

/**
 * Run `command` in `folder`. `line` is called for each line of its output; when `signal` is aborted, the program and
 * what it started are ended, and the signal's reason is thrown once they are gone.
 */
export function runProgram(
  command: string,
  args: readonly string[],
  folder: string,
  signal: AbortSignal,
  line: (text: string) => void,
): Promise<Ended> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    // A group of its own, so that what it starts can be ended with it.
    const group = process.platform !== "win32";
    const child = spawn(command, args, { cwd: folder, detached: group, stdio: ["ignore", "pipe", "pipe"] });
    const stop = (): void => {
      try {
        if (group && child.pid !== undefined) {
          process.kill(-child.pid, "SIGKILL");
        } else {
          child.kill();
        }
      } catch {
        // It has just ended.
      }
    };
    signal.addEventListener("abort", stop);
    let output = "";
    let rest = "";
    const read = (text: string): void => {
      output += text;
      const lines = (rest + text).split(/\r?\n/);
      rest = lines.pop() ?? "";
      lines.filter((found) => found.trim()).forEach(line);
    };
    child.stdout.setEncoding("utf8").on("data", read);
    child.stderr.setEncoding("utf8").on("data", read);
    child.on("error", (error) => {
      signal.removeEventListener("abort", stop);
      reject(error);
    });
    child.on("close", (code) => {
      signal.removeEventListener("abort", stop);
      if (signal.aborted) {
        reject(signal.reason as Error);
      } else {
        resolve({ ok: code === 0, output });
      }
    });
  });
}
