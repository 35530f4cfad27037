/** The page: a list that is alive, and beside it one suggestion's trace, the metrics, or help. */
import { button, make, type Child } from "./dom";
import { KeyNeededError, type Entry, type Filter, type Host } from "./host";
import { listenToKeys } from "./keyboard";
import { ListView } from "./listView";
import { metricsView } from "./metricsView";
import { showAccepted, traceView } from "./traceView";
import { t } from "./words";

const POLL_MS = 1000;

type Tab = Host["tabs"][number];

export class App {
  private readonly list: ListView;
  private readonly main = make("main", {});
  private readonly notice = make("p", { class: "banner", role: "status", hidden: true });
  private readonly toggle: HTMLButtonElement;
  private readonly tabs: Map<Tab, HTMLButtonElement>;
  private tab: Tab = "traces";
  private filter: Filter = "all";
  private entries: Entry[] = [];
  private current: string | undefined;
  /** What the main part shows, so that it is made again only when that changes. */
  private shown = "";
  private looking = false;
  private again = false;

  constructor(private readonly host: Host) {
    this.list = new ListView((id) => this.choose(id), host.filters, (filter) => this.filterBy(filter));
    const names: Record<Tab, string> = { traces: t("Traces"), metrics: t("Metrics"), help: t("Help") };
    this.tabs = new Map(host.tabs.map((tab) => [tab, button({}, () => this.open(tab), names[tab])]));
    this.toggle = button({ class: "toggle" }, () => this.openList(), t("All suggestions"));
    const keys = make("span", { class: "keys" }, t("Keys: j k attempts, n p findings"));
    const bar = make("nav", { class: "tabs", "aria-label": t("Views") }, this.toggle, ...this.tabs.values(), keys);
    this.openList(false);
    document.body.prepend(bar, this.notice, make("div", { class: "body" }, this.list.element, this.main));
  }

  /** Begin to look, and go on once a second while somebody can see it. */
  start(): void {
    const { tab, trace, filter } = this.host.load();
    this.filter = filter ?? this.filter;
    this.current = trace;
    this.host.asked?.((asked) => this.follow(asked));
    listenToKeys();
    document.addEventListener("visibilitychange", () => void this.look());
    setInterval(() => void this.look(), POLL_MS);
    this.open(this.host.tabs.find((each) => each === tab) ?? "traces");
  }

  private async look(): Promise<void> {
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

  private async refresh(): Promise<void> {
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
  private keepUp(newest: string | undefined): void {
    const known = this.entries.some((entry) => entry.id === this.current);
    if (this.current === undefined || !known || this.current === newest) {
      const next = this.visible().find(isNews) ?? this.visible()[0];
      this.current = next?.id ?? (known ? this.current : undefined);
    }
  }

  private async showTrace(): Promise<void> {
    const entry = this.entries.find((each) => each.id === this.current);
    if (!entry) {
      this.show("nothing", () => empty(t("Nothing yet."), t("Ask for a suggestion: what was tried is shown here.")));
    } else if (entry.status !== "accepted" && entry.status !== "rejected") {
      this.show(JSON.stringify(["waiting", entry.id, entry.detail]), () => empty(entry.title, entry.detail));
    } else if (this.shown !== `trace ${entry.id}`) {
      const trace = await this.host.trace(entry.id);
      const { reveal } = this.host;
      const toLine = reveal && ((line: number, column: number) => reveal(trace.id, line, column));
      if (this.current === entry.id && this.tab === "traces") {
        const view = traceView(trace, toLine);
        this.show(`trace ${entry.id}`, () => view);
        showAccepted(view);
        this.save();
      }
    }
  }

  private show(what: string, view: () => Child): void {
    if (this.shown !== what) {
      this.shown = what;
      this.main.replaceChildren(...[view()].filter((child): child is Node => child instanceof Node));
    }
  }

  private open(tab: Tab): void {
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

  private choose(id: string): void {
    this.current = id;
    this.openList(false);
    this.list.update(this.visible(), id, this.filter);
    void this.look();
  }

  /** In a narrow window the list takes the place of the trace. */
  private openList(open?: boolean): void {
    const opened = document.body.classList.toggle("list-open", open);
    this.toggle.setAttribute("aria-expanded", String(opened));
  }

  private filterBy(filter: Filter): void {
    this.filter = filter;
    if (!this.visible().some((entry) => entry.id === this.current)) {
      this.current = undefined;
    }
    this.list.update(this.visible(), this.current, filter);
    this.save();
    void this.look();
  }

  /** The user asked for a trace, by its id or the last one. */
  private follow(asked: string | undefined): void {
    this.filter = "all";
    this.current = asked;
    this.open("traces");
  }

  private visible(): Entry[] {
    return this.entries.filter((entry) => this.filter === "all" || entry.grey === (this.filter === "grey"));
  }

  private askForKey(reason: string): void {
    const input = make("input", { type: "password", id: "key", autocomplete: "off", required: true });
    const form = make(
      "form",
      { class: "key" },
      make("h1", {}, t("The key of this service")),
      make("p", {}, reason || t("It was printed when the service started, or is in its key file.")),
      make("label", { for: "key" }, t("Key")),
      input,
      make("button", { type: "submit" }, t("Open")),
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

  private tell(problem: string): void {
    this.notice.hidden = problem === "";
    if (this.notice.textContent !== problem) {
      this.notice.textContent = problem;
    }
  }

  private save(): void {
    this.host.save({ tab: this.tab, filter: this.filter, ...(this.current ? { trace: this.current } : {}) });
  }
}

/** Grey text that was not shown is no news: it comes with each key. */
function isNews(entry: Entry): boolean {
  return !entry.grey || entry.status === "accepted";
}

function empty(title: string, words: string): HTMLElement {
  return make("article", { class: "empty" }, make("h1", {}, title), make("p", {}, words));
}
