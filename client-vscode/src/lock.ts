/** One window at a time: a lock in a folder that all windows share. */
import { open, rm, stat, utimes } from "node:fs/promises";

const BEAT_MS = 1_000;
/** A holder that has not moved for so long was killed. */
const DEAD_AFTER_MS = 10_000;
const LOOK_AGAIN_MS = 250;

/**
 * Do `work` while no other process holds the lock `file`. `waiting` is called once if one does; `signal` ends the
 * wait with its reason.
 */
export async function holding<T>(
  file: string,
  signal: AbortSignal,
  waiting: () => void,
  work: () => Promise<T>,
): Promise<T> {
  for (let tries = 0; !(await take(file)); tries += 1) {
    if (tries === 0) {
      waiting();
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
    signal.throwIfAborted();
  }
  const beat = setInterval(() => {
    const now = new Date();
    utimes(file, now, now).catch(() => undefined); // Gone with its folder: then nobody looks at it either.
  }, BEAT_MS);
  try {
    return await work();
  } finally {
    clearInterval(beat);
    await rm(file, { force: true });
  }
}

async function take(file: string): Promise<boolean> {
  try {
    await (await open(file, "wx")).close();
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") {
      throw error;
    }
  }
  const held = await stat(file).catch(() => undefined);
  if (held && Date.now() - held.mtimeMs > DEAD_AFTER_MS) {
    await rm(file, { force: true });
  }
  return false;
}
