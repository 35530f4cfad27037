/** A line of code as nodes: characters that deceive are named, and what a finding is about is underlined. */
import { make } from "./dom";
import type { Severity } from "./types";

/** The half-open range `[start, end)` of code points of a line. */
export interface Mark {
  start: number;
  end: number;
  severity: Severity;
}

// Controls, zero-width characters and those that change the direction of text: a reader sees none of them.
const HIDDEN = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/u;

/** The nodes of a line. */
export function codeNodes(text: string, marks: readonly Mark[]): (Node | string)[] {
  if (marks.length === 0) {
    return visible(text);
  }
  const points = Array.from(text);
  const edges = new Set([0, points.length, ...marks.flatMap((mark) => [mark.start, mark.end])]);
  const places = [...edges].filter((place) => place >= 0 && place <= points.length).sort((a, b) => a - b);
  return places.slice(0, -1).flatMap((start, at) => {
    const nodes = visible(points.slice(start, places[at + 1]).join(""));
    const over = marks.filter((mark) => mark.start <= start && start < mark.end);
    return over.length > 0 ? [make("span", { class: `squiggle ${worst(over)}` }, ...nodes)] : nodes;
  });
}

/** The nodes of a text of several lines. */
export function textNodes(text: string): (Node | string)[] {
  return text.split(/\r\n|\n/).flatMap((line, at) => [at > 0 ? "\n" : "", ...visible(line)]);
}

function visible(text: string): (Node | string)[] {
  if (!HIDDEN.test(text)) {
    return [text];
  }
  const nodes: (Node | string)[] = [];
  for (const point of text) {
    if (HIDDEN.test(point)) {
      const name = `U+${(point.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}`;
      nodes.push(make("span", { class: "hidden-character" }, name));
    } else {
      nodes.push(point);
    }
  }
  return nodes;
}

function worst(marks: readonly Mark[]): Severity {
  const found = marks.map((mark) => mark.severity);
  return found.includes("error") ? "error" : found.includes("warning") ? "warning" : "info";
}
