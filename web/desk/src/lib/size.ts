/** Sizes as people read them. */
import type { Lang } from "./types";

export function bytes(size: number, lang: Lang): string {
  const [value, unit] =
    size < 1000 * 1024 ? [size / 1024, "kilobyte"] : [size / 1024 / 1024, "megabyte"];
  return new Intl.NumberFormat(lang, {
    style: "unit",
    unit,
    maximumFractionDigits: value < 10 ? 1 : 0,
  }).format(value);
}
