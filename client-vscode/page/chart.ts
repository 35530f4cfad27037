/** Small charts, drawn as SVG; each says in words what it shows. */
import { draw, make, type Child } from "./dom";
import { duration, t } from "./words";
import type { Attempt, Trace } from "./types";

/** A part of a bar; `tone` is a class of trace.css. */
export interface Part {
  name: string;
  value: number;
  words: string;
  tone: string;
}

const TONES = ["tone-2", "tone-3"];
const SMALL = 0.05;

/** A stacked bar as long as its parts are of `most`, above what the parts are. */
export function stackedBar(title: string, total: string, parts: readonly Part[], most: number): HTMLElement {
  const seen = parts.filter((part) => part.value > 0);
  let left = 0;
  const pieces = seen.map((part) => {
    const width = most > 0 ? (100 * part.value) / most : 0;
    const piece = draw(
      "rect",
      { class: part.tone, x: left.toFixed(3), y: 0, width: width.toFixed(3), height: 8 },
      draw("title", {}, `${part.name} ${part.words}`),
    );
    left += width;
    return piece;
  });
  const label = `${title}: ${seen.map((part) => `${part.name} ${part.words}`).join(", ")}`;
  const legend = seen.map((part) =>
    make("li", {}, swatch(part.tone), make("span", { class: "name" }, part.name), ` ${part.words}`),
  );
  return make(
    "div",
    { class: "chart" },
    make("div", { class: "chart-title" }, make("span", {}, title), make("span", { class: "total" }, total)),
    bar(label, pieces),
    make("ul", { class: "legend", "aria-hidden": "true" }, ...legend),
  );
}

/** Where an attempt's time went: the model, then the validators that took most of the rest. */
export function timeChart(attempt: Attempt, trace: Trace): HTMLElement {
  const most = Math.max(...trace.attempts.map(spent));
  return stackedBar(t("Time"), duration(attempt.seconds), timeParts(attempt), most);
}

/** What an attempt's model read, found in its cache, and wrote. */
export function tokenChart(attempt: Attempt, trace: Trace): HTMLElement {
  const total = (each: Attempt): number => each.prompt_tokens + each.completion_tokens;
  const part = (name: string, value: number, tone: string): Part => ({ name, value, words: String(value), tone });
  const parts = [
    part(t("cached"), attempt.cached_tokens, "tone-quiet"),
    part(t("read"), attempt.prompt_tokens - attempt.cached_tokens, "tone-2"),
    part(t("written"), attempt.completion_tokens, "tone-1"),
  ];
  return stackedBar(t("Tokens"), String(total(attempt)), parts, Math.max(...trace.attempts.map(total)));
}

/** The steps of grey text on its way to the user. */
export function stepsChart(trace: Trace): HTMLElement {
  const tones = ["tone-1", "tone-2", "tone-3", "tone-4", "tone-5", "tone-quiet"];
  const parts = trace.steps.map((step, at) => ({
    name: step.name,
    value: step.seconds,
    words: duration(step.seconds),
    tone: tones[at % tones.length] ?? "tone-quiet",
  }));
  const sum = parts.reduce((total, part) => total + part.value, 0);
  return stackedBar(t("Steps"), duration(sum), parts, sum);
}

/** One value of many as a bar: `value` of `most`, and the part `inner` of it in a stronger tone. */
export function valueBar(label: string, value: number, most: number, inner = value): SVGSVGElement {
  const width = (share: number): string => (most > 0 ? (100 * share) / most : 0).toFixed(3);
  const pieces = [
    draw("rect", { class: "tone-1 faint", x: 0, y: 0, width: width(value), height: 8 }),
    draw("rect", { class: "tone-1", x: 0, y: 0, width: width(inner), height: 8 }),
  ];
  return bar(label, pieces);
}

function timeParts(attempt: Attempt): Part[] {
  const ran = attempt.same_as === null ? attempt.reports.filter((report) => !report.skipped) : [];
  const dearest = [...ran].sort((a, b) => b.seconds - a.seconds);
  const worth = dearest.filter((report) => report.seconds > SMALL * attempt.seconds).slice(0, TONES.length);
  const others = dearest.slice(worth.length).reduce((sum, report) => sum + report.seconds, 0);
  const part = (name: string, value: number, tone: string): Part => ({ name, value, words: duration(value), tone });
  return [
    part(t("model"), attempt.model_seconds, "tone-1"),
    ...worth.map((report, at) => part(report.validator, report.seconds, TONES[at] ?? "tone-quiet")),
    part(t("others"), others, "tone-quiet"),
  ];
}

/** Validators of one cost run side by side: their times together may be more than the attempt's. */
function spent(attempt: Attempt): number {
  return timeParts(attempt).reduce((sum, part) => sum + part.value, 0);
}

function bar(label: string, pieces: Child[]): SVGSVGElement {
  const frame = { class: "bar", viewBox: "0 0 100 8", preserveAspectRatio: "none", role: "img", "aria-label": label };
  return draw("svg", frame, ...pieces);
}

function swatch(tone: string): SVGSVGElement {
  const square = draw("rect", { class: tone, width: 8, height: 8, rx: 1 });
  return draw("svg", { class: "swatch", viewBox: "0 0 8 8" }, square);
}
