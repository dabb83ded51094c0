/**
 * What the page asks of the widget, by attributes of its script tag.
 *
 * data-locale, data-color (or data-colour, #rrggbb), data-position (right or left), data-theme
 * (auto, light or dark), data-title, data-identity (a signed JWT), data-page (instead of the
 * page's address), data-server (instead of the script's origin), data-open (open at once).
 */

export interface Options {
  origin: string;
  locale: string | null;
  colour: string | null;
  position: "right" | "left";
  theme: "auto" | "light" | "dark";
  title: string | null;
  identity: string | null;
  page: string | null;
  open: boolean;
}

export interface ScriptTag {
  src: string;
  dataset: Record<string, string | undefined>;
}

/** Reads the tag; what is missing or bent takes its default. */
export function readOptions(tag: ScriptTag, fallbackOrigin: string): Options {
  const { dataset } = tag;
  const text = (value = ""): string | null => (value.trim() === "" ? null : value.trim());
  const theme = text(dataset.theme);
  return {
    origin: originOf(text(dataset.server) ?? tag.src, fallbackOrigin),
    locale: text(dataset.locale),
    colour: text(dataset.colour) ?? text(dataset.color),
    position: text(dataset.position) === "left" ? "left" : "right",
    theme: theme === "light" || theme === "dark" ? theme : "auto",
    title: text(dataset.title),
    identity: text(dataset.identity),
    page: text(dataset.page),
    open: dataset.open !== undefined && dataset.open !== "false",
  };
}

function originOf(address: string, fallback: string): string {
  try {
    const { protocol, origin } = new URL(address, fallback);
    return protocol === "http:" || protocol === "https:" ? origin : fallback;
  } catch {
    return fallback;
  }
}
