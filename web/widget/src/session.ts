/**
 * Opens or resumes the visitor's session, and keeps its token.
 *
 * One tab at a time talks to the server about it, so two tabs opened at once share one visitor.
 * Knows nothing of sockets.
 */

import { readLimits, type Limits } from "./limits";
import type { Drawer } from "./storage";

export interface Session {
  token: string;
  limits: Limits;
}

/** What a session is opened with; read anew each time, as pages change under the widget. */
export interface Visitor {
  locale(): string;
  page(): string;
  identity: string | null;
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
  /** An identity the server refused: said once, not sent again. */
  private refused: string | null = null;

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

  /** Opens or resumes; throws `SessionUnavailable` when it is worth trying again later. */
  open(): Promise<Session> {
    return this.lock(`${this.drawer.prefix}session`, async () => {
      let answer = await this.ask(this.token(), this.identity());
      if (isRefusal(answer) && this.identity()) {
        this.refused = this.visitor.identity;
        console.warn("Nitka: the identity token was refused; the visitor stays anonymous.");
        answer = await this.ask(this.token(), null);
      }
      const held = this.token();
      if (isRefusal(answer) && held) {
        this.drop(held);
        answer = await this.ask(null, null);
      }
      return this.keep(answer);
    });
  }

  private identity(): string | null {
    const { identity } = this.visitor;
    return identity && identity !== this.refused ? identity : null;
  }

  private ask(token: string | null, identity: string | null): Promise<Answer> {
    return this.post("/api/webchat/sessions", {
      ...(token ? { token } : {}),
      ...(identity ? { identity } : {}),
      locale: this.visitor.locale(),
      page: this.visitor.page(),
    });
  }

  private keep(answer: Answer): Session {
    const body = (answer.body ?? {}) as Record<string, unknown>;
    const { token } = body;
    if (answer.status < 200 || answer.status > 299 || typeof token !== "string" || !token) {
      const wait = answer.retryAfter === null ? null : answer.retryAfter * 1000;
      throw new SessionUnavailable(`the server answered ${answer.status}`, wait);
    }
    if (token !== this.token()) this.drawer.set(TOKEN, token);
    return { token, limits: readLimits(body.limits) };
  }
}

const isRefusal = (answer: Answer): boolean =>
  answer.status >= 400 && answer.status < 500 && answer.status !== 408 && answer.status !== 429;
