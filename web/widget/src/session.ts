/**
 * Opens or resumes the visitor's session, and keeps its token.
 *
 * One tab at a time talks to the server about it, so two tabs opened at once share one visitor.
 * Knows nothing of sockets.
 */

import { readPlaces, type Place } from "./elsewhere";
import { readLimits, type Limits } from "./limits";
import type { Drawer } from "./storage";

export interface Session {
  token: string;
  limits: Limits;
  /** The other channels that the service has. */
  places: readonly Place[];
}

/** What a session is opened with; read anew each time, as pages change under the widget. */
export interface Visitor {
  locale(): string;
  page(): string;
  identity: string | null;
}

/** Why the server did not take a signed identity: its `code` and its sentence. */
export interface IdentityRefusal {
  code: string;
  message: string;
}

/** Runs one piece of work at a time over all tabs (or just runs it, where locks are missing). */
export type Lock = <T>(name: string, work: () => Promise<T>) => Promise<T>;

export interface Answer {
  status: number;
  body: unknown;
  /** Seconds, from `Retry-After`. */
  retryAfter: number | null;
}

/** Posts JSON; rejects when the server cannot be reached. */
export type Post = (path: string, body: Record<string, string>) => Promise<Answer>;

/** The session could not be opened now; worth another try after `waitMs` (or the usual back-off). */
export class SessionUnavailable extends Error {
  constructor(
    message: string,
    readonly waitMs: number | null = null,
  ) {
    super(message);
  }
}

const TOKEN = "token";

export class Sessions {
  /** Called once for each identity that the server refuses. */
  onRefused: (why: IdentityRefusal) => void = () => undefined;
  /** An identity the server refused: said once, not sent again. */
  private refused: string | null = null;
  /** An identity the server took, and the token that carries it since: not sent again with it. */
  private taken: { identity: string; token: string } | null = null;
  /** Raised when the visitor leaves: what was asked before is not kept. */
  private era = 0;

  constructor(
    private readonly drawer: Drawer,
    private readonly post: Post,
    private readonly visitor: Visitor,
    private readonly lock: Lock,
  ) {}

  token(): string | null {
    const held = this.drawer.get(TOKEN);
    return typeof held === "string" && held !== "" ? held : null;
  }

  /** Forgets `token` unless another tab has put a newer one in its place. */
  drop(token: string): void {
    if (this.token() === token) this.drawer.remove(TOKEN);
  }

  /** The visitor leaves: an answer that is still on its way is thrown away. */
  leave(): void {
    this.era += 1;
    this.refused = null;
    this.taken = null;
  }

  /**
   * Opens or resumes; throws `SessionUnavailable` when it is worth trying again later.
   *
   * An identity that is refused costs nobody the chat: the visitor goes on with the token he has.
   */
  open(): Promise<Session> {
    return this.lock(`${this.drawer.prefix}session`, async () => {
      const { era } = this;
      const identity = this.identity();
      let held = this.token();
      let answer = await this.ask(held, identity);
      if (isRefusal(answer) && identity) {
        const refusal = answer;
        answer = await this.ask(held, null);
        if (era === this.era && !isRefusal(answer)) this.refuse(identity, refusal);
      }
      if (isRefusal(answer) && held) {
        this.drop(held);
        held = this.token();
        answer = await this.ask(held, null);
      }
      if (era !== this.era || (held !== null && this.token() !== held)) {
        throw new SessionUnavailable("the visitor has left");
      }
      return this.keep(answer, identity);
    });
  }

  private refuse(identity: string, { body }: Answer): void {
    this.refused = identity;
    const { code, detail } = (body ?? {}) as Record<string, unknown>;
    this.onRefused({
      code: typeof code === "string" ? code : "identity_invalid",
      message: typeof detail === "string" ? detail : "",
    });
  }

  private identity(): string | null {
    const { identity } = this.visitor;
    const { taken } = this;
    if (!identity || identity === this.refused) return null;
    return taken?.identity === identity && taken.token === this.token() ? null : identity;
  }

  private ask(token: string | null, identity: string | null): Promise<Answer> {
    return this.post("/api/webchat/sessions", {
      ...(token ? { token } : {}),
      ...(identity ? { identity } : {}),
      locale: this.visitor.locale(),
      page: this.visitor.page(),
    });
  }

  private keep(answer: Answer, identity: string | null): Session {
    const body = (answer.body ?? {}) as Record<string, unknown>;
    const { token } = body;
    if (answer.status < 200 || answer.status > 299 || typeof token !== "string" || !token) {
      const wait = answer.retryAfter === null ? null : answer.retryAfter * 1000;
      throw new SessionUnavailable(`the server answered ${answer.status}`, wait);
    }
    if (token !== this.token()) this.drawer.set(TOKEN, token);
    if (identity && identity !== this.refused) this.taken = { identity, token };
    return { token, limits: readLimits(body.limits), places: readPlaces(body.channels) };
  }
}

const isRefusal = (answer: Answer): boolean =>
  answer.status >= 400 && answer.status < 500 && answer.status !== 408 && answer.status !== 429;
