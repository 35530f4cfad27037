/** One attempt as a column: how it came about, what it cost, what was checked, and its diff. */
import { timeChart, tokenChart } from "./chart";
import { checksView, weigh } from "./checks";
import { textNodes } from "./code";
import { diffView, type Visit } from "./diffView";
import { disclosure, make, type Child } from "./dom";
import { attemptName, t } from "./words";
import type { Attempt, Trace } from "./types";

/** The column. What is the same program as an earlier attempt is a narrow one. */
export function attemptView(trace: Trace, attempt: Attempt, visit: Visit): HTMLElement {
  const { state, words } = verdict(trace, attempt);
  const title = attemptTitle(attempt);
  const same = attempt.same_as === null ? "" : " same";
  const heading = make("h2", {}, make("span", {}, title), make("span", { class: `badge ${state}` }, words));
  const label = `${title}, ${words}`;
  const names = { class: `attempt ${state}${same}`, "aria-label": label, "data-attempt": attempt.number };
  const model = [attempt.engine, attempt.node].filter(Boolean).join(" · ");
  return make(
    "section",
    { ...names, tabindex: -1 },
    make(
      "header",
      {},
      heading,
      attempt.reason && make("p", { class: "reason" }, attempt.reason),
      model && make("p", { class: "model" }, model),
    ),
    make(
      "div",
      { class: "costs" },
      timeChart(attempt, trace),
      attempt.prompt_tokens + attempt.completion_tokens > 0 && tokenChart(attempt, trace),
    ),
    ...(attempt.same_as === null
      ? [attempt.reports.length > 0 && checksView(attempt), ...draftOf(trace, attempt, visit)]
      : [make("p", { class: "notice" }, t("The same program as attempt {0}: it was not run again.", attempt.same_as))]),
    attempt.prompt.length > 0 && promptView(attempt),
    attempt.answer !== "" && !attempt.problem && answerView(attempt),
  );
}

/** Its number, and how it came about. */
export function attemptTitle(attempt: Attempt): string {
  const name = attemptName(attempt.kind);
  return attempt.kind === "existing code" ? name : `${t("Attempt {0}", attempt.number)}: ${name}`;
}

function draftOf(trace: Trace, attempt: Attempt, visit: Visit): Child[] {
  if (attempt.problem) {
    const problem = make("p", { class: "notice" }, t("No draft: {0}.", attempt.problem));
    return [problem, attempt.answer !== "" && make("pre", { class: "answer" }, ...textNodes(attempt.answer))];
  }
  const { found, more } = weigh(attempt);
  const rest = more > 0 && make("p", { class: "notice" }, t("{0} more findings are not shown.", more));
  return [diffView(trace, attempt, found, visit), rest];
}

/** What became of it, as a word for a class and in words. */
export function verdict(trace: Trace, attempt: Attempt): { state: string; words: string } {
  if (attempt.number === trace.accepted) {
    return { state: "accepted", words: t("✓ Accepted") };
  }
  if (attempt.problem) {
    return { state: "undrafted", words: t("No draft") };
  }
  const count = attempt.rejected_by.length;
  if (attempt.kind === "existing code") {
    const words = [t("Nothing to mend"), t("1 thing to mend")][count] ?? t("{0} things to mend", count);
    return { state: "existing", words };
  }
  if (count > 0) {
    return { state: "rejected", words: t("✕ Rejected") };
  }
  return { state: "passed", words: t("Passed") };
}

function promptView(attempt: Attempt): HTMLElement {
  const roles: Record<string, string> = {
    system: t("System"),
    user: t("User"),
    assistant: t("Assistant"),
    prefix: t("Before the cursor"),
    suffix: t("After the cursor"),
  };
  return disclosure(t("Prompt"), { class: "more" }, () =>
    attempt.prompt.flatMap(({ role, content }) => [
      make("h3", {}, roles[role] ?? role),
      make("pre", {}, ...textNodes(content)),
    ]),
  );
}

function answerView(attempt: Attempt): HTMLElement {
  return disclosure(t("The model's own answer, unchecked"), { class: "more" }, () => [
    make("pre", {}, ...textNodes(attempt.answer)),
  ]);
}
