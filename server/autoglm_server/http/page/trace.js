"use strict";
(() => {
  // dom.ts
  function make(name, attributes = {}, ...children) {
    const element = document.createElement(name);
    fill(element, attributes, children);
    return element;
  }
  function draw(name, attributes = {}, ...children) {
    const element = document.createElementNS("http://www.w3.org/2000/svg", name);
    fill(element, attributes, children);
    return element;
  }
  function fill(element, attributes, children) {
    for (const [name, value] of Object.entries(attributes)) {
      if (value !== void 0 && value !== false) {
        element.setAttribute(name, value === true ? "" : String(value));
      }
    }
    element.append(...children.filter((child) => Boolean(child)));
  }
  function button(attributes, act, ...children) {
    const element = make("button", { type: "button", ...attributes }, ...children);
    element.addEventListener("click", act);
    return element;
  }
  function disclosure(title, attributes, content) {
    const element = make("details", attributes, make("summary", {}, title));
    element.addEventListener("toggle", () => element.append(...content().filter((c) => c instanceof Node)), {
      once: true
    });
    return element;
  }

  // host.ts
  var KeyNeededError = class extends Error {
  };

  // scrolling.ts
  function bringIntoView(column, smooth) {
    const row2 = column.parentElement;
    if (!row2) {
      return;
    }
    const [outer, inner] = [row2.getBoundingClientRect(), column.getBoundingClientRect()];
    const right = Math.max(0, inner.right - outer.right);
    const left = Math.min(right, inner.left - outer.left);
    const still = !smooth || matchMedia("(prefers-reduced-motion: reduce)").matches;
    row2.scrollBy({ left: inner.left < outer.left ? inner.left - outer.left : left, behavior: still ? "auto" : "smooth" });
  }

  // keyboard.ts
  var ATTEMPTS = { ArrowRight: 1, j: 1, ArrowLeft: -1, k: -1 };
  var FINDINGS = { n: 1, p: -1 };
  function listenToKeys() {
    document.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) {
        return;
      }
      if (event.key.startsWith("Arrow") && event.target instanceof HTMLElement && event.target.matches(".code, pre")) {
        return;
      }
      const attempt = ATTEMPTS[event.key];
      const finding = FINDINGS[event.key];
      if (attempt !== void 0) {
        go("[data-attempt]", attempt);
      } else if (finding !== void 0) {
        go("[data-finding]", finding);
      } else {
        return;
      }
      event.preventDefault();
    });
  }
  function go(selector, step) {
    const all = [...document.querySelectorAll(`.trace ${selector}`)];
    const focus = document.activeElement;
    const holder = all.findIndex((element) => element === focus || element.contains(focus));
    const after = all.findIndex(
      (element) => focus && focus.compareDocumentPosition(element) & Node.DOCUMENT_POSITION_FOLLOWING
    );
    const from = holder >= 0 ? holder + step : after < 0 ? step > 0 ? 0 : all.length - 1 : step > 0 ? after : after - 1;
    const next = all[Math.min(all.length - 1, Math.max(0, from))];
    const column = next?.closest("[data-attempt]");
    next?.focus({ preventScroll: true });
    if (column) {
      bringIntoView(column, true);
    }
    if (next !== column) {
      next?.scrollIntoView({ block: "nearest", inline: "nearest" });
    }
  }
  function isTyping(target) {
    return target instanceof HTMLElement && /^(INPUT|SELECT|TEXTAREA)$/.test(target.tagName);
  }

  // words.ts
  var translations = {};
  function learn(words) {
    translations = words;
  }
  function t(sentence, ...values) {
    const found = Object.hasOwn(translations, sentence) ? translations[sentence] ?? sentence : sentence;
    return found.replace(/\{(\d)\}/g, (whole, place) => String(values[Number(place)] ?? whole));
  }
  function duration(seconds) {
    if (seconds >= 1) {
      return `${seconds.toFixed(1)} s`;
    }
    const milliseconds = 1e3 * seconds;
    return `${milliseconds >= 10 || milliseconds < 0.05 ? milliseconds.toFixed(0) : milliseconds.toFixed(1)} ms`;
  }
  function clock(seconds) {
    return new Date(1e3 * seconds).toLocaleTimeString(document.documentElement.lang || void 0);
  }
  function kindName(kind) {
    switch (kind) {
      case "inline":
      case "complete":
        return t("Grey text");
      case "implement":
        return t("Implement");
      case "fix":
        return t("Fix");
      case "edit":
        return t("Edit");
      case "test":
        return t("Write tests");
      case "types":
        return t("Add types");
      case "document":
        return t("Add a docstring");
      case "refactor":
        return t("Refactor");
      case "generate":
        return t("Generate");
      default:
        return kind;
    }
  }
  function attemptName(kind) {
    switch (kind) {
      case "existing code":
        return t("the code as it is");
      case "first draft":
        return t("first draft");
      case "repair":
        return t("repair");
      case "fresh draft":
        return t("fresh draft");
      case "one line anew":
        return t("one line anew");
      case "small change":
        return t("small change");
      default:
        return kind;
    }
  }

  // listView.ts
  var ICONS = {
    accepted: "✓",
    rejected: "✕",
    failed: "✕",
    cancelled: "–",
    queued: "◦",
    running: "●"
  };
  var ListView = class {
    constructor(choose, filters, filtered) {
      this.choose = choose;
      for (const [value, words] of [["actions", t("Actions")], ["grey", t("Grey text")], ["all", t("Everything")]]) {
        this.select.append(make("option", { value }, words));
      }
      this.select.addEventListener("change", () => filtered(this.select.value));
      this.items.addEventListener("keydown", (event) => this.move(event));
      this.element = make("nav", { class: "list", "aria-label": t("Suggestions") }, filters && this.select, this.items);
    }
    choose;
    element;
    items = make("ul", {});
    rows = /* @__PURE__ */ new Map();
    select = make("select", { "aria-label": t("Show") });
    /** Show these entries; `current` is the one whose trace is shown. */
    update(entries, current, filter) {
      this.select.value = filter;
      const ids = new Set(entries.map((entry) => entry.id));
      for (const [id, row2] of this.rows) {
        if (!ids.has(id)) {
          row2.item.remove();
          this.rows.delete(id);
        }
      }
      entries.forEach((entry, at) => {
        const row2 = this.rows.get(entry.id) ?? this.add(entry.id);
        if (this.items.children[at] !== row2.item) {
          this.items.insertBefore(row2.item, this.items.children[at] ?? null);
        }
        row2.pick.setAttribute("aria-current", String(entry.id === current));
        const shown = JSON.stringify(entry);
        if (shown !== row2.shown) {
          row2.shown = shown;
          row2.pick.replaceChildren(...face(entry));
        }
      });
      if (entries.length === 0) {
        this.items.replaceChildren(make("li", { class: "none" }, t("Nothing yet.")));
      } else {
        this.items.querySelector(".none")?.remove();
      }
    }
    add(id) {
      const pick = button({ "data-id": id }, () => this.choose(id));
      const row2 = { item: make("li", {}, pick), pick, shown: "" };
      this.rows.set(id, row2);
      return row2;
    }
    move(event) {
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (step !== void 0) {
        const picks = [...this.items.querySelectorAll("button")];
        const at = picks.indexOf(document.activeElement);
        picks[Math.min(picks.length - 1, Math.max(0, at + step))]?.focus();
        event.preventDefault();
      }
    }
  };
  function face(entry) {
    const names = {
      accepted: t("accepted"),
      rejected: t("rejected"),
      failed: t("failed"),
      cancelled: t("cancelled"),
      queued: t("waiting"),
      running: t("at work")
    };
    const icon2 = { class: `icon ${entry.status}`, role: "img", "aria-label": names[entry.status] ?? entry.status };
    return [
      make("span", icon2, ICONS[entry.status] ?? "◦"),
      make("span", { class: "title" }, entry.title),
      make("span", { class: "time" }, duration(entry.seconds)),
      make("span", { class: "detail" }, entry.detail),
      make("span", { class: "time" }, clock(entry.at))
    ];
  }

  // chart.ts
  var TONES = ["tone-2", "tone-3"];
  var SMALL = 0.05;
  function stackedBar(title, total, parts, most) {
    const seen = parts.filter((part) => part.value > 0);
    let left = 0;
    const pieces = seen.map((part) => {
      const width = most > 0 ? 100 * part.value / most : 0;
      const piece = draw(
        "rect",
        { class: part.tone, x: left.toFixed(3), y: 0, width: width.toFixed(3), height: 8 },
        draw("title", {}, `${part.name} ${part.words}`)
      );
      left += width;
      return piece;
    });
    const label = `${title}: ${seen.map((part) => `${part.name} ${part.words}`).join(", ")}`;
    const legend = seen.map(
      (part) => make("li", {}, swatch(part.tone), make("span", { class: "name" }, part.name), ` ${part.words}`)
    );
    return make(
      "div",
      { class: "chart" },
      make("div", { class: "chart-title" }, make("span", {}, title), make("span", { class: "total" }, total)),
      bar(label, pieces),
      make("ul", { class: "legend", "aria-hidden": "true" }, ...legend)
    );
  }
  function timeChart(attempt, trace) {
    const most = Math.max(...trace.attempts.map(spent));
    return stackedBar(t("Time"), duration(attempt.seconds), timeParts(attempt), most);
  }
  function tokenChart(attempt, trace) {
    const total = (each) => each.prompt_tokens + each.completion_tokens;
    const part = (name, value, tone) => ({ name, value, words: String(value), tone });
    const parts = [
      part(t("cached"), attempt.cached_tokens, "tone-quiet"),
      part(t("read"), attempt.prompt_tokens - attempt.cached_tokens, "tone-2"),
      part(t("written"), attempt.completion_tokens, "tone-1")
    ];
    return stackedBar(t("Tokens"), String(total(attempt)), parts, Math.max(...trace.attempts.map(total)));
  }
  function stepsChart(trace) {
    const tones = ["tone-1", "tone-2", "tone-3", "tone-4", "tone-5", "tone-quiet"];
    const parts = trace.steps.map((step, at) => ({
      name: step.name,
      value: step.seconds,
      words: duration(step.seconds),
      tone: tones[at % tones.length] ?? "tone-quiet"
    }));
    const sum = parts.reduce((total, part) => total + part.value, 0);
    return stackedBar(t("Steps"), duration(sum), parts, sum);
  }
  function valueBar(label, value, most, inner = value) {
    const width = (share) => (most > 0 ? 100 * share / most : 0).toFixed(3);
    const pieces = [
      draw("rect", { class: "tone-1 faint", x: 0, y: 0, width: width(value), height: 8 }),
      draw("rect", { class: "tone-1", x: 0, y: 0, width: width(inner), height: 8 })
    ];
    return bar(label, pieces);
  }
  function timeParts(attempt) {
    const ran = attempt.same_as === null ? attempt.reports.filter((report) => !report.skipped) : [];
    const dearest = [...ran].sort((a, b) => b.seconds - a.seconds);
    const worth = dearest.filter((report) => report.seconds > SMALL * attempt.seconds).slice(0, TONES.length);
    const others = dearest.slice(worth.length).reduce((sum, report) => sum + report.seconds, 0);
    const part = (name, value, tone) => ({ name, value, words: duration(value), tone });
    return [
      part(t("model"), attempt.model_seconds, "tone-1"),
      ...worth.map((report, at) => part(report.validator, report.seconds, TONES[at] ?? "tone-quiet")),
      part(t("others"), others, "tone-quiet")
    ];
  }
  function spent(attempt) {
    return timeParts(attempt).reduce((sum, part) => sum + part.value, 0);
  }
  function bar(label, pieces) {
    const frame = { class: "bar", viewBox: "0 0 100 8", preserveAspectRatio: "none", role: "img", "aria-label": label };
    return draw("svg", frame, ...pieces);
  }
  function swatch(tone) {
    const square = draw("rect", { class: tone, width: 8, height: 8, rx: 1 });
    return draw("svg", { class: "swatch", viewBox: "0 0 8 8" }, square);
  }

  // metricsView.ts
  function metricsView(metrics) {
    const sections = Object.entries(metrics).map(
      ([kind, { steps, ...counters }]) => make(
        "section",
        {},
        make("h2", {}, kindName(kind)),
        make("div", { class: "figures" }, countersView(counters), durationsView(steps))
      )
    );
    const nothing = make("p", { class: "empty" }, t("Nothing was asked yet, so there is nothing to count."));
    return make("article", { class: "metrics" }, ...sections.length > 0 ? sections : [nothing]);
  }
  function countersView(counters) {
    const entries = Object.entries(counters).filter((each) => typeof each[1] === "number");
    const isTokens = (name) => name.includes("tokens");
    const most = (tokens) => Math.max(0, ...entries.filter(([name]) => isTokens(name) === tokens).map(([, value]) => value));
    const rows = [...entries].sort(([one], [other]) => Number(isTokens(one)) - Number(isTokens(other))).map(([name, value]) => {
      const words = name.replaceAll("_", " ");
      const chart = valueBar(`${words}: ${value}`, value, most(isTokens(name)));
      return row(words, chart, value.toLocaleString(document.documentElement.lang || void 0));
    });
    return make("table", {}, make("caption", {}, t("Counts")), make("tbody", {}, ...rows));
  }
  function durationsView(steps) {
    const entries = Object.entries(steps).sort(([, one], [, other]) => other.p50_ms - one.p50_ms);
    const most = Math.max(0, ...entries.map(([, times]) => times.p95_ms));
    const rows = entries.map(([name, { n, p50_ms, p95_ms }]) => {
      const [middle, high] = [duration(p50_ms / 1e3), duration(p95_ms / 1e3)];
      const label = t("{0}: half within {1}, 95 of 100 within {2}", name, middle, high);
      return row(name, valueBar(label, p95_ms, most, p50_ms), middle, high, `× ${n}`);
    });
    const head2 = ["", "", t("median"), t("95%"), ""].map((words) => make("th", { scope: "col" }, words));
    return make(
      "table",
      {},
      make("caption", {}, t("Durations")),
      make("thead", {}, make("tr", {}, ...head2)),
      make("tbody", {}, ...rows)
    );
  }
  function row(name, chart, ...values) {
    const cells = values.map((value) => make("td", { class: "value" }, value));
    return make("tr", {}, make("th", { scope: "row" }, name), make("td", { class: "chart-cell" }, chart), ...cells);
  }

  // checks.ts
  var MOST = 50;
  function weigh(attempt) {
    const against = new Set(attempt.rejected_by.map(mark));
    const all = attempt.reports.flatMap((report) => report.findings);
    const weighed = all.map((finding) => ({ finding, counts: against.has(mark(finding)) })).filter(({ finding, counts }) => counts || finding.introduced).sort((a, b) => Number(b.counts) - Number(a.counts));
    const found = weighed.slice(0, MOST).sort((a, b) => a.finding.line - b.finding.line || a.finding.column - b.finding.column);
    return { found, more: weighed.length - found.length };
  }
  var ICONS2 = { passed: "✓", objected: "✕", noted: "!", skipped: "–" };
  function checksView(attempt) {
    const against = new Set(attempt.rejected_by.map((finding) => finding.validator));
    const judged = attempt.reports.map((report) => ({ report, verdict: verdictOf(report, against) }));
    const count = (verdict2) => judged.filter((each) => each.verdict === verdict2).length;
    const words = [
      count("objected") > 0 && t("{0} objected", count("objected")),
      t("{0} passed", count("passed") + count("noted")),
      count("skipped") > 0 && t("{0} not looked at", count("skipped"))
    ];
    const chips = judged.filter(({ verdict: verdict2 }) => verdict2 !== "skipped").map(
      ({ report, verdict: verdict2 }) => make("span", { class: `chip ${verdict2}` }, icon(verdict2), ` ${report.validator}`)
    );
    const rows = judged.map(
      ({ report, verdict: verdict2 }) => make(
        "li",
        { class: verdict2 },
        icon(verdict2),
        make("span", { class: "name" }, report.validator),
        make("span", { class: "words" }, describe(report)),
        make("span", { class: "time" }, report.skipped || attempt.same_as !== null ? "" : duration(report.seconds))
      )
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
          make("span", { class: "counts" }, words.filter(Boolean).join(" · "))
        )
      ),
      make("ul", {}, ...rows)
    );
  }
  function verdictOf(report, against) {
    if (report.skipped) {
      return "skipped";
    }
    if (against.has(report.validator)) {
      return "objected";
    }
    return report.findings.some((finding) => finding.introduced) ? "noted" : "passed";
  }
  function describe(report) {
    if (report.skipped) {
      return t("not looked at: {0}", report.skipped);
    }
    return report.summary || (report.findings.length === 1 ? t("1 finding") : t("{0} findings", report.findings.length));
  }
  function icon(verdict2) {
    const name = { passed: t("passed"), objected: t("objected"), noted: t("noted something"), skipped: t("skipped") };
    return make("span", { class: "icon", role: "img", "aria-label": name[verdict2] }, ICONS2[verdict2]);
  }
  function mark(finding) {
    return JSON.stringify([finding.validator, finding.rule, finding.line, finding.column, finding.message]);
  }

  // code.ts
  var HIDDEN = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/u;
  function codeNodes(text, marks) {
    if (marks.length === 0) {
      return visible(text);
    }
    const points = Array.from(text);
    const edges = /* @__PURE__ */ new Set([0, points.length, ...marks.flatMap((mark2) => [mark2.start, mark2.end])]);
    const places = [...edges].filter((place) => place >= 0 && place <= points.length).sort((a, b) => a - b);
    return places.slice(0, -1).flatMap((start, at) => {
      const nodes = visible(points.slice(start, places[at + 1]).join(""));
      const over = marks.filter((mark2) => mark2.start <= start && start < mark2.end);
      return over.length > 0 ? [make("span", { class: `squiggle ${worst(over)}` }, ...nodes)] : nodes;
    });
  }
  function textNodes(text) {
    return text.split(/\r\n|\n/).flatMap((line, at) => [at > 0 ? "\n" : "", ...visible(line)]);
  }
  function visible(text) {
    if (!HIDDEN.test(text)) {
      return [text];
    }
    const nodes = [];
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
  function worst(marks) {
    const found = marks.map((mark2) => mark2.severity);
    return found.includes("error") ? "error" : found.includes("warning") ? "warning" : "info";
  }

  // diff.ts
  var HUNK = /^@@ -(\d+)(?:,(\d+))? \+\d+(?:,(\d+))? @@/;
  var AROUND = 3;
  function rowsOf(before, diff) {
    const old = before === "" ? [] : before.split("\n");
    const rows = [];
    let read = 0;
    let written = 0;
    const keep = (end) => {
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
      keep(removed === 0 ? Number(hunk[1]) : Number(hunk[1]) - 1);
      while (removed > 0 || added > 0) {
        const line = lines[++at];
        if (line === void 0) {
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
  function fold(rows, wanted) {
    const shown = new Array(rows.length).fill(false);
    rows.forEach((row2, at) => {
      if (row2.sign !== " " || wanted(row2)) {
        shown.fill(true, Math.max(0, at - AROUND), at + AROUND + 1);
      }
    });
    const pieces = [];
    rows.forEach((row2, at) => {
      const folded = shown[at] !== true;
      const last = pieces.at(-1);
      if (last?.folded === folded) {
        last.rows.push(row2);
      } else {
        pieces.push({ folded, rows: [row2] });
      }
    });
    return pieces;
  }
  function lineBefore(rows, after) {
    let nearest = 1;
    for (const row2 of rows) {
      nearest = row2.before ?? nearest;
      if (row2.after === after) {
        break;
      }
    }
    return nearest;
  }

  // diffView.ts
  var MOST_UNFOLDED = 200;
  var MOST_OF_PLACE = 40;
  function diffView(trace, attempt, found, visit) {
    const rows = rowsOf(trace.before, attempt.diff);
    const last = rows.reduce((most, row2) => Math.max(most, row2.after ?? 0), 0);
    const byLine = /* @__PURE__ */ new Map();
    for (const each of found) {
      const line = Math.min(each.finding.line, last);
      byLine.set(line, [...byLine.get(line) ?? [], each]);
    }
    const changed = rows.some((row2) => row2.sign !== " ") || byLine.size > 0;
    const [first = 1, end = first] = trace.lines;
    const inPlace = (row2) => row2.before !== void 0 && row2.before >= first && row2.before <= Math.min(end, first + MOST_OF_PLACE);
    const pieces = fold(
      rows,
      (row2) => changed ? row2.after !== void 0 && byLine.has(row2.after) : inPlace(row2)
    );
    const lines = (shown) => shown.flatMap((row2) => {
      const here = row2.after === void 0 ? [] : byLine.get(row2.after) ?? [];
      return [lineView(row2, here), ...here.map((each) => findingView(each, visit && (() => visit(each, rows))))];
    });
    const body = make("tbody");
    for (const piece of pieces) {
      body.append(...piece.folded ? [foldView(piece.rows, lines)] : lines(piece.rows));
    }
    const label = t("Changes of attempt {0}", attempt.number);
    const table = make("table", { class: "diff", "aria-label": label }, body);
    const homeless = last === 0 ? found : [];
    const region = { class: "code", tabindex: 0, role: "group", "aria-label": label };
    return make("div", region, table, ...homeless.map(notice));
  }
  function lineView(row2, here) {
    const kind = row2.sign === "+" ? "added" : row2.sign === "-" ? "removed" : "same";
    const marks = here.map((each) => markOf(each, row2));
    const sign = row2.sign === "+" ? t("added") : row2.sign === "-" ? t("removed") : void 0;
    return make(
      "tr",
      { class: `line ${kind}` },
      make("td", { class: "number", "data-number": row2.before }),
      make("td", { class: "number", "data-number": row2.after }),
      make("td", { class: "sign", "data-sign": row2.sign === "-" ? "−" : row2.sign, "aria-label": sign }),
      make("td", { class: "text" }, ...codeNodes(row2.text, marks))
    );
  }
  function markOf({ finding }, row2) {
    const length = Array.from(row2.text).length;
    const start = Math.min(finding.column - 1, length);
    const end = finding.end_line > finding.line ? length : Math.min(finding.end_column - 1, length);
    const severity = finding.severity;
    const place = Math.max(0, Math.min(start, length - 1));
    return end > start ? { start, end, severity } : { start: place, end: place + 1, severity };
  }
  function findingView(each, visit) {
    const { finding, counts } = each;
    const names = { error: t("error"), warning: t("warning"), info: t("information") };
    const icon2 = { class: "icon", role: "img", "aria-label": names[finding.severity] };
    const source = finding.rule ? `${finding.validator}(${finding.rule})` : finding.validator;
    const head2 = [
      make("span", icon2, { error: "✕", warning: "⚠", info: "ℹ" }[finding.severity]),
      make("span", { class: "message" }, ...textNodes(finding.message)),
      make("span", { class: "source" }, source),
      !counts && make("span", { class: "source" }, t("does not count"))
    ];
    const attributes = { class: "head", "data-finding": true, "data-line": finding.line };
    const title = t("Go to line {0}", finding.line);
    const line = visit ? button({ ...attributes, title }, visit, ...head2) : make("div", { ...attributes, tabindex: 0 }, ...head2);
    const detail = finding.detail && make("pre", { class: "detail" }, ...textNodes(finding.detail));
    return make(
      "tr",
      { class: `finding ${finding.severity}${counts ? "" : " light"}` },
      make("td", { colspan: 4 }, make("div", { class: "box" }, line, detail))
    );
  }
  function notice({ finding }) {
    return make("p", { class: "notice" }, `${finding.validator}: ${finding.message}`);
  }
  function foldView(rows, lines) {
    const words = rows.length === 1 ? t("1 unchanged line") : t("{0} unchanged lines", rows.length);
    const row2 = make("tr", { class: "fold" });
    const open = button({}, () => {
      const rest = rows.slice(MOST_UNFOLDED);
      const more = lines(rows.slice(0, MOST_UNFOLDED));
      row2.replaceWith(...more, ...rest.length > 0 ? [foldView(rest, lines)] : []);
    });
    open.append(`⋯ ${words}`);
    row2.append(make("td", { colspan: 4 }, open));
    return row2;
  }

  // attemptView.ts
  function attemptView(trace, attempt, visit) {
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
        model && make("p", { class: "model" }, model)
      ),
      make(
        "div",
        { class: "costs" },
        timeChart(attempt, trace),
        attempt.prompt_tokens + attempt.completion_tokens > 0 && tokenChart(attempt, trace)
      ),
      ...attempt.same_as === null ? [attempt.reports.length > 0 && checksView(attempt), ...draftOf(trace, attempt, visit)] : [make("p", { class: "notice" }, t("The same program as attempt {0}: it was not run again.", attempt.same_as))],
      attempt.prompt.length > 0 && promptView(attempt),
      attempt.answer !== "" && !attempt.problem && answerView(attempt)
    );
  }
  function attemptTitle(attempt) {
    const name = attemptName(attempt.kind);
    return attempt.kind === "existing code" ? name : `${t("Attempt {0}", attempt.number)}: ${name}`;
  }
  function draftOf(trace, attempt, visit) {
    if (attempt.problem) {
      const problem = make("p", { class: "notice" }, t("No draft: {0}.", attempt.problem));
      return [problem, attempt.answer !== "" && make("pre", { class: "answer" }, ...textNodes(attempt.answer))];
    }
    const { found, more } = weigh(attempt);
    const rest = more > 0 && make("p", { class: "notice" }, t("{0} more findings are not shown.", more));
    return [diffView(trace, attempt, found, visit), rest];
  }
  function verdict(trace, attempt) {
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
  function promptView(attempt) {
    const roles = {
      system: t("System"),
      user: t("User"),
      assistant: t("Assistant"),
      prefix: t("Before the cursor"),
      suffix: t("After the cursor")
    };
    return disclosure(
      t("Prompt"),
      { class: "more" },
      () => attempt.prompt.flatMap(({ role, content }) => [
        make("h3", {}, roles[role] ?? role),
        make("pre", {}, ...textNodes(content))
      ])
    );
  }
  function answerView(attempt) {
    return disclosure(t("The model's own answer, unchecked"), { class: "more" }, () => [
      make("pre", {}, ...textNodes(attempt.answer))
    ]);
  }

  // traceView.ts
  function traceView(trace, reveal) {
    const columns = trace.attempts.map((attempt) => {
      const visit = reveal && (({ finding }, rows) => {
        const taken = attempt.number === trace.accepted;
        reveal(taken ? finding.line : lineBefore(rows, finding.line), finding.column);
      });
      return attemptView(trace, attempt, visit);
    });
    const attempts = make("div", { class: "attempts", role: "group", "aria-label": t("Attempts") }, ...columns);
    const parts = columns.length > 0 && [columns.length > 1 && overview(trace, columns), attempts];
    return make("article", { class: "trace" }, head(trace, reveal), ...parts || []);
  }
  function showAccepted(view) {
    const column = view.querySelector(".attempt.accepted");
    if (column) {
      bringIntoView(column, false);
    }
  }
  function overview(trace, columns) {
    const items = trace.attempts.map((attempt, at) => {
      const { state, words } = verdict(trace, attempt);
      const title = `${attemptTitle(attempt)}, ${words}`;
      const icon2 = attempt.same_as === null ? ICONS3[state] ?? "·" : "=";
      const go2 = () => {
        const column = columns[at];
        if (column) {
          column.focus({ preventScroll: true });
          bringIntoView(column, true);
        }
      };
      return make("li", {}, button({ class: state, title, "aria-label": title }, go2, `${attempt.number} ${icon2}`));
    });
    return make("ol", { class: "overview", "aria-label": t("Attempts") }, ...items);
  }
  var ICONS3 = { accepted: "✓", passed: "✓", rejected: "✕", undrafted: "✕" };
  function head(trace, reveal) {
    const name = trace.file.split(/[\\/]/).at(-1) ?? trace.file;
    const line = trace.lines[0] ?? 1;
    const file = reveal ? button({ class: "link", title: t("Go to line {0}", line) }, () => reveal(line, 1), name) : make("span", {}, name);
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
        make("span", { class: `badge ${trace.status}` }, ending)
      ),
      make("p", { class: "facts" }, file, ...facts),
      trace.instruction && make("blockquote", {}, trace.instruction),
      chosen && make("p", {}, chosen),
      trace.steps.length > 0 && stepsChart(trace)
    );
  }

  // app.ts
  var POLL_MS = 1e3;
  var App = class {
    constructor(host) {
      this.host = host;
      this.list = new ListView((id) => this.choose(id), host.filters, (filter) => this.filterBy(filter));
      const names = { traces: t("Traces"), metrics: t("Metrics"), help: t("Help") };
      this.tabs = new Map(host.tabs.map((tab) => [tab, button({}, () => this.open(tab), names[tab])]));
      this.toggle = button({ class: "toggle" }, () => this.openList(), t("All suggestions"));
      const keys = make("span", { class: "keys" }, t("Keys: j k attempts, n p findings"));
      const bar2 = make("nav", { class: "tabs", "aria-label": t("Views") }, this.toggle, ...this.tabs.values(), keys);
      this.openList(false);
      document.body.prepend(bar2, this.notice, make("div", { class: "body" }, this.list.element, this.main));
    }
    host;
    list;
    main = make("main", {});
    notice = make("p", { class: "banner", role: "status", hidden: true });
    toggle;
    tabs;
    tab = "traces";
    filter = "all";
    entries = [];
    current;
    /** What the main part shows, so that it is made again only when that changes. */
    shown = "";
    looking = false;
    again = false;
    /** Begin to look, and go on once a second while somebody can see it. */
    start() {
      const { tab, trace, filter } = this.host.load();
      this.filter = filter ?? this.filter;
      this.current = trace;
      this.host.asked?.((asked) => this.follow(asked));
      listenToKeys();
      document.addEventListener("visibilitychange", () => void this.look());
      setInterval(() => void this.look(), POLL_MS);
      this.open(this.host.tabs.find((each) => each === tab) ?? "traces");
    }
    async look() {
      if (document.visibilityState === "hidden") {
        return;
      }
      if (this.looking) {
        this.again = true;
        return;
      }
      this.looking = true;
      this.again = false;
      try {
        await this.refresh();
        this.tell("");
      } catch (error) {
        if (error instanceof KeyNeededError) {
          this.askForKey(error.message);
        } else {
          this.tell(error instanceof Error ? error.message : String(error));
        }
      } finally {
        this.looking = false;
        if (this.again) {
          void this.look();
        }
      }
    }
    async refresh() {
      if (this.tab === "help") {
        return;
      }
      if (this.tab === "metrics") {
        const metrics = await this.host.metrics();
        this.show(`metrics ${JSON.stringify(metrics)}`, () => metricsView(metrics));
        return;
      }
      const newest = this.visible().find(isNews)?.id;
      this.entries = await this.host.entries();
      this.keepUp(newest);
      this.list.update(this.visible(), this.current, this.filter);
      await this.showTrace();
    }
    /** Who looks at the newest goes on to the next one; who chose an older one stays there. */
    keepUp(newest) {
      const known = this.entries.some((entry) => entry.id === this.current);
      if (this.current === void 0 || !known || this.current === newest) {
        const next = this.visible().find(isNews) ?? this.visible()[0];
        this.current = next?.id ?? (known ? this.current : void 0);
      }
    }
    async showTrace() {
      const entry = this.entries.find((each) => each.id === this.current);
      if (!entry) {
        this.show("nothing", () => empty(t("Nothing yet."), t("Ask for a suggestion: what was tried is shown here.")));
      } else if (entry.status !== "accepted" && entry.status !== "rejected") {
        this.show(JSON.stringify(["waiting", entry.id, entry.detail]), () => empty(entry.title, entry.detail));
      } else if (this.shown !== `trace ${entry.id}`) {
        const trace = await this.host.trace(entry.id);
        const { reveal } = this.host;
        const toLine = reveal && ((line, column) => reveal(trace.id, line, column));
        if (this.current === entry.id && this.tab === "traces") {
          const view = traceView(trace, toLine);
          this.show(`trace ${entry.id}`, () => view);
          showAccepted(view);
          this.save();
        }
      }
    }
    show(what, view) {
      if (this.shown !== what) {
        this.shown = what;
        this.main.replaceChildren(...[view()].filter((child) => child instanceof Node));
      }
    }
    open(tab) {
      this.tab = tab;
      for (const [name, each] of this.tabs) {
        each.setAttribute("aria-current", name === tab ? "page" : "false");
      }
      document.body.dataset["tab"] = tab;
      const help = document.getElementById("help");
      help?.toggleAttribute("hidden", tab !== "help");
      if (tab === "help") {
        this.show("help", () => null);
      }
      this.save();
      void this.look();
    }
    choose(id) {
      this.current = id;
      this.openList(false);
      this.list.update(this.visible(), id, this.filter);
      void this.look();
    }
    /** In a narrow window the list takes the place of the trace. */
    openList(open) {
      const opened = document.body.classList.toggle("list-open", open);
      this.toggle.setAttribute("aria-expanded", String(opened));
    }
    filterBy(filter) {
      this.filter = filter;
      if (!this.visible().some((entry) => entry.id === this.current)) {
        this.current = void 0;
      }
      this.list.update(this.visible(), this.current, filter);
      this.save();
      void this.look();
    }
    /** The user asked for a trace, by its id or the last one. */
    follow(asked) {
      this.filter = "all";
      this.current = asked;
      this.open("traces");
    }
    visible() {
      return this.entries.filter((entry) => this.filter === "all" || entry.grey === (this.filter === "grey"));
    }
    askForKey(reason) {
      const input = make("input", { type: "password", id: "key", autocomplete: "off", required: true });
      const form = make(
        "form",
        { class: "key" },
        make("h1", {}, t("The key of this service")),
        make("p", {}, reason || t("It was printed when the service started, or is in its key file.")),
        make("label", { for: "key" }, t("Key")),
        input,
        make("button", { type: "submit" }, t("Open"))
      );
      form.addEventListener("submit", (event) => {
        event.preventDefault();
        this.host.unlock?.(input.value);
        this.shown = "";
        void this.look();
      });
      if (this.shown !== "key") {
        this.show("key", () => form);
        input.focus();
      }
    }
    tell(problem) {
      this.notice.hidden = problem === "";
      if (this.notice.textContent !== problem) {
        this.notice.textContent = problem;
      }
    }
    save() {
      this.host.save({ tab: this.tab, filter: this.filter, ...this.current ? { trace: this.current } : {} });
    }
  };
  function isNews(entry) {
    return !entry.grey || entry.status === "accepted";
  }
  function empty(title, words) {
    return make("article", { class: "empty" }, make("h1", {}, title), make("p", {}, words));
  }

  // editorHost.ts
  function inEditor() {
    return typeof acquireVsCodeApi === "function";
  }
  async function connect() {
    const editor = acquireVsCodeApi();
    const waiting = /* @__PURE__ */ new Map();
    let listener = () => void 0;
    let last = 0;
    window.addEventListener("message", ({ data }) => {
      if ("show" in data) {
        listener(data.show ?? void 0);
      } else {
        waiting.get(data.id)?.(data);
        waiting.delete(data.id);
      }
    });
    const ask2 = (question, trace) => new Promise((resolve, reject) => {
      const id = ++last;
      waiting.set(id, ({ value, error }) => error === void 0 ? resolve(value) : reject(new Error(error)));
      editor.postMessage({ ask: question, id, trace });
    });
    learn(await ask2("words"));
    return {
      tabs: ["traces", "metrics"],
      filters: true,
      entries: async () => (await ask2("traces")).map(entryOf),
      trace: (id) => ask2("trace", id),
      metrics: () => ask2("metrics"),
      load: () => editor.getState() ?? {},
      save: (state) => editor.setState(state),
      reveal: (trace, line, column) => editor.postMessage({ reveal: trace, line, column }),
      asked: (heard) => {
        listener = heard;
      }
    };
  }
  function entryOf(summary) {
    const grey = summary.kind === "inline" || summary.kind === "complete";
    const file = summary.file.split(/[\\/]/).at(-1) ?? summary.file;
    const count = summary.attempts === 1 ? t("1 attempt") : t("{0} attempts", summary.attempts);
    return {
      id: summary.id,
      title: summary.target ? `${kindName(summary.kind)} ${summary.target}` : kindName(summary.kind),
      detail: `${file} · ${count}`,
      status: summary.status,
      seconds: summary.seconds,
      at: summary.ended_at,
      grey
    };
  }

  // serviceHost.ts
  var KEY = "autoglm.key";
  var STATE = "autoglm.state";
  function connect2() {
    const fragment = new URLSearchParams(location.hash.slice(1));
    const given = fragment.get("key");
    if (given !== null) {
      sessionStorage.setItem(KEY, given);
      history.replaceState(null, "", location.pathname + location.search);
    }
    return {
      tabs: ["traces", "metrics", "help"],
      filters: false,
      entries: async () => (await ask("v1/runs")).runs.map(entryOf2).reverse(),
      trace: (id) => ask(`v1/runs/${encodeURIComponent(id)}/trace`),
      metrics: () => ask("v1/metrics"),
      load: () => JSON.parse(sessionStorage.getItem(STATE) ?? "{}"),
      save: (state) => sessionStorage.setItem(STATE, JSON.stringify(state)),
      unlock: (key) => sessionStorage.setItem(KEY, key.trim())
    };
  }
  async function ask(path) {
    const key = sessionStorage.getItem(KEY);
    let response;
    try {
      response = await fetch(path, { headers: key ? { Authorization: `Bearer ${key}` } : {}, cache: "no-store" });
    } catch {
      throw new Error(t("The service does not answer. Is it still running?"));
    }
    if (response.status === 401) {
      throw new KeyNeededError(key ? t("The service has another key.") : "");
    }
    const answer = await response.json();
    if (!response.ok) {
      throw new Error(answer.error?.message ?? String(response.status));
    }
    return answer;
  }
  function entryOf2(run) {
    return {
      id: run.id,
      title: run.title,
      detail: run.stage,
      status: run.status,
      seconds: run.seconds,
      at: Date.parse(run.started_at) / 1e3,
      grey: false
    };
  }

  // main.ts
  async function begin() {
    new App(inEditor() ? await connect() : connect2()).start();
  }
  void begin();
})();
