import { describe, expect, it } from "vitest";
import { DEFAULT_LIMITS } from "../src/limits";
import {
  Sessions,
  SessionUnavailable,
  type Answer,
  type IdentityRefusal,
  type Visitor,
} from "../src/session";
import { Drawer, memoryStorage } from "../src/storage";

const answer = (
  status: number,
  body: unknown = null,
  retryAfter: number | null = null,
): Answer => ({
  status,
  body,
  retryAfter,
});

function setUp(answers: Answer[], identity: string | null = null) {
  const asked: Record<string, string>[] = [];
  const drawer = new Drawer(memoryStorage(), "n:");
  const visitor: Visitor = { identity, locale: () => "pl", page: () => "https://shop.example/" };
  const post = (_path: string, body: Record<string, string>): Promise<Answer> => {
    asked.push(body);
    return Promise.resolve(answers.shift() ?? answer(500));
  };
  const sessions = new Sessions(drawer, post, visitor, (_name, work) => work());
  const said: IdentityRefusal[] = [];
  sessions.onRefused = (why) => said.push(why);
  return { asked, drawer, visitor, sessions, said };
}

describe("opening a session", () => {
  it("keeps the token and takes the server's limits", async () => {
    const limits = { text: 500, file_bytes: 1000, file_types: ["png", "application/pdf"] };
    const { asked, sessions } = setUp([answer(201, { token: "a", seq: 0, limits })]);
    const session = await sessions.open();
    expect(asked).toEqual([{ locale: "pl", page: "https://shop.example/" }]);
    expect(session).toEqual({
      token: "a",
      limits: { text: 500, fileBytes: 1000, fileTypes: ["image/png", "application/pdf"] },
      places: [],
    });
    expect(sessions.token()).toBe("a");
  });

  it("resumes with the token it has; without limits the defaults hold", async () => {
    const { asked, drawer, sessions } = setUp([answer(201, { token: "a", seq: 3 })]);
    drawer.set("token", "a");
    expect((await sessions.open()).limits).toEqual(DEFAULT_LIMITS);
    expect(asked[0]).toMatchObject({ token: "a" });
  });

  it.each([
    [
      ["telegram", "slack"],
      ["telegram", "slack"],
    ],
    [
      ["slack", "carrier-pigeon", "telegram", "web"],
      ["telegram", "slack"],
    ],
    [undefined, []],
    ["telegram", []],
  ])("tells which other channels there are: %j", async (channels, places) => {
    const { sessions } = setUp([answer(201, { token: "a", seq: 0, channels })]);
    expect((await sessions.open()).places).toEqual(places);
  });

  it("drops a token that is refused, and opens a new session", async () => {
    const { asked, drawer, sessions } = setUp([answer(400), answer(201, { token: "b", seq: 0 })]);
    drawer.set("token", "bent");
    expect((await sessions.open()).token).toBe("b");
    expect(asked.map((body) => body.token)).toEqual(["bent", undefined]);
  });

  it.each([
    [answer(503), null],
    [answer(429, null, 7), 7000],
    [answer(201, {}), null],
  ])("is worth another try later: %o", async (given, waitMs) => {
    const { drawer, sessions } = setUp([given]);
    drawer.set("token", "kept");
    await expect(sessions.open()).rejects.toThrow(SessionUnavailable);
    await expect(
      setUp([{ ...given }])
        .sessions.open()
        .catch((error: unknown) => Promise.reject(error as Error)),
    ).rejects.toMatchObject({ waitMs });
    expect(sessions.token()).toBe("kept");
  });

  it("does not drop the token that another tab has put in place", () => {
    const { drawer, sessions } = setUp([]);
    drawer.set("token", "newer");
    sessions.drop("older");
    expect(sessions.token()).toBe("newer");
  });
});

const ok = (token = "a"): Answer => answer(201, { token, seq: 0 });

describe("a signed identity", () => {
  it.each(["identity_invalid", "identity_expired", "identity_replayed"])(
    "that is refused (%s) costs neither the chat nor the token, and is said once",
    async (code) => {
      const refusal = answer(401, { code, detail: "Why it was refused." });
      const { asked, drawer, sessions, visitor, said } = setUp(
        [refusal, ok(), ok(), ok()],
        "bad.jwt",
      );
      drawer.set("token", "a");
      expect((await sessions.open()).token).toBe("a");
      await sessions.open();
      visitor.identity = "new.jwt";
      await sessions.open();
      expect(asked.map((body) => body.identity)).toEqual([
        "bad.jwt",
        undefined,
        undefined,
        "new.jwt",
      ]);
      expect(asked.map((body) => body.token)).toEqual(["a", "a", "a", "a"]);
      expect(said).toEqual([{ code, message: "Why it was refused." }]);
    },
  );

  it("is not blamed for what is refused without it too", async () => {
    const { asked, drawer, said, sessions } = setUp([answer(422), answer(422), ok("b")], "a.jwt");
    drawer.set("token", "bent");
    expect((await sessions.open()).token).toBe("b");
    expect(asked.map((body) => body.token)).toEqual(["bent", "bent", undefined]);
    expect(said).toEqual([]);
  });

  it("is sent once with the token that carries it, and again when that is lost", async () => {
    const { asked, drawer, sessions } = setUp([ok(), ok(), ok("b")], "a.jwt");
    await sessions.open();
    await sessions.open();
    drawer.remove("token");
    await sessions.open();
    expect(asked.map((body) => body.identity)).toEqual(["a.jwt", undefined, "a.jwt"]);
  });
});

describe("leaving", () => {
  it("throws away the answer that is still on its way", async () => {
    const { drawer, sessions } = setUp([ok("theirs")], "a.jwt");
    const opening = sessions.open();
    sessions.leave();
    await expect(opening).rejects.toThrow(SessionUnavailable);
    expect(drawer.get("token")).toBeUndefined();
  });

  it("in another tab is not undone by this one", async () => {
    const { drawer, sessions } = setUp([ok("theirs")]);
    drawer.set("token", "theirs");
    const opening = sessions.open();
    drawer.remove("token");
    await expect(opening).rejects.toThrow(SessionUnavailable);
    expect(sessions.token()).toBeNull();
  });
});
