/** The part of a thread that is in the page: a span of lines without a gap, of bounded length. */
import type { Line } from "./types";

export const PAGE = 100; // lines that are asked for at once when one scrolls
export const KEPT = 300; // lines that stay in the page at most, so that it stays quick

/** Put lines in, each once and in order; a line that is there already is the newer one's. */
export function merged(lines: Line[], news: Line[]): Line[] {
  const known = new Map(lines.map((line) => [line.id, line]));
  for (const line of news) known.set(line.id, line);
  return [...known.values()].sort((one, other) => one.seq - other.seq);
}

/** Go up: earlier lines come in, those farthest below leave. */
export function upwards(lines: Line[], earlier: Line[]): Line[] {
  return merged(lines, earlier).slice(0, KEPT);
}

/** Go down: later lines come in, those farthest above leave. */
export function downwards(lines: Line[], later: Line[]): Line[] {
  return merged(lines, later).slice(-KEPT);
}

/** Say whether news go on where the lines end, or before. */
export function touches(lines: Line[], news: Line[]): boolean {
  const last = lines.at(-1)?.seq ?? 0;
  return (news[0]?.seq ?? 0) <= last + 1;
}
