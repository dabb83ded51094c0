/** What a full-screen chat needs on a phone: a still page, the keyboard's room, trapped focus. */

/** Keeps the page behind from scrolling; the returned function gives it back as it was. */
export function lockScroll(): () => void {
  const { style } = document.documentElement;
  const before = style.overflow;
  style.overflow = "hidden";
  return () => {
    style.overflow = before;
  };
}

/** Fits the panel into what the on-screen keyboard leaves free, for as long as it is open. */
export function fitViewport(frame: HTMLElement, resized: () => void): () => void {
  const view = window.visualViewport;
  if (!view) return () => undefined;
  const fit = (): void => {
    frame.style.setProperty("--view-top", `${view.offsetTop}px`);
    frame.style.setProperty("--view-height", `${view.height}px`);
    resized();
  };
  view.addEventListener("resize", fit);
  view.addEventListener("scroll", fit);
  fit();
  return () => {
    view.removeEventListener("resize", fit);
    view.removeEventListener("scroll", fit);
  };
}

const FOCUSABLE = "a[href], button:not([disabled]), input, textarea, [tabindex='0']";

/** Keeps Tab inside `box`, going round at both ends. */
export function trapFocus(event: KeyboardEvent, box: HTMLElement): void {
  const stops = [...box.querySelectorAll<HTMLElement>(FOCUSABLE)].filter(
    (node) => node.getClientRects().length > 0,
  );
  const active = (box.getRootNode() as ShadowRoot).activeElement;
  const edge = event.shiftKey ? stops[0] : stops.at(-1);
  if (active !== edge && active !== box) return;
  event.preventDefault();
  (event.shiftKey ? stops.at(-1) : stops[0])?.focus();
}
