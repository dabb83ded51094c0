/** The widget's words in three languages, numbers and times as each of them writes them. */

import { en } from "./texts/en";
import { pl } from "./texts/pl";
import { ru } from "./texts/ru";

export type Locale = "en" | "ru" | "pl";

/** Every text of the widget; `{name}` marks what is put in. */
export type Texts = Record<keyof typeof en, string>;
export type TextKey = keyof Texts;

export const TEXTS: Record<Locale, Texts> = { en, ru, pl };

/** The first language we speak among the wishes ("pl-PL" is Polish); English when there is none. */
export function pickLocale(wishes: readonly (string | null | undefined)[]): Locale {
  for (const wish of wishes) {
    const language = wish?.trim().toLowerCase().split(/[-_]/)[0] ?? "";
    if (Object.hasOwn(TEXTS, language)) return language as Locale;
  }
  return "en";
}

export type Say = (key: TextKey, values?: Record<string, string | number>) => string;

/** Texts and formats of one language. */
export class Words {
  private readonly plural: Intl.PluralRules;
  private readonly clockFormat: Intl.DateTimeFormat;
  private readonly dayFormat: Intl.DateTimeFormat;
  private readonly yearFormat: Intl.DateTimeFormat;
  private readonly relative: Intl.RelativeTimeFormat;
  private readonly oneOf: Intl.ListFormat;
  private readonly minuteFormat: Intl.NumberFormat;

  constructor(readonly locale: Locale) {
    const tag = locale === "en" ? "en-GB" : locale;
    this.plural = new Intl.PluralRules(tag);
    this.clockFormat = new Intl.DateTimeFormat(tag, { hour: "2-digit", minute: "2-digit" });
    this.dayFormat = new Intl.DateTimeFormat(tag, {
      weekday: "long",
      day: "numeric",
      month: "long",
    });
    this.yearFormat = new Intl.DateTimeFormat(tag, { dateStyle: "long" });
    this.relative = new Intl.RelativeTimeFormat(tag, { numeric: "auto" });
    this.oneOf = new Intl.ListFormat(tag, { type: "disjunction" });
    this.minuteFormat = new Intl.NumberFormat(locale, {
      style: "unit",
      unit: "minute",
      unitDisplay: "short",
    });
  }

  say: Say = (key, values = {}) =>
    TEXTS[this.locale][key].replace(/\{(\w+)\}/g, (whole, name: string) =>
      String(values[name] ?? whole),
    );

  /** "3 unread messages", in the form the number asks for. */
  unread(count: number): string {
    const form = this.plural.select(count);
    const key = form === "one" || form === "few" || form === "many" ? form : "other";
    return this.say(`unread_${key}`, { count });
  }

  /** "Telegram or Slack". */
  either(names: readonly string[]): string {
    return this.oneOf.format(names);
  }

  /** "9 min". */
  minutes(count: number): string {
    return this.minuteFormat.format(count);
  }

  time(at: number): string {
    return this.clockFormat.format(at);
  }

  /** "Today", "Yesterday", else the weekday and date; of another year the date with its year. */
  day(at: number, now: number): string {
    const start = (time: number): number => new Date(time).setHours(0, 0, 0, 0);
    const days = Math.round((start(at) - start(now)) / 86_400_000);
    const sameYear = new Date(at).getFullYear() === new Date(now).getFullYear();
    const format = sameYear ? this.dayFormat : this.yearFormat;
    const words = days === 0 || days === -1 ? this.relative.format(days, "day") : format.format(at);
    return words.charAt(0).toLocaleUpperCase(this.locale) + words.slice(1);
  }

  /** A file's size: "840 kB", "2.4 MB". */
  bytes(size: number): string {
    const mega = size >= 1_000_000;
    const value = mega ? size / (1024 * 1024) : size / 1024;
    const digits = mega && value < 10 ? 1 : 0;
    const number = new Intl.NumberFormat(this.locale, { maximumFractionDigits: digits });
    return `${number.format(Math.max(value, 1))} ${this.say(mega ? "mb" : "kb")}`;
  }
}
