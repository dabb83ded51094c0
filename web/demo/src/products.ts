/** The shelf: eight things of the demo shop's catalogue, with its own names and prices. */

import beans from "../pictures/beans.svg";
import dripper from "../pictures/dripper.svg";
import grinder from "../pictures/grinder.svg";
import kettle from "../pictures/kettle.svg";
import matcha from "../pictures/matcha.svg";
import moka from "../pictures/moka.svg";
import mug from "../pictures/mug.svg";
import teapot from "../pictures/teapot.svg";
import type { Locale } from "../../widget/src/i18n";

/** Prices are gross, in złoty and euro. */
export interface Product {
  sku: string;
  picture: string;
  pln: number;
  eur: number;
  name: Record<Locale, string>;
  about: Record<Locale, string>;
}

export const PRODUCTS: readonly Product[] = [
  {
    sku: "KET-01",
    picture: kettle,
    pln: 149,
    eur: 34.9,
    name: {
      en: "Enamel kettle Halina, blue",
      ru: "Эмалированный чайник Halina, синий",
      pl: "Czajnik emaliowany Halina, niebieski",
    },
    about: {
      en: "2 litres, with a whistle, for every hob.",
      ru: "2 литра, со свистком, для любой плиты.",
      pl: "2 litry, z gwizdkiem, na każdą kuchenkę.",
    },
  },
  {
    sku: "COF-02",
    picture: moka,
    pln: 99,
    eur: 23,
    name: {
      en: "Moka pot Niedziela, 6 cups",
      ru: "Гейзерная кофеварка Niedziela, 6 чашек",
      pl: "Kawiarka Niedziela, 6 filiżanek",
    },
    about: {
      en: "Aluminium, works on gas and electric hobs.",
      ru: "Алюминий, для газовых и электрических плит.",
      pl: "Aluminium, na gaz i płytę elektryczną.",
    },
  },
  {
    sku: "TEA-01",
    picture: teapot,
    pln: 119,
    eur: 27.9,
    name: {
      en: "Glass teapot Rosa with infuser",
      ru: "Стеклянный заварочный чайник Rosa",
      pl: "Szklany dzbanek do herbaty Rosa",
    },
    about: {
      en: "1 litre, steel infuser, dishwasher safe.",
      ru: "1 литр, стальное ситечко, можно мыть в посудомойке.",
      pl: "1 litr, stalowy zaparzacz, do zmywarki.",
    },
  },
  {
    sku: "BEA-01",
    picture: beans,
    pln: 95,
    eur: 22,
    name: {
      en: "Coffee beans Poranek, 1 kg",
      ru: "Кофе в зёрнах Poranek, 1 кг",
      pl: "Kawa ziarnista Poranek, 1 kg",
    },
    about: {
      en: "Brazil and Guatemala, medium roast, nutty.",
      ru: "Бразилия и Гватемала, средняя обжарка, ореховый вкус.",
      pl: "Brazylia i Gwatemala, średnio palona, orzechowa.",
    },
  },
  {
    sku: "GRI-01",
    picture: grinder,
    pln: 229,
    eur: 52.9,
    name: {
      en: "Hand coffee grinder Ziarno",
      ru: "Ручная кофемолка Ziarno",
      pl: "Ręczny młynek do kawy Ziarno",
    },
    about: {
      en: "Steel burrs, 30 g, from espresso to French press.",
      ru: "Стальные жернова, 30 г, от эспрессо до френч-пресса.",
      pl: "Stalowe żarna, 30 g, od espresso do french pressu.",
    },
  },
  {
    sku: "COF-04",
    picture: dripper,
    pln: 79,
    eur: 18.5,
    name: {
      en: "Pour-over dripper Kropla, ceramic",
      ru: "Керамическая воронка для кофе Kropla",
      pl: "Ceramiczny drip do kawy Kropla",
    },
    about: {
      en: "Size 02, with 40 paper filters.",
      ru: "Размер 02, в комплекте 40 фильтров.",
      pl: "Rozmiar 02, z 40 filtrami.",
    },
  },
  {
    sku: "CUP-01",
    picture: mug,
    pln: 49,
    eur: 11.5,
    name: {
      en: "Stoneware mug Len, 350 ml",
      ru: "Керамическая кружка Len, 350 мл",
      pl: "Kamionkowy kubek Len, 350 ml",
    },
    about: {
      en: "Hand-glazed, four colours.",
      ru: "Глазурована вручную, четыре цвета.",
      pl: "Ręcznie szkliwiony, cztery kolory.",
    },
  },
  {
    sku: "TEA-05",
    picture: matcha,
    pln: 159,
    eur: 36.9,
    name: {
      en: "Matcha set: bowl, whisk, spoon",
      ru: "Набор для матча: чаша, венчик, ложка",
      pl: "Zestaw do matchy: miseczka, trzepaczka, łyżeczka",
    },
    about: {
      en: "Everything for a first bowl, in a gift box.",
      ru: "Всё для первой чашки, в подарочной коробке.",
      pl: "Wszystko do pierwszej miseczki, w pudełku prezentowym.",
    },
  },
];
