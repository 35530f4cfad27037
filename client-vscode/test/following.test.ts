import assert from "node:assert/strict";
import { test } from "node:test";
import { follow } from "../src/following";

/** What `[` and `]` enclose in `before`, found again in `after`. */
function found(before: string, after: string): string {
  const [start, end] = [before.indexOf("["), before.indexOf("]") - 1];
  const span = follow(before.replace(/[[\]]/g, ""), after, { start, end });
  return `${after.slice(0, span.start)}[${after.slice(span.start, span.end)}]${after.slice(span.end)}`;
}

test("a change before a place moves it, and one behind it does not", () => {
  assert.equal(found("ab\n[cd]\nef\n", "# new\nab\ncd\nef\n"), "# new\nab\n[cd]\nef\n");
  assert.equal(found("ab\n[cd]\nef\n", "cd\nef\n"), "[cd]\nef\n");
  assert.equal(found("ab\n[cd]\nef\n", "ab\ncd\nef\nmore\n"), "ab\n[cd]\nef\nmore\n");
});

test("a change inside of a place belongs to it", () => {
  assert.equal(found("ab\n[cd]\nef\n", "ab\ncXYd\nef\n"), "ab\n[cXYd]\nef\n");
  assert.equal(found("a[b\ncd]\nef\n", "aX\ncd\nef\n"), "a[X\ncd]\nef\n");
  assert.equal(found("ab\n[cdef]\n", "ab\ncd\n"), "ab\n[cd]\n");
});

test("a cursor stays before what follows it", () => {
  assert.equal(found("ab\nc[]d\n", "new\nab\ncd\n"), "new\nab\nc[]d\n");
  assert.equal(found("[]ab", "Xab"), "X[]ab");
});

test("a text that was not changed, or is gone, has the place or its end", () => {
  assert.equal(found("a[b]c", "abc"), "a[b]c");
  assert.equal(found("a[b]c", ""), "[]");
  assert.equal(found("[]", "new"), "new[]");
});
