/** Makes elements. Text comes in as text: nothing here, nor anywhere in the page, parses markup. */

export type Child = Node | string | null | undefined | false;

/** Attributes by name; `true` sets an empty one, `false` and undefined none. */
export type Attributes = Readonly<Record<string, string | number | boolean | undefined>>;

/** An element with attributes and children; strings become text. */
export function make<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  attributes: Attributes = {},
  ...children: Child[]
): HTMLElementTagNameMap[Name] {
  const element = document.createElement(name);
  fill(element, attributes, children);
  return element;
}

/** The same for a drawing. */
export function draw<Name extends keyof SVGElementTagNameMap>(
  name: Name,
  attributes: Attributes = {},
  ...children: Child[]
): SVGElementTagNameMap[Name] {
  const element = document.createElementNS("http://www.w3.org/2000/svg", name);
  fill(element, attributes, children);
  return element;
}

function fill(element: Element, attributes: Attributes, children: Child[]): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== false) {
      element.setAttribute(name, value === true ? "" : String(value));
    }
  }
  element.append(...children.filter((child): child is Node | string => Boolean(child)));
}

/** A button that does something. */
export function button(attributes: Attributes, act: () => void, ...children: Child[]): HTMLButtonElement {
  const element = make("button", { type: "button", ...attributes }, ...children);
  element.addEventListener("click", act);
  return element;
}

/** A part that opens; `content` is made when it does. */
export function disclosure(title: Child, attributes: Attributes, content: () => Child[]): HTMLDetailsElement {
  const element = make("details", attributes, make("summary", {}, title));
  element.addEventListener("toggle", () => element.append(...content().filter((c): c is Node => c instanceof Node)), {
    once: true,
  });
  return element;
}
