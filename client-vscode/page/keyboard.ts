/** Keys: arrows or j and k go from attempt to attempt, n and p from finding to finding. */
import { bringIntoView } from "./scrolling";

const ATTEMPTS: Record<string, number> = { ArrowRight: 1, j: 1, ArrowLeft: -1, k: -1 };
const FINDINGS: Record<string, number> = { n: 1, p: -1 };

/** Listen on the whole page. */
export function listenToKeys(): void {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) {
      return;
    }
    if (event.key.startsWith("Arrow") && event.target instanceof HTMLElement && event.target.matches(".code, pre")) {
      return; // There they scroll.
    }
    const attempt = ATTEMPTS[event.key];
    const finding = FINDINGS[event.key];
    if (attempt !== undefined) {
      go("[data-attempt]", attempt);
    } else if (finding !== undefined) {
      go("[data-finding]", finding);
    } else {
      return;
    }
    event.preventDefault();
  });
}

/** Focus the next or previous of these elements, counted from where the focus is. */
function go(selector: string, step: number): void {
  const all = [...document.querySelectorAll<HTMLElement>(`.trace ${selector}`)];
  const focus = document.activeElement;
  const holder = all.findIndex((element) => element === focus || element.contains(focus));
  // From between two elements, such as a column's heading, the next one in the document counts.
  const after = all.findIndex(
    (element) => focus && focus.compareDocumentPosition(element) & Node.DOCUMENT_POSITION_FOLLOWING,
  );
  const from = holder >= 0 ? holder + step : after < 0 ? (step > 0 ? 0 : all.length - 1) : step > 0 ? after : after - 1;
  const next = all[Math.min(all.length - 1, Math.max(0, from))];
  const column = next?.closest<HTMLElement>("[data-attempt]");
  next?.focus({ preventScroll: true });
  if (column) {
    bringIntoView(column, true);
  }
  if (next !== column) {
    next?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && /^(INPUT|SELECT|TEXTAREA)$/.test(target.tagName);
}
