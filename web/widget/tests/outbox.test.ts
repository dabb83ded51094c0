import { describe, expect, it } from "vitest";
import { rowsOf } from "../src/items";
import { memoryStorage } from "../src/storage";
import { Bench, message, settle, type FakeSocket } from "./fakes";

const texts = (socket: FakeSocket): string[] => socket.of("message").map(({ text }) => text);
const confirmLast = (socket: FakeSocket, seq: number): void =>
  socket.say({ type: "ack", id: socket.of("message").at(-1)!.id, seq });

describe("what is written", () => {
  it("goes out in order, one after the other", async () => {
    const bench = new Bench();
    const socket = await bench.online();
    for (const text of ["one", "two", "three"]) bench.chat.send(text);
    expect(texts(socket)).toEqual(["one"]);
    confirmLast(socket, 1);
    expect(texts(socket)).toEqual(["one", "two"]);
    confirmLast(socket, 2);
    confirmLast(socket, 3);
    expect(texts(socket)).toEqual(["one", "two", "three"]);
    expect(bench.chat.outbox.list()).toEqual([]);
    expect(bench.texts()).toEqual(["one", "two", "three"]);
  });

  it("waits while there is no connection, and is delivered on return in order and once", async () => {
    const bench = new Bench();
    const first = await bench.online();
    first.drop();
    bench.chat.send("a");
    bench.chat.send("b");
    expect(rowsOf([], bench.chat.pending(), false).map(({ delivery }) => delivery)).toEqual([
      "waiting",
      "waiting",
    ]);
    await bench.clock.pass(1_000);
    const second = await bench.handshake();
    confirmLast(second, 1);
    confirmLast(second, 2);
    expect(texts(second)).toEqual(["a", "b"]);
    expect(bench.texts()).toEqual(["a", "b"]);
  });

  it("is sent again under the same id when the ack was lost, and shown once", async () => {
    const bench = new Bench();
    const first = await bench.online();
    bench.chat.send("hello");
    const { id } = first.of("message")[0]!;
    first.drop();
    await bench.clock.pass(1_000);
    const second = await bench.handshake(1);
    expect(second.of("message")).toEqual([{ type: "message", id, text: "hello" }]);
    second.say(message(1, { id, author: "customer", text: "hello" }));
    second.say({ type: "ack", id, seq: 1 });
    expect(bench.texts()).toEqual(["hello"]);
    expect(bench.chat.outbox.list()).toEqual([]);
  });

  it("is sent again on the same socket, and the socket is given up when nothing is confirmed", async () => {
    const bench = new Bench();
    const socket = await bench.online();
    bench.chat.send("hello");
    await bench.clock.pass(10_000);
    socket.say({ type: "pong" });
    expect(texts(socket)).toEqual(["hello", "hello"]);
    await bench.clock.pass(10_000);
    socket.say({ type: "pong" });
    await bench.clock.pass(10_000);
    expect(socket.closed).toBe(true);
  });

  it("survives a reload", async () => {
    const storage = memoryStorage();
    const before = new Bench(storage);
    before.chat.send("written offline");
    before.chat.send("second");
    const after = new Bench(storage);
    expect(after.texts()).toEqual(["written offline", "second"]);
    expect(after.chat.hasPast()).toBe(true);
    const socket = await after.online();
    confirmLast(socket, 1);
    confirmLast(socket, 2);
    expect(texts(socket)).toEqual(["written offline", "second"]);
    expect(new Bench(storage).texts()).toEqual([]);
  });

  it("carries the pressed button's payload", async () => {
    const bench = new Bench();
    const socket = await bench.online();
    bench.chat.send("Where is it?", "/order_status");
    expect(socket.of("message")[0]).toMatchObject({ text: "Where is it?", reply: "/order_status" });
  });
});

describe("what the server refuses", () => {
  it("is shown as failed with its reason, and lets the next one through", async () => {
    const bench = new Bench();
    const socket = await bench.online();
    bench.chat.send("too long");
    bench.chat.send("fine");
    const { id } = socket.of("message")[0]!;
    socket.say({ type: "error", code: "text_too_long", message: "…", id });
    expect(texts(socket)).toEqual(["too long", "fine"]);
    const [failed] = rowsOf([], bench.chat.pending(), true);
    expect(failed).toMatchObject({ delivery: "failed", failure: "text_too_long" });
  });

  it("stays failed over a reload, and is not sent by itself", async () => {
    const storage = memoryStorage();
    const bench = new Bench(storage);
    const socket = await bench.online();
    bench.chat.send("bad");
    socket.say({ type: "error", code: "nope", message: "", id: socket.of("message")[0]!.id });
    const after = new Bench(storage);
    const again = await after.online();
    expect(texts(again)).toEqual([]);
    expect(after.chat.pending()[0]).toMatchObject({ text: "bad", failure: "nope" });
  });

  it("can be tried again or taken back", async () => {
    const bench = new Bench();
    const socket = await bench.online();
    bench.chat.send("x");
    const { id } = socket.of("message")[0]!;
    socket.say({ type: "error", code: "nope", message: "", id });
    bench.chat.retry(id);
    expect(socket.of("message").map((frame) => frame.id)).toEqual([id, id]);
    socket.say({ type: "error", code: "nope", message: "", id });
    bench.chat.discard(id);
    expect(bench.texts()).toEqual([]);
  });

  it("is sent again by itself, in order, when the refusal passes", async () => {
    const bench = new Bench();
    const socket = await bench.online();
    bench.chat.send("first");
    bench.chat.send("second");
    const { id } = socket.of("message")[0]!;
    socket.say({ type: "error", code: "rate_limited", message: "", id, retry_after: 3 });
    await bench.clock.pass(2_500);
    expect(texts(socket)).toEqual(["first"]);
    await bench.clock.pass(1_000);
    expect(texts(socket)).toEqual(["first", "first"]);
    socket.say({ type: "ack", id, seq: 1 });
    expect(texts(socket)).toEqual(["first", "first", "second"]);
  });
});

describe("two tabs", () => {
  it("do not double: the other's echo is one message, its unsent one is taken over only late", async () => {
    const storage = memoryStorage();
    const one = new Bench(storage);
    const two = new Bench(storage);
    const first = await one.online();
    const second = await two.online();
    one.chat.send("from tab one");
    two.chat.outbox.sync();
    expect(two.texts()).toEqual(["from tab one"]);
    expect(texts(second)).toEqual([]);
    const { id } = first.of("message")[0]!;
    second.say(message(1, { id, author: "customer", text: "from tab one" }));
    first.say({ type: "ack", id, seq: 1 });
    first.say(message(1, { id, author: "customer", text: "from tab one" }));
    await two.clock.pass(30_000);
    expect(texts(second)).toEqual([]);
    expect([one.texts(), two.texts()]).toEqual([["from tab one"], ["from tab one"]]);
  });

  it("one sends what the other left behind when it was closed", async () => {
    const storage = memoryStorage();
    const closed = new Bench(storage);
    const open = new Bench(storage);
    const socket = await open.online();
    closed.chat.send("left behind");
    open.chat.outbox.sync();
    socket.say({ type: "pong" });
    await open.clock.pass(15_000);
    expect(texts(socket)).toEqual(["left behind"]);
  });
});

describe("files", () => {
  const file = new File(["x"], "photo.png", { type: "image/png" });

  it("are uploaded, then sent as a frame, then shown once", async () => {
    const bench = new Bench();
    const socket = await bench.online();
    bench.chat.sendFile(file);
    expect(bench.chat.pending()[0]).toMatchObject({ progress: 0 });
    bench.uploads[0]!.settle({ kind: "stored", file: "f1" });
    await settle();
    const [frame] = socket.of("upload");
    expect(frame).toMatchObject({ type: "upload", file: "f1" });
    socket.say({ type: "ack", id: frame!.id, seq: 1 });
    expect(bench.chat.pending()).toEqual([]);
    expect(bench.chat.thread.messages()[0]!.attachments[0]).toMatchObject({ name: "photo.png" });
  });

  it("do not hold up what is written meanwhile", async () => {
    const bench = new Bench();
    const socket = await bench.online();
    bench.chat.sendFile(file);
    bench.chat.send("meanwhile");
    expect(texts(socket)).toEqual(["meanwhile"]);
  });

  it("wait and go on when the server cannot be reached", async () => {
    const bench = new Bench();
    await bench.online();
    bench.chat.sendFile(file);
    bench.uploads[0]!.settle({ kind: "unreachable" });
    await bench.clock.pass(2_000);
    expect(bench.uploads).toHaveLength(2);
  });

  it("that are refused are shown with the reason and can be taken back", async () => {
    const bench = new Bench();
    await bench.online();
    bench.chat.sendFile(file);
    bench.uploads[0]!.settle({ kind: "refused", code: "file_type" });
    await settle();
    const [pending] = bench.chat.pending();
    expect(pending).toMatchObject({ failure: "file_type" });
    const [row] = rowsOf([], bench.chat.pending(), true);
    expect(row!.attachments).toEqual([
      { kind: "image", name: "photo.png", type: "image/png", size: 1, url: "" },
    ]);
    bench.chat.discard(pending!.id);
    expect(bench.chat.pending()).toEqual([]);
  });
});
