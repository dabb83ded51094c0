/** Makes nodes without HTML strings: text stays text, listeners stay out of attributes. */

type Child = Node | string | null | undefined | false;
type Attributes = Record<string, string | number | boolean | null | undefined>;

function fill(node: Element, attributes: Attributes, children: Child[]): void {
  for (const [name, value] of Object.entries(attributes)) setAttribute(node, name, value);
  node.append(...children.filter((child): child is Node | string => Boolean(child)));
}

/** Sets, or with false, null and undefined removes; writes only what has changed. */
export function setAttribute(
  node: Element,
  name: string,
  value: string | number | boolean | null | undefined,
): void {
  if (value === false || value === null || value === undefined) node.removeAttribute(name);
  else {
    const text = value === true ? "" : String(value);
    if (node.getAttribute(name) !== text) node.setAttribute(name, text);
  }
}

export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const node = document.createElement(tag);
  fill(node, attributes, children);
  return node;
}

/** A button that does one thing; never submits a form by accident. */
export function button(
  attributes: Attributes,
  press: () => void,
  ...children: Child[]
): HTMLButtonElement {
  const node = h("button", { type: "button", ...attributes }, ...children);
  node.addEventListener("click", press);
  return node;
}

/** Writes text only when it differs, so that live regions speak once. */
export function setText(node: Element, text: string): void {
  if (node.textContent !== text) node.textContent = text;
}

const SVG = "http://www.w3.org/2000/svg";

/** An SVG of paths; whoever asks for it says how it is seen and named. */
export function drawing(attributes: Attributes, paths: readonly string[]): SVGSVGElement {
  const node = document.createElementNS(SVG, "svg");
  const children = paths.map((d) => {
    const path = document.createElementNS(SVG, "path");
    path.setAttribute("d", d);
    return path;
  });
  fill(node, { focusable: "false", ...attributes }, children);
  return node;
}

const svg = (className: string, box: string, paths: readonly string[]): SVGSVGElement =>
  drawing({ class: className, viewBox: box, "aria-hidden": "true" }, paths);

const ICONS = {
  close: ["M6 6l12 12M18 6L6 18"],
  down: ["M6 9.5l6 6 6-6"],
  send: ["M4.5 12h13M12 5.5l6.5 6.5-6.5 6.5"],
  clip: [
    "M19.5 11.5l-7.6 7.6a4.6 4.6 0 0 1-6.5-6.5l7.9-7.9a3 3 0 0 1 4.3 4.3l-7.7 7.7a1.5 1.5 0 0 1-2.1-2.1l6.9-6.9",
  ],
  file: ["M7 3.5h6.5L18 8v12.5H7zM13.5 3.5V8H18"],
  clock: ["M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16zM12 8v4.4l2.8 1.7"],
  back: ["M19 12H6M11.5 5.5L5 12l6.5 6.5"],
  save: ["M12 4v11M7.5 11l4.5 4.5 4.5-4.5M5 19.5h14"],
  copy: ["M9 9h10.5v10.5H9zM5.5 15H4.5V4.5H15v1"],
  elsewhere: ["M13 3.5H6.5v17h10V14M10.5 17.5h2M11.5 9.5h9M17 5.5l4 4-4 4"],
  telegram: ["M20.5 4.5L3.5 11l6 2.5 2 6 3-4 4.5 3.5zM9.5 13.5l7-5.5"],
  slack: ["M10 4L8 20M16 4l-2 16M4.5 9h15.5M4 15h15.5"],
  alert: ["M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16zM12 8v5M12 15.8v.3"],
} as const;

export const icon = (name: keyof typeof ICONS): SVGSVGElement =>
  svg("icon", "0 0 24 24", ICONS[name]);

/** The mark: a speech bubble, and a thread in it that a needle draws out. */
export const mark = (): SVGSVGElement =>
  svg("mark", "0 0 32 32", [
    "M18.6 5.2A12 12 0 0 0 15.5 4.8C9.4 4.8 4.5 9 4.5 14.4c0 2.8 1.3 5.3 3.4 7L6.6 27l5.6-3.1c1.1.2 2.2.4 3.3.4 6.1 0 11-4.3 11-9.7 0-.8-.1-1.5-.3-2.2",
    "M9.6 15.8c1.5-3.2 3.5-3.2 4.8-.9s3.1 2.2 4.8-.6",
    "M19.2 14.3L28.5 3.5",
  ]);

/** A wave of thread, `length` long: the header's seam, and the sign that somebody types. */
export function wave(className: string, length: number, bend: number): SVGSVGElement {
  const half = bend / 2;
  let d = `M0 6q${half / 2} -7 ${half} 0`;
  for (let x = half; x < length; x += half) d += `t${half} 0`;
  return svg(className, `0 0 ${length} 12`, [d]);
}
