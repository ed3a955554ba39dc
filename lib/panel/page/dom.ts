/** Small helpers over the DOM. Text is only ever set as text: nothing that an app wrote can become markup. */
export const element = <Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[Tag] => {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) made.setAttribute(name, "");
    else if (value !== false && value !== undefined) made.setAttribute(name, String(value));
  }
  made.append(...children);
  return made;
};

type Attributes = Readonly<Record<string, string | number | boolean | undefined>>;

export const button = (text: string, attributes: Attributes, clicked: () => void): HTMLButtonElement => {
  const made = element("button", { type: "button", ...attributes }, text);
  made.addEventListener("click", clicked);
  return made;
};

/** Once a second most texts are what they were: what has not changed is left alone. */
export const setText = (node: Element, text: string): void => {
  if (node.textContent !== text) node.textContent = text;
};

export const setAttribute = (node: Element, name: string, value: string): void => {
  if (node.getAttribute(name) !== value) node.setAttribute(name, value);
};

/** A card of the page: a landmark with its heading. */
export const card = (id: string, title: string, ...children: readonly (Node | string)[]): HTMLElement =>
  element(
    "section",
    { class: `card ${id}`, id, "aria-labelledby": `${id}-title` },
    element("h2", { id: `${id}-title` }, title),
    ...children,
  );

export const choice = (
  label: string,
  attributes: Attributes,
  options: readonly (readonly [value: string, text: string])[],
): { readonly field: HTMLElement; readonly select: HTMLSelectElement } => {
  const select = element("select", attributes, ...options.map(([value, text]) => element("option", { value }, text)));
  return { field: element("label", { class: "field" }, element("span", {}, label), select), select };
};

export const input = (
  label: string,
  attributes: Attributes,
): { readonly field: HTMLElement; readonly input: HTMLInputElement } => {
  const made = element("input", attributes);
  return { field: element("label", { class: "field" }, element("span", {}, label), made), input: made };
};
