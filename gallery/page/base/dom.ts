/**
 * Builds elements without markup: text is set as text, so that nothing in a store or a cue sheet can become code.
 */
type AttributeValue = string | number | boolean | undefined;
type Handlers = {
  readonly [Name in keyof HTMLElementEventMap as `on${Name}`]?: (event: HTMLElementEventMap[Name]) => void;
};
type Attributes = { readonly [name: string]: unknown } & Handlers;

/** Creates an element: attributes (`true`: present, `false` or undefined: absent), `on…` handlers, children. */
export function el<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') element.addEventListener(name.slice(2), value as EventListener);
    else setAttribute(element, name, value as AttributeValue);
  }
  element.append(...children);
  return element;
}

export function setAttribute(element: Element, name: string, value: AttributeValue): void {
  if (value === undefined || value === false) element.removeAttribute(name);
  else element.setAttribute(name, value === true ? '' : String(value));
}

/** The element of index.html with this id. */
export function byId(id: string): HTMLElement {
  const element = document.getElementById(id);
  if (element === null) throw new Error(`the page has no element "${id}"`);
  return element;
}

/** Announces something to screen readers. */
export function announce(message: string): void {
  byId('status').textContent = message;
}

/** Opens a modal dialog. When it is closed, it is removed, and the focus returns to where it was. */
export function openDialog(title: string, ...content: (Node | string)[]): HTMLDialogElement {
  const dialog = el(
    'dialog',
    { 'aria-label': title, onclose: () => dialog.remove() },
    el('h2', {}, title),
    ...content,
  );
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}
