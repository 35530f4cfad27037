/** A download in words: how much, how fast, how long still. */

/** Bytes as people read them, in decimal units: `491 MB`, `1.1 GB`. */
export function bytes(count: number): string {
  if (count >= 1e9) {
    return `${(count / 1e9).toFixed(1)} GB`;
  }
  return count >= 1e6 ? `${Math.round(count / 1e6)} MB` : `${Math.round(count / 1e3)} kB`;
}

/** The speed over the last seconds. */
export class Speed {
  private readonly samples: { at: number; done: number }[] = [];

  constructor(
    private readonly now: () => number = Date.now,
    private readonly window_ms = 5_000,
  ) {}

  /** Note that `done` bytes are here; returns bytes per second, or undefined while too little is known. */
  note(done: number): number | undefined {
    const at = this.now();
    this.samples.push({ at, done });
    while (this.samples.length > 2 && at - (this.samples[0]?.at ?? at) > this.window_ms) {
      this.samples.shift();
    }
    const first = this.samples[0];
    const passed = first ? at - first.at : 0;
    return first && passed >= 500 && done > first.done ? ((done - first.done) * 1000) / passed : undefined;
  }
}

/** Seconds in a few characters: `45 s`, `3 min`. */
export function duration(seconds: number): string {
  return seconds < 90 ? `${Math.max(1, Math.round(seconds))} s` : `${Math.round(seconds / 60)} min`;
}
