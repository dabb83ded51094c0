/** Canned replies as they are offered and filled in. */
import { call } from "./api";
import type { Canned, Lang } from "./types";

class Shelf {
  canned = $state<Canned[]>([]);
  /** What is filled in, in braces. */
  placeholders = $state<string[]>([]);

  async load(): Promise<void> {
    const given = await call<{ canned: Canned[]; placeholders: string[] }>("/canned");
    this.canned = given.canned;
    this.placeholders = given.placeholders;
  }
}

export const shelf = new Shelf();

/** Gives one version of each reply: in this language, else in English, else whichever there is. */
export function versions(canned: Canned[], language: Lang): Canned[] {
  const best = new Map<string, Canned>();
  const rank = (one: Canned): number =>
    one.language === language ? 0 : one.language === "en" ? 1 : 2;
  for (const one of canned) {
    const known = best.get(one.shortcut);
    if (!known || rank(one) < rank(known)) best.set(one.shortcut, one);
  }
  return [...best.values()];
}

/** Fills in what is known; what is not stays in its braces. */
export function filled(text: string, values: Record<string, string | undefined>): string {
  return text.replaceAll(/\{(\w+)\}/g, (place, name: string) => values[name] ?? place);
}

/** Gives the first placeholder that is still in a text. */
export function unfilled(text: string, placeholders: string[]): string | undefined {
  return placeholders.map((name) => `{${name}}`).find((place) => text.includes(place));
}
