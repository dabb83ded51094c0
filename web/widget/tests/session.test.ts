import { describe, expect, it, vi } from "vitest";
import { DEFAULT_LIMITS } from "../src/limits";
import { Sessions, SessionUnavailable, type Answer, type Visitor } from "../src/session";
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
  return { asked, drawer, visitor, sessions };
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
    });
    expect(sessions.token()).toBe("a");
  });

  it("resumes with the token it has; without limits the defaults hold", async () => {
    const { asked, drawer, sessions } = setUp([answer(201, { token: "a", seq: 3 })]);
    drawer.set("token", "a");
    expect((await sessions.open()).limits).toEqual(DEFAULT_LIMITS);
    expect(asked[0]).toMatchObject({ token: "a" });
  });

  it("goes on without an identity that is refused, and does not send it again", async () => {
    const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
    const ok = answer(201, { token: "a", seq: 0 });
    const { asked, sessions, visitor } = setUp([answer(401), ok, ok, ok], "bad.jwt");
    await sessions.open();
    await sessions.open();
    visitor.identity = "new.jwt";
    await sessions.open();
    expect(asked.map((body) => body.identity)).toEqual([
      "bad.jwt",
      undefined,
      undefined,
      "new.jwt",
    ]);
    expect(warn).toHaveBeenCalledOnce();
    warn.mockRestore();
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
