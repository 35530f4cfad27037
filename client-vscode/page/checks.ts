/** What the validators say of one draft: a strip of their names, and each with what it looked at. */
import { make } from "./dom";
import { duration, t } from "./words";
import type { Attempt, Finding, Report } from "./types";

/** A finding of an attempt; `counts`: it is why the draft was rejected. */
export interface Weighed {
  finding: Finding;
  counts: boolean;
}

const MOST = 50;

/**
 * The findings that a reader wants, in text order: those that reject the draft, and those that it introduced; `more`
 * are beyond what anybody reads.
 */
export function weigh(attempt: Attempt): { found: Weighed[]; more: number } {
  const against = new Set(attempt.rejected_by.map(mark));
  const all = attempt.reports.flatMap((report) => report.findings);
  const weighed = all
    .map((finding) => ({ finding, counts: against.has(mark(finding)) }))
    .filter(({ finding, counts }) => counts || finding.introduced)
    .sort((a, b) => Number(b.counts) - Number(a.counts));
  const found = weighed
    .slice(0, MOST)
    .sort((a, b) => a.finding.line - b.finding.line || a.finding.column - b.finding.column);
  return { found, more: weighed.length - found.length };
}

type Verdict = "passed" | "objected" | "noted" | "skipped";

const ICONS: Record<Verdict, string> = { passed: "✓", objected: "✕", noted: "!", skipped: "–" };

/** The strip, which opens to one line a validator. */
export function checksView(attempt: Attempt): HTMLElement {
  const against = new Set(attempt.rejected_by.map((finding) => finding.validator));
  const judged = attempt.reports.map((report) => ({ report, verdict: verdictOf(report, against) }));
  const count = (verdict: Verdict): number => judged.filter((each) => each.verdict === verdict).length;
  const words = [
    count("objected") > 0 && t("{0} objected", count("objected")),
    t("{0} passed", count("passed") + count("noted")),
    count("skipped") > 0 && t("{0} not looked at", count("skipped")),
  ];
  const chips = judged
    .filter(({ verdict }) => verdict !== "skipped")
    .map(({ report, verdict }) =>
      make("span", { class: `chip ${verdict}` }, icon(verdict), ` ${report.validator}`),
    );
  const rows = judged.map(({ report, verdict }) =>
    make(
      "li",
      { class: verdict },
      icon(verdict),
      make("span", { class: "name" }, report.validator),
      make("span", { class: "words" }, describe(report)),
      make("span", { class: "time" }, report.skipped || attempt.same_as !== null ? "" : duration(report.seconds)),
    ),
  );
  return make(
    "details",
    { class: "checks" },
    make(
      "summary",
      {},
      make(
        "span",
        { class: "glance" },
        make("span", { class: "chips" }, ...chips),
        make("span", { class: "counts" }, words.filter(Boolean).join(" · ")),
      ),
    ),
    make("ul", {}, ...rows),
  );
}

function verdictOf(report: Report, against: ReadonlySet<string>): Verdict {
  if (report.skipped) {
    return "skipped";
  }
  if (against.has(report.validator)) {
    return "objected";
  }
  return report.findings.some((finding) => finding.introduced) ? "noted" : "passed";
}

function describe(report: Report): string {
  if (report.skipped) {
    return t("not looked at: {0}", report.skipped);
  }
  return report.summary || (report.findings.length === 1 ? t("1 finding") : t("{0} findings", report.findings.length));
}

function icon(verdict: Verdict): HTMLElement {
  const name = { passed: t("passed"), objected: t("objected"), noted: t("noted something"), skipped: t("skipped") };
  return make("span", { class: "icon", role: "img", "aria-label": name[verdict] }, ICONS[verdict]);
}

function mark(finding: Finding): string {
  return JSON.stringify([finding.validator, finding.rule, finding.line, finding.column, finding.message]);
}
