/** The counters and durations of the process, by kind of request, as charts. */
import { valueBar } from "./chart";
import { make } from "./dom";
import { duration, kindName, t } from "./words";
import type { Durations, Metrics } from "./types";

/** All sections. */
export function metricsView(metrics: Metrics): HTMLElement {
  const sections = Object.entries(metrics).map(([kind, { steps, ...counters }]) =>
    make(
      "section",
      {},
      make("h2", {}, kindName(kind)),
      make("div", { class: "figures" }, countersView(counters), durationsView(steps)),
    ),
  );
  const nothing = make("p", { class: "empty" }, t("Nothing was asked yet, so there is nothing to count."));
  return make("article", { class: "metrics" }, ...(sections.length > 0 ? sections : [nothing]));
}

function countersView(counters: Record<string, unknown>): HTMLElement {
  const entries = Object.entries(counters).filter((each): each is [string, number] => typeof each[1] === "number");
  // Tokens are thousands where requests are tens: each has a scale of its own.
  const isTokens = (name: string): boolean => name.includes("tokens");
  const most = (tokens: boolean): number =>
    Math.max(0, ...entries.filter(([name]) => isTokens(name) === tokens).map(([, value]) => value));
  const rows = [...entries]
    .sort(([one], [other]) => Number(isTokens(one)) - Number(isTokens(other)))
    .map(([name, value]) => {
      const words = name.replaceAll("_", " ");
      const chart = valueBar(`${words}: ${value}`, value, most(isTokens(name)));
      return row(words, chart, value.toLocaleString(document.documentElement.lang || undefined));
    });
  return make("table", {}, make("caption", {}, t("Counts")), make("tbody", {}, ...rows));
}

function durationsView(steps: Record<string, Durations>): HTMLElement {
  const entries = Object.entries(steps).sort(([, one], [, other]) => other.p50_ms - one.p50_ms);
  const most = Math.max(0, ...entries.map(([, times]) => times.p95_ms));
  const rows = entries.map(([name, { n, p50_ms, p95_ms }]) => {
    const [middle, high] = [duration(p50_ms / 1000), duration(p95_ms / 1000)];
    const label = t("{0}: half within {1}, 95 of 100 within {2}", name, middle, high);
    return row(name, valueBar(label, p95_ms, most, p50_ms), middle, high, `× ${n}`);
  });
  const head = ["", "", t("median"), t("95%"), ""].map((words) => make("th", { scope: "col" }, words));
  return make(
    "table",
    {},
    make("caption", {}, t("Durations")),
    make("thead", {}, make("tr", {}, ...head)),
    make("tbody", {}, ...rows),
  );
}

function row(name: string, chart: SVGElement, ...values: string[]): HTMLElement {
  const cells = values.map((value) => make("td", { class: "value" }, value));
  return make("tr", {}, make("th", { scope: "row" }, name), make("td", { class: "chart-cell" }, chart), ...cells);
}
