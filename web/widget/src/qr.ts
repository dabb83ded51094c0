/** A text as a QR code, drawn as one path with the quiet zone that readers need. */

import { correction, generate } from "lean-qr/nano";

/** Light modules around the code: the standard asks for four. */
const QUIET = 4;

export interface QrPath {
  /** Modules along one side, quiet zone included. */
  side: number;
  /** The dark modules as an SVG path, one unit a module. */
  path: string;
}

/** Error correction M: a screen does not wear off, but it mirrors lamps. */
export function qrPath(text: string): QrPath {
  const code = generate(text, { minCorrectionLevel: correction.M });
  let path = "";
  for (let y = 0; y < code.size; y += 1) {
    for (let x = 0; x < code.size; x += 1) {
      const from = x;
      while (code.get(x, y)) x += 1;
      if (x > from) path += `M${from + QUIET} ${y + QUIET}h${x - from}v1h${from - x}z`;
    }
  }
  return { side: code.size + 2 * QUIET, path };
}
