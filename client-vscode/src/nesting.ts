/** Turns dotted keys into nested objects. */

/** `[["inline.enabled", false]]` becomes `{ inline: { enabled: false } }`. */
export function nest(entries: Iterable<readonly [string, unknown]>): object {
  const root: Record<string, unknown> = {};
  for (const [key, value] of entries) {
    const sections = key.split(".");
    const name = sections.pop() as string;
    let holder = root;
    for (const section of sections) {
      holder = (holder[section] ??= {}) as Record<string, unknown>;
    }
    holder[name] = value;
  }
  return root;
}
