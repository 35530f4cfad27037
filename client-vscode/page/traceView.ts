/** One suggestion: what was asked, and its attempts side by side. */
import { attemptTitle, attemptView, verdict } from "./attemptView";
import { stepsChart } from "./chart";
import { lineBefore } from "./diff";
import { button, make } from "./dom";
import type { Visit } from "./diffView";
import { bringIntoView } from "./scrolling";
import { clock, duration, kindName, t } from "./words";
import type { Trace } from "./types";

/** Shows a line of the trace's file in an editor. */
export type Reveal = ((line: number, column: number) => void) | undefined;

/** The whole trace. */
export function traceView(trace: Trace, reveal: Reveal): HTMLElement {
  const columns = trace.attempts.map((attempt) => {
    // An editor has the file with the accepted draft in it, and without the others.
    const visit: Visit =
      reveal &&
      (({ finding }, rows) => {
        const taken = attempt.number === trace.accepted;
        reveal(taken ? finding.line : lineBefore(rows, finding.line), finding.column);
      });
    return attemptView(trace, attempt, visit);
  });
  const attempts = make("div", { class: "attempts", role: "group", "aria-label": t("Attempts") }, ...columns);
  const parts = columns.length > 0 && [columns.length > 1 && overview(trace, columns), attempts];
  return make("article", { class: "trace" }, head(trace, reveal), ...(parts || []));
}

/** Bring the accepted attempt into view, when the trace is in the page. */
export function showAccepted(view: HTMLElement): void {
  const column = view.querySelector<HTMLElement>(".attempt.accepted");
  if (column) {
    bringIntoView(column, false);
  }
}

/** All attempts in a line, as they followed one another; each leads to its column. */
function overview(trace: Trace, columns: readonly HTMLElement[]): HTMLElement {
  const items = trace.attempts.map((attempt, at) => {
    const { state, words } = verdict(trace, attempt);
    const title = `${attemptTitle(attempt)}, ${words}`;
    const icon = attempt.same_as === null ? (ICONS[state] ?? "·") : "=";
    const go = (): void => {
      const column = columns[at];
      if (column) {
        column.focus({ preventScroll: true });
        bringIntoView(column, true);
      }
    };
    return make("li", {}, button({ class: state, title, "aria-label": title }, go, `${attempt.number} ${icon}`));
  });
  return make("ol", { class: "overview", "aria-label": t("Attempts") }, ...items);
}

const ICONS: Record<string, string> = { accepted: "✓", passed: "✓", rejected: "✕", undrafted: "✕" };

function head(trace: Trace, reveal: Reveal): HTMLElement {
  const name = trace.file.split(/[\\/]/).at(-1) ?? trace.file;
  const line = trace.lines[0] ?? 1;
  const file = reveal
    ? button({ class: "link", title: t("Go to line {0}", line) }, () => reveal(line, 1), name)
    : make("span", {}, name);
  const count = trace.attempts.length === 1 ? t("1 attempt") : t("{0} attempts", trace.attempts.length);
  const facts = [count, duration(trace.seconds), clock(trace.ended_at)].flatMap((fact) => [" · ", fact]);
  const ending = trace.status === "accepted" ? t("accepted") : trace.ending;
  const chosen = trace.chosen && t("Attempt {0} was chosen: {1}.", trace.accepted ?? "", trace.chosen);
  return make(
    "header",
    { class: "head" },
    make(
      "h1",
      {},
      make("span", {}, trace.target ? `${kindName(trace.kind)} ${trace.target}` : kindName(trace.kind)),
      make("span", { class: `badge ${trace.status}` }, ending),
    ),
    make("p", { class: "facts" }, file, ...facts),
    trace.instruction && make("blockquote", {}, trace.instruction),
    chosen && make("p", {}, chosen),
    trace.steps.length > 0 && stepsChart(trace),
  );
}
