/** Every text of the page by language. */

import type { Locale } from "../../../widget/src/i18n";
import { en } from "./en";
import { pl } from "./pl";
import { ru } from "./ru";

export type TextKey = keyof typeof en;

export const TEXTS: Record<Locale, Record<TextKey, string>> = { en, ru, pl };
