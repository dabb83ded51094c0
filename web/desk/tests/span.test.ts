import { describe, expect, it } from "vitest";
import { KEPT, PAGE, downwards, merged, touches, upwards } from "../src/lib/span";
import type { Line } from "../src/lib/types";

function lines(from: number, to: number, text = ""): Line[] {
  const numbers = Array.from({ length: to - from + 1 }, (_, index) => from + index);
  return numbers.map((seq) => ({ id: `line-${seq.toString()}`, seq, text }) as Line);
}

const numbers = (span: Line[]): number[] => span.map((line) => line.seq);

describe("the span of a thread in the page", () => {
  it("has each line once, in order, as it was told last", () => {
    const span = merged(lines(1, 3, "old"), lines(2, 5, "new"));
    expect(numbers(span)).toEqual([1, 2, 3, 4, 5]);
    expect(span.map((line) => line.text)).toEqual(["old", "new", "new", "new", "new"]);
  });

  it("goes up and down without growing and without a gap", () => {
    let span = lines(9901, 10_000);
    for (let first = 9901; first > 1; first -= PAGE) {
      span = upwards(span, lines(Math.max(1, first - PAGE), first - 1));
      expect(span.length).toBeLessThanOrEqual(KEPT);
      expect(span.at(-1)?.seq).toBe((span[0]?.seq ?? 0) + span.length - 1);
    }
    expect(span[0]?.seq).toBe(1);
    span = downwards(span, lines(KEPT + 1, KEPT + PAGE));
    expect(numbers(span)).toEqual(numbers(lines(PAGE + 1, KEPT + PAGE)));
  });

  it("knows whether news go on where it ends", () => {
    expect(touches(lines(1, 10), lines(11, 12))).toBe(true);
    expect(touches(lines(1, 10), lines(5, 20))).toBe(true);
    expect(touches(lines(1, 10), lines(12, 13))).toBe(false);
    expect(touches(lines(1, 10), [])).toBe(true);
  });
});
