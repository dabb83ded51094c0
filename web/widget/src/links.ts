/**
 * Finds links in plain text, and says which addresses are safe to open.
 *
 * Text is never HTML: the result is a list of pieces, and the view makes nodes of them.
 */

export type Piece = { text: string } | { text: string; href: string };

const CANDIDATE =
  /\bhttps?:\/\/[^\s<>"'`{}|\\^]+|\bmailto:[^\s<>"'`]+|\bwww\.[^\s<>"'`{}|\\^]+\.[^\s<>"'`{}|\\^]+|[\p{L}\p{N}._%+-]{1,64}@[\p{L}\p{N}-]{1,63}(?:\.[\p{L}\p{N}-]{1,63})+/giu;
const SAFE = new Set(["http:", "https:", "mailto:"]);

/** The address when it is safe to open (http, https or mailto), else `null`. Never a script. */
export function safeHref(raw: string, base?: string): string | null {
  try {
    const url = new URL(raw, base);
    return SAFE.has(url.protocol) ? url.href : null;
  } catch {
    return null;
  }
}

/** An attachment's address, against the server's origin; only http and https are let through. */
export function safeResource(raw: string, origin: string): string | null {
  const href = safeHref(raw, origin);
  return href && !href.startsWith("mailto:") ? href : null;
}

/** Cuts punctuation that ends a sentence rather than the link: "see https://a.pl/x)." */
function trimEnd(link: string): string {
  let end = link.length;
  for (; end > 0; end -= 1) {
    const last = link.charAt(end - 1);
    if (".,!?;:'\"»”…".includes(last)) continue;
    const opener = { ")": "(", "]": "[" }[last];
    if (!opener) break;
    const body = link.slice(0, end);
    if (body.split(opener).length >= body.split(last).length) break;
  }
  return link.slice(0, end);
}

function address(link: string): string | null {
  if (/^(https?:\/\/|mailto:)/i.test(link)) return safeHref(link);
  return safeHref(
    link.includes("@") && !/^www\./i.test(link) ? `mailto:${link}` : `https://${link}`,
  );
}

/** Splits text into plain pieces and links; the pieces' texts joined are the text again. */
export function linkify(text: string): Piece[] {
  const pieces: Piece[] = [];
  let from = 0;
  for (const match of text.matchAll(CANDIDATE)) {
    const link = trimEnd(match[0]);
    const href = address(link);
    if (!href || match.index < from) continue;
    if (match.index > from) pieces.push({ text: text.slice(from, match.index) });
    pieces.push({ text: link, href });
    from = match.index + link.length;
  }
  if (from < text.length) pieces.push({ text: text.slice(from) });
  return pieces;
}
