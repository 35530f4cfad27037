/** Finds a place of a text again after the text was changed. */

/** Offsets; `end` is behind the last character. */
export interface Span {
  start: number;
  end: number;
}

/**
 * Where `span` of the text `before` is in the text `after`. All that changed counts as one change: what lies before or
 * behind it stays the same code, and what it touches grows by it.
 */
export function follow(before: string, after: string, span: Span): Span {
  const shortest = Math.min(before.length, after.length);
  let head = 0;
  while (head < shortest && before[head] === after[head]) {
    head += 1;
  }
  let tail = 0;
  while (tail < shortest - head && before.at(-1 - tail) === after.at(-1 - tail)) {
    tail += 1;
  }
  const moved = after.length - before.length;
  if (span.start >= before.length - tail) {
    return { start: span.start + moved, end: span.end + moved };
  }
  if (span.end <= head) {
    return span;
  }
  return { start: Math.min(span.start, head), end: Math.max(span.end, before.length - tail) + moved };
}
