import { describe, expect, it } from "vitest";
import { DEFAULT_LIMITS } from "../src/limits";
import { SessionUnavailable } from "../src/session";
import { Bench, message, settle } from "./fakes";

describe("the handshake", () => {
  it("says hello first, with the token and from the beginning", async () => {
    const bench = new Bench();
    const socket = await bench.online();
    expect(socket.sent).toEqual([{ type: "hello", token: "t1", after: 0 }]);
    expect(bench.chat.status).toBe("online");
  });

  it("is given up after ten seconds without a welcome, and tried again", async () => {
    const bench = new Bench();
    bench.chat.connection.start();
    await settle();
    bench.socket.open();
    await bench.clock.pass(10_000);
    expect(bench.sockets[0]!.closed).toBe(true);
    expect(bench.chat.status).toBe("waiting");
    await bench.clock.pass(1_000);
    expect(bench.sockets).toHaveLength(2);
  });

  it("waits as long as the server asks when a session cannot be opened", async () => {
    const bench = new Bench();
    bench.sessions = [new SessionUnavailable("429", 30_000), bench.sessions[0]!];
    bench.chat.connection.start();
    await bench.clock.pass(29_000);
    expect(bench.opened).toBe(1);
    await bench.clock.pass(1_500);
    expect(bench.opened).toBe(2);
  });

  it("backs off further with every failure, up to twenty seconds", async () => {
    const bench = new Bench();
    bench.sessions = [new Error("refused")];
    bench.chat.connection.start();
    await bench.clock.pass(60_000);
    const first = bench.opened;
    await bench.clock.pass(60_000);
    expect(first).toBeLessThan(12);
    expect(bench.opened - first).toBeGreaterThanOrEqual(3);
    expect(bench.opened - first).toBeLessThanOrEqual(6);
  });
});

describe("a broken connection", () => {
  it("is resumed on a new socket without a new session, a little before the newest seq", async () => {
    const bench = new Bench();
    const first = await bench.online(25);
    for (let seq = 1; seq <= 25; seq += 1) first.say(message(seq));
    first.drop();
    await bench.clock.pass(1_000);
    const second = await bench.handshake(26);
    expect(second.of("hello")).toEqual([{ type: "hello", token: "t1", after: 15 }]);
    for (let seq = 16; seq <= 26; seq += 1) second.say(message(seq));
    expect(bench.chat.thread.messages().map(({ seq }) => seq)).toEqual(
      Array.from({ length: 26 }, (_, index) => index + 1),
    );
    expect(bench.opened).toBe(1);
  });

  it("is found by a ping that nobody answers", async () => {
    const bench = new Bench();
    const socket = await bench.online();
    await bench.clock.pass(20_000);
    expect(socket.of("ping")).toHaveLength(1);
    await bench.clock.pass(8_000);
    expect(socket.closed).toBe(true);
    expect(bench.chat.status).not.toBe("online");
  });

  it("is not supposed while pongs come", async () => {
    const bench = new Bench();
    const socket = await bench.online();
    let pongs = 0;
    for (let second = 0; second < 120; second += 1) {
      await bench.clock.pass(1_000);
      for (; pongs < socket.of("ping").length; pongs += 1) socket.say({ type: "pong" });
    }
    expect(pongs).toBe(6);
    expect(socket.closed).toBe(false);
    expect(bench.sockets).toHaveLength(1);
  });

  it("is tried at once when the network is back", async () => {
    const bench = new Bench();
    const socket = await bench.online();
    socket.drop();
    expect(bench.chat.status).toBe("waiting");
    bench.chat.connection.wake();
    await settle();
    expect(bench.sockets).toHaveLength(2);
  });

  it("is checked at once when a sleeping page is seen again", async () => {
    const bench = new Bench();
    const socket = await bench.online();
    await bench.clock.pass(5_000);
    bench.chat.connection.wake();
    expect(socket.of("ping")).toHaveLength(1);
    await bench.clock.pass(4_000);
    expect(socket.closed).toBe(true);
  });

  it("does not hammer a server that welcomes and hangs up", async () => {
    const bench = new Bench();
    bench.chat.connection.start();
    for (let round = 0; round < 6; round += 1) {
      await bench.handshake();
      bench.socket.drop(1013);
      await bench.clock.pass(20_000);
    }
    bench.socket.open();
    bench.socket.say({ type: "welcome", seq: 0 });
    bench.socket.drop(1013);
    await bench.clock.pass(5_000);
    expect(bench.chat.status).toBe("waiting");
  });

  it("ignores what an older socket still says", async () => {
    const bench = new Bench();
    const first = await bench.online();
    first.drop();
    await bench.clock.pass(1_000);
    await bench.handshake();
    first.say(message(1));
    expect(bench.chat.thread.messages()).toEqual([]);
  });
});

describe("a token the server does not know", () => {
  it("is dropped, a new session opened, and the unsent outbox kept", async () => {
    const bench = new Bench();
    bench.sessions = [
      { token: "t1", limits: DEFAULT_LIMITS, places: [] },
      { token: "t2", limits: DEFAULT_LIMITS, places: [] },
    ];
    const first = await bench.online(1);
    first.say(message(1));
    bench.chat.send("not yet confirmed");
    first.drop(4401);
    expect(bench.dropped).toEqual(["t1"]);
    await bench.clock.pass(1_000);
    const second = await bench.handshake();
    expect(second.of("hello")[0]).toEqual({ type: "hello", token: "t2", after: 0 });
    expect(second.of("message").map(({ text }) => text)).toEqual(["not yet confirmed"]);
    expect(bench.texts()).toEqual(["not yet confirmed"]);
  });
});

describe("a thread that has changed on the server", () => {
  it("is forgotten at reset, and asked for from the beginning", async () => {
    const bench = new Bench();
    const socket = await bench.online(2);
    socket.say(message(1));
    socket.say(message(2));
    socket.say({ type: "reset", seq: 5 });
    expect(bench.chat.thread.messages()).toEqual([]);
    expect(socket.of("hello").at(-1)).toEqual({ type: "hello", token: "t1", after: 0 });
    socket.say({ type: "welcome", seq: 5 });
    for (let seq = 1; seq <= 5; seq += 1) socket.say(message(seq, { text: `joined ${seq}` }));
    expect(bench.texts()).toEqual(["joined 1", "joined 2", "joined 3", "joined 4", "joined 5"]);
    expect(bench.chat.thread.unread()).toBe(0);
  });

  it("sends what waits only after the second welcome", async () => {
    const bench = new Bench();
    const socket = await bench.online(0);
    socket.say({ type: "reset", seq: 0 });
    bench.chat.send("during the reset");
    expect(socket.of("message")).toEqual([]);
    socket.say({ type: "welcome", seq: 0 });
    expect(socket.of("message")).toHaveLength(1);
  });

  it("keeps through a reset what is unsent, and sends it once more under its id", async () => {
    const bench = new Bench();
    const socket = await bench.online(1);
    socket.say(message(1));
    bench.chat.send("on its way");
    bench.chat.send("behind it");
    const [first] = socket.of("message");
    socket.say({ type: "reset", seq: 4 });
    expect(bench.texts()).toEqual(["on its way", "behind it"]);
    socket.say({ type: "welcome", seq: 4 });
    expect(socket.of("message").slice(1)).toEqual([first]);
    // The server had stored it before the join: the replay and the ack both say so.
    for (let seq = 1; seq <= 3; seq += 1) socket.say(message(seq, { text: `joined ${seq}` }));
    socket.say(message(4, { id: first!.id, author: "customer", text: "on its way" }));
    socket.say({ type: "ack", id: first!.id, seq: 4 });
    expect(socket.of("message").map(({ text }) => text)).toEqual([
      "on its way",
      "on its way",
      "behind it",
    ]);
    expect(bench.texts()).toEqual(["joined 1", "joined 2", "joined 3", "on its way", "behind it"]);
    const second = socket.of("message").at(-1)!;
    socket.say({ type: "ack", id: second.id, seq: 5 });
    await bench.clock.pass(60_000);
    expect(socket.of("message")).toHaveLength(3);
    expect(bench.texts().filter((text) => text === "behind it")).toHaveLength(1);
  });

  it("shows a confirmed line once when a reset gives it another place", async () => {
    const bench = new Bench();
    const socket = await bench.online(0);
    bench.chat.send("mine");
    const { id } = socket.of("message")[0]!;
    socket.say({ type: "ack", id, seq: 1 });
    socket.say({ type: "reset", seq: 3 });
    socket.say({ type: "welcome", seq: 3 });
    socket.say(message(1, { channel: "telegram", author: "customer", text: "from Telegram" }));
    socket.say(message(2, { channel: "telegram", text: "answered there" }));
    socket.say(message(3, { id, author: "customer", text: "mine" }));
    expect(bench.texts()).toEqual(["from Telegram", "answered there", "mine"]);
    expect(bench.chat.thread.messages().map(({ channel }) => channel)).toEqual([
      "telegram",
      "telegram",
      "web",
    ]);
    expect(bench.chat.pending()).toEqual([]);
  });

  it("is asked for anew when the server is behind what we have", async () => {
    const bench = new Bench();
    const first = await bench.online(30);
    first.say(message(30));
    first.drop();
    await bench.clock.pass(1_000);
    const second = await bench.handshake(12);
    expect(second.of("hello").map(({ after }) => after)).toEqual([20, 0]);
  });

  it("is asked for anew when the server refuses the place to resume from", async () => {
    const bench = new Bench();
    const first = await bench.online(30);
    first.say(message(30));
    first.drop();
    await bench.clock.pass(1_000);
    bench.socket.open();
    bench.socket.say({ type: "error", code: "after_in_future", message: "…" });
    expect(bench.socket.of("hello").map(({ after }) => after)).toEqual([20, 0]);
    expect(bench.chat.thread.messages()).toEqual([]);
  });
});

describe("rubbish from the server", () => {
  it.each(["", "nonsense", "[]", "null", '{"type":"from-the-future"}', '{"type":"message"}'])(
    "is ignored: %s",
    async (raw) => {
      const bench = new Bench();
      const socket = await bench.online();
      socket.say(raw);
      expect(bench.chat.status).toBe("online");
      expect(bench.chat.thread.messages()).toEqual([]);
    },
  );
});
