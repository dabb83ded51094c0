import { describe, expect, it } from "vitest";
import { pickLocale, TEXTS, Words, type Locale, type TextKey } from "../src/i18n";
import { TEXTS as PAGE_TEXTS } from "../../demo/src/texts";

const LOCALES: Locale[] = ["en", "ru", "pl"];
const holes = (text: string): string[] => (text.match(/\{\w+\}/g) ?? []).sort();

describe.each([
  ["the widget", TEXTS],
  ["the demo page", PAGE_TEXTS],
])("%s", (_name, all) => {
  it.each(LOCALES)("has every text in %s, with the same things put in", (locale) => {
    const english: Record<string, string> = all.en;
    const texts: Record<string, string> = all[locale];
    expect(Object.keys(texts).sort()).toEqual(Object.keys(english).sort());
    for (const [key, text] of Object.entries(texts)) {
      expect(text.trim(), key).not.toBe("");
      expect(holes(text), key).toEqual(holes(english[key] ?? ""));
    }
  });

  it("is really translated", () => {
    const same = Object.keys(all.en).filter((key) => {
      const text = all.en[key as never] as string;
      return text.length > 12 && (text === all.ru[key as never] || text === all.pl[key as never]);
    });
    expect(same.filter((key) => !/\{types\}/.test(all.en[key as never]))).toEqual([]);
  });
});

describe("language", () => {
  it.each([
    [["pl-PL"], "pl"],
    [["de", "ru-RU"], "ru"],
    [[null, "", undefined, "EN_us"], "en"],
    [["constructor", "de"], "en"],
    [[], "en"],
  ])("of the wishes %j is %s", (wishes, locale) => {
    expect(pickLocale(wishes)).toBe(locale);
  });
});

describe("numbers and days", () => {
  it.each([
    ["en", 1, "1 unread message"],
    ["en", 5, "5 unread messages"],
    ["ru", 1, "1 непрочитанное сообщение"],
    ["ru", 3, "3 непрочитанных сообщения"],
    ["ru", 11, "11 непрочитанных сообщений"],
    ["pl", 2, "2 nieprzeczytane wiadomości"],
    ["pl", 22, "22 nieprzeczytane wiadomości"],
    ["pl", 12, "12 nieprzeczytanych wiadomości"],
  ] as const)("in %s, %i unread: %s", (locale, count, text) => {
    expect(new Words(locale).unread(count)).toBe(text);
  });

  it("names today and yesterday, else the date", () => {
    const now = new Date(2026, 0, 5, 12).getTime();
    const words = new Words("pl");
    expect(words.day(now, now)).toBe("Dzisiaj");
    expect(words.day(new Date(2026, 0, 4, 23).getTime(), now)).toBe("Wczoraj");
    expect(words.day(new Date(2025, 11, 24).getTime(), now)).toBe("24 grudnia 2025");
    expect(words.day(new Date(2026, 0, 2).getTime(), now)).toBe("Piątek, 2 stycznia");
  });

  it("writes sizes as people read them", () => {
    expect(new Words("en").bytes(10 * 1024 * 1024)).toBe("10 MB");
    expect(new Words("ru").bytes(2.5 * 1024 * 1024)).toBe("2,5 МБ");
    expect(new Words("en").bytes(100)).toBe("1 kB");
  });

  it("leaves braces that are not to be filled as they are", () => {
    expect(new Words("en").say("with_agent" satisfies TextKey, {})).toContain("{name}");
  });
});
