/**
 * The demo shop's page: its words in three languages, its shelf, and the ways into the chat.
 *
 * The widget follows the page's language by itself (`lang` of the page's root element).
 */

import { pickLocale, type Locale } from "../../widget/src/i18n";
import type {} from "../../widget/src/main";
import { PRODUCTS, type Product } from "./products";
import { TEXTS, type TextKey } from "./texts";

const KEPT = "nitka-market:locale";
const ASKS: readonly TextKey[] = ["ask_order", "ask_price", "ask_person"];

/** The visitor's own choice of language; browsers that keep nothing have none. */
function keptLocale(): string | null {
  try {
    return localStorage.getItem(KEPT);
  } catch {
    return null;
  }
}

function keepLocale(locale: Locale): void {
  try {
    localStorage.setItem(KEPT, locale);
  } catch {
    /* the choice then lasts as long as the page */
  }
}

function price({ pln, eur }: Product, locale: Locale): string {
  const tag = locale === "en" ? "en-GB" : locale;
  const euro = new Intl.NumberFormat(tag, { style: "currency", currency: "EUR" }).format(eur);
  const zloty = `${new Intl.NumberFormat(tag, { minimumFractionDigits: 2 }).format(pln)} zł`;
  return locale === "pl" ? zloty : `${euro} (${zloty})`;
}

function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  className: string,
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const node = document.createElement(tag);
  node.className = className;
  node.append(...children);
  return node;
}

function ask(className: string, label: string, text: string): HTMLButtonElement {
  const node = element("button", className, label);
  node.type = "button";
  node.addEventListener("click", () => window.Nitka?.open(text));
  return node;
}

function card(product: Product, locale: Locale): HTMLLIElement {
  const words = TEXTS[locale];
  const name = product.name[locale];
  const picture = element("img", "picture");
  Object.assign(picture, {
    src: product.picture,
    alt: "",
    width: 240,
    height: 200,
    loading: "lazy",
  });
  const button = ask("ask-link", words.ask_about, words.ask_about_text.replace("{name}", name));
  button.setAttribute("aria-label", words.ask_about_label.replace("{name}", name));
  return element(
    "li",
    "card",
    picture,
    element("h3", "", name),
    element("p", "about", product.about[locale]),
    element("p", "price", price(product, locale)),
    button,
  );
}

/** Writes the whole page in one language. */
function speak(locale: Locale): void {
  const words = TEXTS[locale];
  document.documentElement.lang = locale;
  document.title = words.page_title;
  for (const node of document.querySelectorAll<HTMLElement>("[data-t]")) {
    node.textContent = words[node.dataset.t as TextKey];
  }
  for (const node of document.querySelectorAll<HTMLElement>("[data-t-label]")) {
    node.setAttribute("aria-label", words[node.dataset.tLabel as TextKey]);
  }
  for (const node of document.querySelectorAll<HTMLElement>("[data-locale]")) {
    node.setAttribute("aria-pressed", String(node.dataset.locale === locale));
  }
  const cards = PRODUCTS.map((product) => card(product, locale));
  document.querySelector("#products")?.replaceChildren(...cards);
  const asks = ASKS.map((key) => ask("ask", words[key], words[key]));
  document.querySelector("#asks")?.replaceChildren(...asks);
}

for (const node of document.querySelectorAll<HTMLElement>("[data-locale]")) {
  node.addEventListener("click", () => {
    const locale = pickLocale([node.dataset.locale]);
    keepLocale(locale);
    speak(locale);
  });
}

const wished = new URLSearchParams(location.search).get("lang");
speak(pickLocale([wished, keptLocale(), ...navigator.languages]));
