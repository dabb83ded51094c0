import { describe, expect, it } from "vitest";
import { rowsOf } from "../src/items";
import { memoryStorage } from "../src/storage";
import { Bench, message } from "./fakes";

const buttons = [
  { title: "Yes", payload: "/affirm" },
  { title: "No", payload: "/deny" },
];

describe("messages", () => {
  it("stand in the order of seq however they arrive, each once", async () => {
    const bench = new Bench();
    const socket = await bench.online(3);
    for (const seq of [3, 1, 2, 3, 1]) socket.say(message(seq));
    expect(bench.texts()).toEqual(["text 1", "text 2", "text 3"]);
  });

  it("are what they are now when they come again", async () => {
    const bench = new Bench();
    const socket = await bench.online(2);
    for (const seq of [1, 2]) socket.say(message(seq, { author: "agent" }));
    socket.say(message(1, { author: "agent", text: "other words", edited: true }));
    socket.say(message(2, { author: "agent", text: "", deleted: true }));
    const rows = rowsOf(bench.chat.thread.messages(), [], true);
    expect(rows.map(({ text, edited, deleted }) => [text, edited, deleted])).toEqual([
      ["other words", true, false],
      ["", false, true],
    ]);
  });

  it("do not let an ack move the place to resume from past what was received", async () => {
    const bench = new Bench();
    const first = await bench.online(0);
    bench.chat.send("hi");
    first.say({ type: "ack", id: first.of("message")[0]!.id, seq: 40 });
    expect(bench.chat.thread.newest).toBe(0);
  });

  it("keep a customer's message unique when it returns under another seq", async () => {
    const bench = new Bench();
    const socket = await bench.online();
    socket.say(message(4, { id: "c1", author: "customer", text: "hi" }));
    socket.say(message(6, { id: "c1", author: "customer", text: "hi" }));
    expect(bench.texts()).toEqual(["hi"]);
  });
});

describe("unread", () => {
  it("counts what others wrote after the last look, also over a reload", async () => {
    const storage = memoryStorage();
    const bench = new Bench(storage);
    const socket = await bench.online(1);
    socket.say(message(1));
    bench.chat.seen();
    expect(socket.of("read")).toEqual([{ type: "read", seq: 1 }]);
    socket.say(message(2));
    socket.say(message(3, { author: "customer", id: "c" }));
    socket.say(message(4, { author: "agent" }));
    expect(bench.chat.thread.unread()).toBe(2);
    const after = new Bench(storage);
    const again = await after.online(4);
    for (let seq = 1; seq <= 4; seq += 1)
      again.say(message(seq, seq === 3 ? { author: "customer" } : {}));
    expect(after.chat.thread.unread()).toBe(2);
    after.chat.seen();
    expect(after.chat.thread.unread()).toBe(0);
  });

  it("is told to the server on return when it was read offline", async () => {
    const bench = new Bench();
    const first = await bench.online(1);
    first.say(message(1));
    first.drop();
    bench.chat.seen();
    await bench.clock.pass(1_000);
    const second = await bench.handshake(1);
    expect(second.of("read")).toEqual([{ type: "read", seq: 1 }]);
  });
});

describe("typing", () => {
  it("goes out after a while, and at once when the message comes", async () => {
    const bench = new Bench();
    const socket = await bench.online();
    socket.say({ type: "typing", author: "bot" });
    expect(bench.chat.thread.typing).toBe("bot");
    await bench.clock.pass(8_000);
    expect(bench.chat.thread.typing).toBeNull();
    socket.say({ type: "typing", author: "bot" });
    socket.say(message(1));
    expect(bench.chat.thread.typing).toBeNull();
  });

  it("is told at most every three seconds", async () => {
    const bench = new Bench();
    const socket = await bench.online();
    bench.chat.typing();
    bench.chat.typing();
    await bench.clock.pass(3_000);
    bench.chat.typing();
    expect(socket.of("typing")).toHaveLength(2);
  });
});

describe("choices", () => {
  const open = (frames: Record<string, unknown>[]): boolean[] => {
    const bench = new Bench();
    for (const frame of frames) bench.chat.thread.apply(frame as never);
    return rowsOf(bench.chat.thread.messages(), [], true)
      .filter((row) => row.buttons.length > 0)
      .map((row) => row.open);
  };
  const line = (seq: number, more: Record<string, unknown> = {}): Record<string, unknown> => ({
    ...message(seq, more),
    at: seq * 1000,
    buttons: more.buttons ?? [],
    attachments: [],
  });

  it("are open until the customer answers", () => {
    expect(open([line(1, { buttons })])).toEqual([true]);
    expect(open([line(1, { buttons }), line(2)])).toEqual([true]);
    expect(open([line(1, { buttons }), line(2, { author: "customer" })])).toEqual([false]);
  });

  it("close when newer ones are offered or a person joins", () => {
    expect(open([line(1, { buttons }), line(2, { buttons })])).toEqual([false, true]);
    expect(open([line(1, { buttons }), line(2, { author: "agent" })])).toEqual([false]);
  });

  it("close while the answer is still on its way, and show what was chosen", () => {
    const bench = new Bench();
    bench.chat.thread.apply(line(1, { buttons }) as never);
    bench.chat.send("Yes", "/affirm");
    const [row] = rowsOf(bench.chat.thread.messages(), bench.chat.pending(), false);
    expect(row).toMatchObject({ open: false, chosen: "Yes" });
  });
});
