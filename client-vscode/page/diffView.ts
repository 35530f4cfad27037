/** One draft as a diff with line numbers, each finding under its line. */
import type { Weighed } from "./checks";
import { codeNodes, textNodes, type Mark } from "./code";
import { fold, rowsOf, type Row } from "./diff";
import { button, make } from "./dom";
import { t } from "./words";
import type { Attempt, Trace } from "./types";

const MOST_UNFOLDED = 200;
const MOST_OF_PLACE = 40;

/** Called with the finding that a reader chose, and the rows that tell where its line stands before the draft. */
export type Visit = ((finding: Weighed, rows: readonly Row[]) => void) | undefined;

/** The table; `found` are the findings that it shows. */
export function diffView(trace: Trace, attempt: Attempt, found: readonly Weighed[], visit: Visit): HTMLElement {
  const rows = rowsOf(trace.before, attempt.diff);
  const last = rows.reduce((most, row) => Math.max(most, row.after ?? 0), 0);
  const byLine = new Map<number, Weighed[]>();
  for (const each of found) {
    const line = Math.min(each.finding.line, last);
    byLine.set(line, [...(byLine.get(line) ?? []), each]);
  }
  const changed = rows.some((row) => row.sign !== " ") || byLine.size > 0;
  const [first = 1, end = first] = trace.lines;
  const inPlace = (row: Row): boolean =>
    row.before !== undefined && row.before >= first && row.before <= Math.min(end, first + MOST_OF_PLACE);
  const pieces = fold(rows, (row) =>
    changed ? row.after !== undefined && byLine.has(row.after) : inPlace(row),
  );
  const lines = (shown: readonly Row[]): HTMLElement[] =>
    shown.flatMap((row) => {
      const here = row.after === undefined ? [] : (byLine.get(row.after) ?? []);
      return [lineView(row, here), ...here.map((each) => findingView(each, visit && (() => visit(each, rows))))];
    });
  const body = make("tbody");
  for (const piece of pieces) {
    body.append(...(piece.folded ? [foldView(piece.rows, lines)] : lines(piece.rows)));
  }
  const label = t("Changes of attempt {0}", attempt.number);
  const table = make("table", { class: "diff", "aria-label": label }, body);
  // What is under the last line of an empty document has no row.
  const homeless = last === 0 ? found : [];
  const region = { class: "code", tabindex: 0, role: "group", "aria-label": label };
  return make("div", region, table, ...homeless.map(notice));
}

function lineView(row: Row, here: readonly Weighed[]): HTMLElement {
  const kind = row.sign === "+" ? "added" : row.sign === "-" ? "removed" : "same";
  const marks = here.map((each) => markOf(each, row));
  const sign = row.sign === "+" ? t("added") : row.sign === "-" ? t("removed") : undefined;
  // Numbers are drawn by the style sheet, so that copied code is code.
  return make(
    "tr",
    { class: `line ${kind}` },
    make("td", { class: "number", "data-number": row.before }),
    make("td", { class: "number", "data-number": row.after }),
    make("td", { class: "sign", "data-sign": row.sign === "-" ? "−" : row.sign, "aria-label": sign }),
    make("td", { class: "text" }, ...codeNodes(row.text, marks)),
  );
}

function markOf({ finding }: Weighed, row: Row): Mark {
  const length = Array.from(row.text).length;
  const start = Math.min(finding.column - 1, length);
  const end = finding.end_line > finding.line ? length : Math.min(finding.end_column - 1, length);
  const severity = finding.severity;
  // An empty range is drawn under the character at it, else under the last one.
  const place = Math.max(0, Math.min(start, length - 1));
  return end > start ? { start, end, severity } : { start: place, end: place + 1, severity };
}

function findingView(each: Weighed, visit: (() => void) | undefined): HTMLElement {
  const { finding, counts } = each;
  const names: Record<string, string> = { error: t("error"), warning: t("warning"), info: t("information") };
  const icon = { class: "icon", role: "img", "aria-label": names[finding.severity] };
  const source = finding.rule ? `${finding.validator}(${finding.rule})` : finding.validator;
  const head = [
    make("span", icon, { error: "✕", warning: "⚠", info: "ℹ" }[finding.severity]),
    make("span", { class: "message" }, ...textNodes(finding.message)),
    make("span", { class: "source" }, source),
    !counts && make("span", { class: "source" }, t("does not count")),
  ];
  const attributes = { class: "head", "data-finding": true, "data-line": finding.line };
  const title = t("Go to line {0}", finding.line);
  const line = visit
    ? button({ ...attributes, title }, visit, ...head)
    : make("div", { ...attributes, tabindex: 0 }, ...head);
  const detail = finding.detail && make("pre", { class: "detail" }, ...textNodes(finding.detail));
  return make(
    "tr",
    { class: `finding ${finding.severity}${counts ? "" : " light"}` },
    make("td", { colspan: 4 }, make("div", { class: "box" }, line, detail)),
  );
}

function notice({ finding }: Weighed): HTMLElement {
  return make("p", { class: "notice" }, `${finding.validator}: ${finding.message}`);
}

function foldView(rows: Row[], lines: (rows: readonly Row[]) => HTMLElement[]): HTMLElement {
  const words = rows.length === 1 ? t("1 unchanged line") : t("{0} unchanged lines", rows.length);
  const row = make("tr", { class: "fold" });
  const open = button({}, () => {
    const rest = rows.slice(MOST_UNFOLDED);
    const more = lines(rows.slice(0, MOST_UNFOLDED));
    row.replaceWith(...more, ...(rest.length > 0 ? [foldView(rest, lines)] : []));
  });
  open.append(`⋯ ${words}`);
  row.append(make("td", { colspan: 4 }, open));
  return row;
}
