/** Applies the edits of a protocol to a text, outside of any editor. */
import type { TextEdit } from "vscode-languageclient/node";

const LINE_END = /\r\n|\r|\n/g;

/** The text after the edits, whose ranges count in the text before them, do not overlap, and may come in any order. */
export function applyTextEdits(text: string, edits: readonly TextEdit[]): string {
  const starts = [0, ...[...text.matchAll(LINE_END)].map((end) => end.index + end[0].length)];
  const offset = ({ line, character }: { line: number; character: number }): number =>
    Math.min((starts[line] ?? text.length) + character, starts[line + 1] ?? text.length);
  const replaced = edits
    .map((edit, order) => ({ start: offset(edit.range.start), end: offset(edit.range.end), text: edit.newText, order }))
    .sort((a, b) => a.start - b.start || a.order - b.order);
  let result = "";
  let at = 0;
  for (const edit of replaced) {
    result += text.slice(at, edit.start) + edit.text;
    at = edit.end;
  }
  return result + text.slice(at);
}
