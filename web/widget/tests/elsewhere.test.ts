import { describe, expect, it, vi } from "vitest";
import { codeIn, Elsewhere } from "../src/elsewhere";
import { Words } from "../src/i18n";
import { DEFAULT_LIMITS } from "../src/limits";
import { qrPath } from "../src/qr";
import { elsewhereTitle } from "../src/view/elsewhere";
import { Bench, message, settle } from "./fakes";

const MINUTE = 60_000;
const session = { token: "t1", limits: DEFAULT_LIMITS };

/** An open chat whose service has both channels; `more` of the next answer for a code. */
async function ready(status = 201, more: Record<string, unknown> = {}, wait: number | null = null) {
  const bench = new Bench();
  bench.sessions = [{ ...session, places: ["telegram", "slack"] }];
  bench.codes = [codeOf(bench, status, more, wait)];
  const socket = await bench.online();
  bench.chat.moveOn();
  await settle();
  return { bench, socket, elsewhere: bench.chat.elsewhere };
}

function codeOf(
  bench: Pick<Bench, "clock">,
  status = 201,
  more: Record<string, unknown> = {},
  retryAfter: number | null = null,
) {
  const body = {
    code: "K7WQX2MPRA",
    expires_at: new Date(bench.clock.now() + 10 * MINUTE).toISOString(),
    telegram: "https://t.me/nitka_bot?start=K7WQX2MPRA",
    slack: "link K7WQX2MPRA",
    ...more,
  };
  return { status, body, retryAfter };
}

describe("a code to continue elsewhere", () => {
  it("is asked for with the visitor's token when it is to be seen, and not before", async () => {
    const bench = new Bench();
    bench.sessions = [{ ...session, places: ["telegram"] }];
    bench.codes = [codeOf(bench)];
    await bench.online();
    expect(bench.chat.elsewhere.places).toEqual(["telegram"]);
    expect(bench.askedCodes).toEqual([]);
    bench.chat.moveOn();
    await settle();
    expect(bench.askedCodes).toEqual(["t1"]);
    expect(bench.chat.elsewhere.step).toMatchObject({
      kind: "ready",
      code: { code: "K7WQX2MPRA", telegram: "https://t.me/nitka_bot?start=K7WQX2MPRA" },
    });
  });

  it("is never asked for where there is no other channel", async () => {
    const bench = new Bench();
    await bench.online();
    bench.chat.moveOn();
    await settle();
    expect(bench.chat.elsewhere).toMatchObject({ open: true, known: true, places: [] });
    expect(bench.askedCodes).toEqual([]);
  });

  it("waits for the session when there is none yet", async () => {
    const bench = new Bench();
    bench.sessions = [{ ...session, places: ["slack"] }];
    bench.codes = [codeOf(bench)];
    bench.chat.moveOn();
    expect(bench.askedCodes).toEqual([]);
    await bench.handshake();
    await settle();
    expect(bench.chat.elsewhere.step.kind).toBe("ready");
  });

  it("counts down in whole minutes while it is looked at, then is over", async () => {
    const { clock } = new Bench();
    const changed = vi.fn();
    const elsewhere = new Elsewhere({
      clock,
      changed,
      ask: () => Promise.resolve(codeOf({ clock })),
      token: () => "t1",
      badToken: () => {},
    });
    elsewhere.opened(["slack"]);
    elsewhere.show();
    await settle();
    expect(elsewhere.minutes()).toBe(10);
    changed.mockClear();
    await clock.pass(1.5 * MINUTE);
    expect(elsewhere.minutes()).toBe(9);
    expect(changed).toHaveBeenCalledTimes(1);
    elsewhere.hide();
    changed.mockClear();
    await clock.pass(3 * MINUTE);
    expect(changed).not.toHaveBeenCalled();
    elsewhere.show();
    expect(elsewhere.minutes()).toBe(6);
    await clock.pass(5.5 * MINUTE);
    expect(elsewhere.step.kind).toBe("over");
  });

  it("is kept while it is good, and made anew when it is over", async () => {
    const { bench, elsewhere } = await ready();
    elsewhere.hide();
    await bench.clock.pass(9 * MINUTE);
    bench.chat.moveOn();
    expect(elsewhere.minutes()).toBe(1);
    expect(bench.askedCodes).toHaveLength(1);
    elsewhere.hide();
    await bench.clock.pass(MINUTE);
    bench.codes = [codeOf(bench, 201, { code: "SECONDCODE" })];
    bench.chat.moveOn();
    await settle();
    expect(elsewhere.step).toMatchObject({ kind: "ready", code: { code: "SECONDCODE" } });
  });

  it("comes later when too many were made, as late as the server says", async () => {
    const { bench, elsewhere } = await ready(429, {}, 90);
    expect(elsewhere.step).toMatchObject({ kind: "failed", why: "busy" });
    expect(elsewhere.minutes()).toBe(2);
    expect(elsewhere.mayAgain()).toBe(false);
    await bench.clock.pass(90_000);
    expect(elsewhere.mayAgain()).toBe(true);
  });

  it("is asked for again with a new token when the server does not know ours", async () => {
    const bench = new Bench();
    bench.sessions = [{ ...session, places: ["slack"] }];
    bench.codes = [codeOf(bench, 401, { code: "unknown_token" }), codeOf(bench)];
    await bench.online();
    bench.chat.moveOn();
    await settle();
    expect(bench.dropped).toEqual(["t1"]);
    expect(bench.askedCodes).toHaveLength(2);
    expect(bench.chat.elsewhere.step.kind).toBe("ready");
  });

  it("is not asked for over and over when the server refuses every token", async () => {
    const bench = new Bench();
    bench.sessions = [{ ...session, places: ["slack"] }];
    bench.codes = Array.from({ length: 9 }, () => codeOf(bench, 401));
    await bench.online();
    bench.chat.moveOn();
    await settle();
    expect(bench.askedCodes).toHaveLength(2);
    expect(bench.chat.elsewhere.step).toMatchObject({ kind: "failed", why: "other" });
  });

  it.each([
    ["a bent answer", 201, { code: 7 }],
    ["a broken server", 500, {}],
  ])("may be asked for again after %s", async (_what, status, more) => {
    const { elsewhere } = await ready(status, more);
    expect(elsewhere.step).toMatchObject({ kind: "failed", why: "other" });
    expect(elsewhere.mayAgain()).toBe(true);
  });

  it.each(["2001-01-01T00:00:00Z", "2199-01-01T00:00:00Z", "soon"])(
    "is shown without its end on a device whose clock is wrong (%s)",
    async (expires_at) => {
      const { elsewhere } = await ready(201, { expires_at });
      expect(elsewhere.step).toMatchObject({ kind: "ready", code: { until: null } });
      expect(elsewhere.minutes()).toBeNull();
    },
  );

  it("has done its work when the thread is joined: the thread is shown", async () => {
    const { socket, elsewhere } = await ready();
    socket.say({ type: "reset", seq: 1 });
    expect(elsewhere).toMatchObject({ open: false, step: { kind: "none" } });
  });

  it("leaves lines unread that come while it lies over the thread", async () => {
    const { bench, socket, elsewhere } = await ready();
    socket.say(message(1));
    bench.chat.seen();
    expect(bench.chat.thread.unread()).toBe(1);
    elsewhere.hide();
    bench.chat.seen();
    expect(socket.of("read")).toEqual([{ type: "read", seq: 1 }]);
  });

  it("from elsewhere is said as a line", async () => {
    const { bench, socket, elsewhere } = await ready();
    bench.chat.bring("K7WQX2MPRA");
    expect(socket.of("message")[0]).toMatchObject({ text: "/link K7WQX2MPRA" });
    expect(elsewhere.open).toBe(false);
  });
});

describe("a code that is typed", () => {
  it.each([
    [" k7wqx2mpra ", "K7WQX2MPRA"],
    ["K7WQX-2MPRA", "K7WQX2MPRA"],
    ["/link K7WQX2MPRA", "K7WQX2MPRA"],
    ["link k7wqx2mpra", "K7WQX2MPRA"],
    ["/nitka link K7WQX2MPRA", "K7WQX2MPRA"],
    ["https://t.me/nitka_bot?start=K7WQX2MPRA", "K7WQX2MPRA"],
    ["", null],
    ["K7", null],
    ["where is my order?", null],
  ])("%j is %j", (typed, code) => {
    expect(codeIn(typed)).toBe(code);
  });
});

describe("a QR code", () => {
  it("has three finders, and four light modules around it", () => {
    const { side, path } = qrPath("https://t.me/nitka_bot?start=K7WQX2MPRA");
    expect((side - 8 - 17) % 4).toBe(0);
    const far = side - 4 - 7;
    for (const corner of ["M4 4h7v1h-7z", `M${far} 4h7v1h-7z`, `M4 ${far}h7v1h-7z`]) {
      expect(path).toContain(corner);
    }
    const rows = [...path.matchAll(/M(\d+) (\d+)h(\d+)v1h-(\d+)z/g)].map((run) => run.slice(1, 5));
    expect(rows.length).toBe(path.split("z").length - 1);
    for (const [x, y, wide, back] of rows.map((run) => run.map(Number))) {
      expect(wide).toBe(back);
      expect(Math.min(x!, y!)).toBeGreaterThanOrEqual(4);
      expect(Math.max(x! + wide!, y! + 1)).toBeLessThanOrEqual(side - 4);
    }
  });
});

describe("its title", () => {
  it.each([
    ["en", ["telegram", "slack"], "Continue in Telegram or Slack"],
    ["ru", ["telegram", "slack"], "Продолжить в Telegram или Slack"],
    ["pl", ["telegram", "slack"], "Kontynuuj w aplikacji Telegram lub Slack"],
    ["en", ["slack"], "Continue in Slack"],
    ["en", [], "I have a code from Telegram or Slack"],
  ] as const)("in %s with %j: %s", (locale, places, title) => {
    expect(elsewhereTitle(places, new Words(locale))).toBe(title);
  });

  it.each([
    ["en", "9 min"],
    ["ru", "9 мин"],
    ["pl", "9 min"],
  ] as const)("and the time in %s: %s", (locale, text) => {
    expect(new Words(locale).minutes(9).replace(/\s/g, " ").replace(/\.$/, "")).toBe(text);
  });
});

describe("signing out", () => {
  it("leaves nothing on this browser, and sends nothing of what was waiting", async () => {
    const { bench, socket } = await ready();
    const left = vi.fn();
    bench.chat.onLeave = left;
    socket.say(message(1));
    bench.chat.send("first");
    bench.chat.send("second");
    bench.drawer.set("draft", "half a sentence");
    bench.chat.logout();
    await bench.clock.pass(60_000);
    expect(socket.of("message").map(({ text }) => text)).toEqual(["first"]);
    expect(socket.closed).toBe(true);
    expect(bench.texts()).toEqual([]);
    expect(bench.drawer.names("")).toEqual([]);
    expect(bench.chat.elsewhere).toMatchObject({ open: false, step: { kind: "none" } });
    expect(left).toHaveBeenCalledOnce();
    expect(bench.chat.status).toBe("idle");
  });
});
