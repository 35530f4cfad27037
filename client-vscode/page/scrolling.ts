/** Brings columns into view sideways, so that the page does not jump up and down. */

/** Scroll the column's row until all of the column is seen, or its left edge where it is too wide. */
export function bringIntoView(column: HTMLElement, smooth: boolean): void {
  const row = column.parentElement;
  if (!row) {
    return;
  }
  const [outer, inner] = [row.getBoundingClientRect(), column.getBoundingClientRect()];
  const right = Math.max(0, inner.right - outer.right);
  const left = Math.min(right, inner.left - outer.left);
  const still = !smooth || matchMedia("(prefers-reduced-motion: reduce)").matches;
  row.scrollBy({ left: inner.left < outer.left ? inner.left - outer.left : left, behavior: still ? "auto" : "smooth" });
}
