/** A unified diff as the rows of the whole document, and the rows that are folded away. */

/** One line: `-` is before alone, `+` is after alone. Line numbers count from 1. */
export interface Row {
  sign: " " | "-" | "+";
  before?: number;
  after?: number;
  text: string;
}

/** Rows that are shown, or that are folded until somebody asks. */
export interface Piece {
  folded: boolean;
  rows: Row[];
}

const HUNK = /^@@ -(\d+)(?:,(\d+))? \+\d+(?:,(\d+))? @@/;
const AROUND = 3;

/** All rows of the document: the text before, with the hunks of `diff` in their places. */
export function rowsOf(before: string, diff: string): Row[] {
  const old = before === "" ? [] : before.split("\n");
  const rows: Row[] = [];
  let read = 0;
  let written = 0;
  const keep = (end: number): void => {
    while (read < Math.min(end, old.length)) {
      rows.push({ sign: " ", before: ++read, after: ++written, text: old[read - 1] ?? "" });
    }
  };
  const lines = diff.split("\n");
  for (let at = 0; at < lines.length; at++) {
    const hunk = HUNK.exec(lines[at] ?? "");
    if (!hunk) {
      continue;
    }
    let [removed, added] = [Number(hunk[2] ?? 1), Number(hunk[3] ?? 1)];
    // An empty side names the line before it.
    keep(removed === 0 ? Number(hunk[1]) : Number(hunk[1]) - 1);
    // Counted, as a removed line may itself look like the head of a file or of a hunk.
    while (removed > 0 || added > 0) {
      const line = lines[++at];
      if (line === undefined) {
        break;
      }
      const text = line.slice(1);
      if (line[0] === "-") {
        removed--;
        rows.push({ sign: "-", before: ++read, text });
      } else if (line[0] === "+") {
        added--;
        rows.push({ sign: "+", after: ++written, text });
      } else {
        removed--;
        added--;
        rows.push({ sign: " ", before: ++read, after: ++written, text });
      }
    }
  }
  keep(old.length);
  return rows;
}

/** The rows in pieces: changed rows, those that `wanted` names and a few around them are shown. */
export function fold(rows: readonly Row[], wanted: (row: Row) => boolean): Piece[] {
  const shown = new Array<boolean>(rows.length).fill(false);
  rows.forEach((row, at) => {
    if (row.sign !== " " || wanted(row)) {
      shown.fill(true, Math.max(0, at - AROUND), at + AROUND + 1);
    }
  });
  const pieces: Piece[] = [];
  rows.forEach((row, at) => {
    const folded = shown[at] !== true;
    const last = pieces.at(-1);
    if (last?.folded === folded) {
      last.rows.push(row);
    } else {
      pieces.push({ folded, rows: [row] });
    }
  });
  return pieces;
}

/** The line before that stands nearest to a line after: where to look in a file without the draft. */
export function lineBefore(rows: readonly Row[], after: number): number {
  let nearest = 1;
  for (const row of rows) {
    nearest = row.before ?? nearest;
    if (row.after === after) {
      break;
    }
  }
  return nearest;
}
