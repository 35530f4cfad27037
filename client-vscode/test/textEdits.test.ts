import assert from "node:assert/strict";
import { test } from "node:test";
import { applyTextEdits } from "../src/textEdits";

type Place = [line: number, character: number];

function edit([line, character]: Place, [endLine, endCharacter]: Place, newText: string) {
  const range = { start: { line, character }, end: { line: endLine, character: endCharacter } };
  return { range, newText };
}

test("edits in any order count in the text before them", () => {
  const edits = [edit([2, 0], [3, 0], "C\n"), edit([0, 0], [1, 0], "A\nA\n")];
  assert.equal(applyTextEdits("a\nb\nc\n", edits), "A\nA\nb\nC\n");
});

test("insertions at one place keep their order", () => {
  assert.equal(applyTextEdits("x", [edit([0, 0], [0, 0], "1"), edit([0, 0], [0, 0], "2")]), "12x");
});

test("all line ends of the protocol end lines", () => {
  assert.equal(applyTextEdits("a\r\nb\rc\nd", [edit([1, 0], [1, 1], "B"), edit([3, 0], [3, 1], "D")]), "a\r\nB\rc\nD");
});

test("columns count UTF-16 units, and what lies beyond the text is its end", () => {
  assert.equal(applyTextEdits("😀a", [edit([0, 2], [0, 3], "b")]), "😀b");
  assert.equal(applyTextEdits("a\n", [edit([1, 0], [9, 9], "b\n")]), "a\nb\n");
  assert.equal(applyTextEdits("", [edit([0, 0], [0, 0], "new")]), "new");
});
