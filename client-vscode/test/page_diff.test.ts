import assert from "node:assert/strict";
import { test } from "node:test";
import { fold, lineBefore, rowsOf, type Row } from "../page/diff";

const signs = (rows: readonly Row[]): string => rows.map((row) => row.sign + row.text).join("\n");

test("a hunk stands in its place in the whole document, with the numbers of both sides", () => {
  const diff = ["--- a/m.py", "+++ b/m.py", "@@ -2,2 +2,3 @@", " b", "-c", "+C", "+d"].join("\n");
  const rows = rowsOf("a\nb\nc\ne", diff);
  assert.equal(signs(rows), " a\n b\n-c\n+C\n+d\n e");
  assert.deepEqual(rows.map((row) => [row.before, row.after]), [
    [1, 1],
    [2, 2],
    [3, undefined],
    [undefined, 3],
    [undefined, 4],
    [4, 5],
  ]);
});

test("lines that look like the head of a file or a hunk are lines of the hunk", () => {
  const hunk = ["@@ -1,2 +1,2 @@", "--- x", "-@@ -9 +9 @@", "+++ y", "+@@ -8 +8 @@"];
  const diff = ["--- a/m.py", "+++ b/m.py", ...hunk].join("\n");
  assert.equal(signs(rowsOf("-- x\n@@ -9 +9 @@\nz", diff)), "--- x\n-@@ -9 +9 @@\n+++ y\n+@@ -8 +8 @@\n z");
});

test("a document that was empty, and one that becomes empty", () => {
  assert.equal(signs(rowsOf("", "--- a/m.py\n+++ b/m.py\n@@ -0,0 +1,2 @@\n+a\n+b")), "+a\n+b");
  assert.equal(signs(rowsOf("a", "--- a/m.py\n+++ b/m.py\n@@ -1 +0,0 @@\n-a")), "-a");
});

test("lines added after a line of which nothing changes", () => {
  assert.equal(signs(rowsOf("a\nb", "@@ -1,0 +2 @@\n+x")), " a\n+x\n b");
});

test("without a diff the document stays as it is", () => {
  assert.equal(signs(rowsOf("a\nb", "")), " a\n b");
  assert.deepEqual(rowsOf("", ""), []);
});

test("a diff that is cut short ends, and the document goes on", () => {
  assert.equal(signs(rowsOf("a\nb", "@@ -1,5 +1,5 @@\n a\n+x")), " a\n+x\n b");
});

test("what is far from a change is folded, and what somebody wants to see is not", () => {
  const before = Array.from({ length: 40 }, (_, at) => `line ${at + 1}`).join("\n");
  const rows = rowsOf(before, "@@ -20 +20 @@\n-line 20\n+changed");
  const sizes = (wanted: (row: Row) => boolean): [boolean, number][] =>
    fold(rows, wanted).map((piece) => [piece.folded, piece.rows.length]);
  assert.deepEqual(sizes(() => false), [
    [true, 16],
    [false, 8],
    [true, 17],
  ]);
  assert.deepEqual(sizes((row) => row.after === 40), [
    [true, 16],
    [false, 8],
    [true, 13],
    [false, 4],
  ]);
});

test("a line of a draft is found again in the file without the draft", () => {
  const rows = rowsOf("a\nb\nc", "@@ -2 +2,3 @@\n-b\n+x\n+y\n+z");
  assert.deepEqual([1, 2, 3, 4, 5].map((line) => lineBefore(rows, line)), [1, 2, 2, 2, 3]);
});
