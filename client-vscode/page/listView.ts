/** The list of what was asked, newest first; it changes in place, so that the focus stays where it is. */
import { button, make } from "./dom";
import type { Entry, Filter } from "./host";
import { clock, duration, t } from "./words";

const ICONS: Record<string, string> = {
  accepted: "✓",
  rejected: "✕",
  failed: "✕",
  cancelled: "–",
  queued: "◦",
  running: "●",
};

/** The list and its filter. `choose` is called with the entry that the user picks. */
export class ListView {
  readonly element: HTMLElement;
  private readonly items = make("ul", {});
  private readonly rows = new Map<string, { item: HTMLLIElement; pick: HTMLButtonElement; shown: string }>();
  private readonly select = make("select", { "aria-label": t("Show") });

  constructor(
    private readonly choose: (id: string) => void,
    filters: boolean,
    filtered: (filter: Filter) => void,
  ) {
    for (const [value, words] of [["actions", t("Actions")], ["grey", t("Grey text")], ["all", t("Everything")]]) {
      this.select.append(make("option", { value }, words));
    }
    this.select.addEventListener("change", () => filtered(this.select.value as Filter));
    this.items.addEventListener("keydown", (event) => this.move(event));
    this.element = make("nav", { class: "list", "aria-label": t("Suggestions") }, filters && this.select, this.items);
  }

  /** Show these entries; `current` is the one whose trace is shown. */
  update(entries: readonly Entry[], current: string | undefined, filter: Filter): void {
    this.select.value = filter;
    const ids = new Set(entries.map((entry) => entry.id));
    for (const [id, row] of this.rows) {
      if (!ids.has(id)) {
        row.item.remove();
        this.rows.delete(id);
      }
    }
    entries.forEach((entry, at) => {
      const row = this.rows.get(entry.id) ?? this.add(entry.id);
      if (this.items.children[at] !== row.item) {
        this.items.insertBefore(row.item, this.items.children[at] ?? null);
      }
      row.pick.setAttribute("aria-current", String(entry.id === current));
      const shown = JSON.stringify(entry);
      if (shown !== row.shown) {
        row.shown = shown;
        row.pick.replaceChildren(...face(entry));
      }
    });
    if (entries.length === 0) {
      this.items.replaceChildren(make("li", { class: "none" }, t("Nothing yet.")));
    } else {
      this.items.querySelector(".none")?.remove();
    }
  }

  private add(id: string): { item: HTMLLIElement; pick: HTMLButtonElement; shown: string } {
    const pick = button({ "data-id": id }, () => this.choose(id));
    const row = { item: make("li", {}, pick), pick, shown: "" };
    this.rows.set(id, row);
    return row;
  }

  private move(event: KeyboardEvent): void {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined) {
      const picks = [...this.items.querySelectorAll("button")];
      const at = picks.indexOf(document.activeElement as HTMLButtonElement);
      picks[Math.min(picks.length - 1, Math.max(0, at + step))]?.focus();
      event.preventDefault();
    }
  }
}

function face(entry: Entry): HTMLElement[] {
  const names: Record<string, string> = {
    accepted: t("accepted"),
    rejected: t("rejected"),
    failed: t("failed"),
    cancelled: t("cancelled"),
    queued: t("waiting"),
    running: t("at work"),
  };
  const icon = { class: `icon ${entry.status}`, role: "img", "aria-label": names[entry.status] ?? entry.status };
  return [
    make("span", icon, ICONS[entry.status] ?? "◦"),
    make("span", { class: "title" }, entry.title),
    make("span", { class: "time" }, duration(entry.seconds)),
    make("span", { class: "detail" }, entry.detail),
    make("span", { class: "time" }, clock(entry.at)),
  ];
}
