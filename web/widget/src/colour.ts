/** Makes any accent colour readable: text on it, and it as text, at WCAG AA (4.5:1). */

type Rgb = readonly [number, number, number];

/** Reads `#rgb` or `#rrggbb`; `null` for anything else. */
export function readHex(value: string | null | undefined): Rgb | null {
  const short = /^#([0-9a-f])([0-9a-f])([0-9a-f])$/i.exec(value?.trim() ?? "");
  const long = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(value?.trim() ?? "");
  const parts = short?.slice(1).map((digit) => digit + digit) ?? long?.slice(1);
  if (!parts) return null;
  const [red = 0, green = 0, blue = 0] = parts.map((part) => Number.parseInt(part, 16));
  return [red, green, blue];
}

const hex = (colour: Rgb): string =>
  `#${colour.map((part) => Math.round(part).toString(16).padStart(2, "0")).join("")}`;

function luminance(colour: Rgb): number {
  const [red, green, blue] = colour.map((part) => {
    const share = part / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  }) as unknown as Rgb;
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** WCAG contrast of two colours, 1 to 21. */
export function contrast(one: Rgb, other: Rgb): number {
  const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b) as [
    number,
    number,
  ];
  return (light + 0.05) / (dark + 0.05);
}

const mix = (from: Rgb, to: Rgb, share: number): Rgb =>
  [0, 1, 2].map((i) => (from[i] ?? 0) + ((to[i] ?? 0) - (from[i] ?? 0)) * share) as unknown as Rgb;

const WHITE: Rgb = [255, 255, 255];
const BLACK: Rgb = [20, 22, 21];

/** Moves `colour` towards `to` in small steps until it stands out on `ground`. */
function until(colour: Rgb, to: Rgb, ground: Rgb): Rgb {
  for (let share = 0; share < 1; share += 0.05) {
    const tried = mix(colour, to, share);
    if (contrast(tried, ground) >= 4.6) return tried;
  }
  return to;
}

export interface Accent {
  fill: string;
  onFill: string;
  text: string;
}

/** The accent for one scheme: a fill, what is written on it, and the accent as text on `ground`. */
export function accentFor(colour: Rgb, ground: Rgb, dark: boolean): Accent {
  const onFill = contrast(colour, WHITE) >= contrast(colour, BLACK) ? WHITE : BLACK;
  const fill = until(colour, onFill === WHITE ? BLACK : WHITE, onFill);
  return {
    fill: hex(fill),
    onFill: hex(onFill),
    text: hex(until(colour, dark ? WHITE : BLACK, ground)),
  };
}
