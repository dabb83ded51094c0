/** The desk's words and looks: language, theme, kept in the browser. */
import { en, type Texts } from "../texts/en";
import { pl } from "../texts/pl";
import { ru } from "../texts/ru";
import { keep, recall } from "./kept";
import type { Lang } from "./types";

const TEXTS: Record<Lang, Texts> = { en, ru, pl };

export class Wording {
  lang = $state<Lang>("en");
  theme = $state("");
  t = $derived(TEXTS[this.lang]);

  /** Give a text with its `{names}` filled in. */
  say(key: keyof Texts, values: Record<string, string> = {}): string {
    return Object.entries(values).reduce((text, [n, v]) => text.replace(`{${n}}`, v), this.t[key]);
  }

  /** Give the sentence for an error's code, if there is one of ours. */
  wrong(code: string): string | undefined {
    const sentence = (this.t as Record<string, string>)[`err_${code}`];
    return sentence === "" ? undefined : sentence;
  }

  /** Take the language and theme that were chosen here before, else the browser's. */
  restore(): void {
    const chosen = recall("lang") || navigator.language.slice(0, 2);
    this.speak(chosen === "ru" || chosen === "pl" ? chosen : "en");
    this.dress(recall("theme"));
  }

  speak(lang: Lang): void {
    this.lang = lang;
    document.documentElement.lang = lang;
    keep("lang", lang);
  }

  dress(theme: string): void {
    this.theme = theme;
    if (theme) document.documentElement.dataset.theme = theme;
    else delete document.documentElement.dataset.theme;
    keep("theme", theme);
  }
}
