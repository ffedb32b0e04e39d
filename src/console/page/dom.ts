/** The page's only ways to change the document: texts are set as texts, never read as HTML, whatever an event holds. */

/** The element of this id. The page is built with all of them. */
export function byId<T extends HTMLElement = HTMLElement>(id: string): T {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`the page has no #${id}`);
  return found as T;
}

type Child = Node | string;

/** A new element with attributes and children. */
export function element<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  attributes: Readonly<Record<string, string>> = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Name] {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

/** Sets a text where it is another one: what does not change is not laid out again, nor read out again. */
export function setText(target: Element, text: string): void {
  if (target.textContent !== text) target.textContent = text;
}

export function setAttribute(target: Element, name: string, value: string): void {
  if (target.getAttribute(name) !== value) target.setAttribute(name, value);
}

export function setHidden(target: HTMLElement, hidden: boolean): void {
  if (target.hidden !== hidden) target.hidden = hidden;
}

/**
 * Keeps a list's elements by key: one is made for each key that is new, those that are gone are removed, and the others
 * stay, with the focus that they may have.
 */
export function keepList<Item, Made extends HTMLElement>(
  parent: Element,
  items: readonly Item[],
  keyOf: (item: Item) => string,
  make: (item: Item) => Made,
  update: (made: Made, item: Item) => void,
): void {
  const there = new Map<string, Made>();
  for (const child of parent.children) {
    const key = (child as HTMLElement).dataset.key;
    if (key !== undefined) there.set(key, child as Made);
  }
  let before: Element | null = null;
  for (const item of items) {
    const key = keyOf(item);
    const made = there.get(key) ?? make(item);
    there.delete(key);
    made.dataset.key = key;
    update(made, item);
    const place: Element | null = before === null ? firstKept(parent) : before.nextElementSibling;
    if (place !== made) parent.insertBefore(made, place);
    before = made;
  }
  for (const gone of there.values()) gone.remove();
}

function firstKept(parent: Element): Element | null {
  return [...parent.children].find((child) => (child as HTMLElement).dataset.key !== undefined) ?? null;
}
