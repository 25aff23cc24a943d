/** Attributes of an element: text is set as an attribute, `true` as an empty one, functions as listeners. */
export type Attributes = Readonly<
  Record<string, string | number | boolean | null | ((event: Event) => void)>
>;
export type Child = Node | string | null;

/**
 * An element. Text children become text nodes: nothing on this page is ever parsed as markup.
 */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: readonly (Child | readonly Child[])[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') element.addEventListener(name, value);
    else if (value === true) element.setAttribute(name, '');
    else if (value !== false && value !== null) element.setAttribute(name, String(value));
  }
  for (const child of children.flat()) if (child !== null) element.append(child);
  return element;
}

/** The element of the page's skeleton with an id; throws when page.html lacks it (a programming error). */
export function byId(id: string): HTMLElement {
  const element = document.getElementById(id);
  if (element === null) throw new Error(`page.html has no element ${id}`);
  return element;
}

/** Sets text only where it differs: a live region speaks on every change. */
export function setText(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}
