/**
 * Continuing the talk on another channel: which ones there are, and the one-time code for them.
 *
 * A code is asked for when the customer wants to see it, kept until it has expired or was of use,
 * and made anew only when he says so. Time moves in whole minutes, and only while he looks.
 */

import type { Clock } from "./clock";
import type { Channel } from "./protocol";
import type { Answer } from "./session";

/** A channel where the talk can go on. */
export type Place = Exclude<Channel, "web">;

export const PLACES: readonly Place[] = ["telegram", "slack"];

export interface Code {
  code: string;
  /** The deep link that brings the code along. */
  telegram: string | null;
  /** The words to send to our app in Slack. */
  slack: string | null;
  /** When it expires, in milliseconds; `null` when this device's clock cannot tell. */
  until: number | null;
}

export type Step =
  | { kind: "none" }
  | { kind: "asking" }
  | { kind: "ready"; code: Code }
  | { kind: "over" }
  /** No code now; `again`: when it may be asked for, in milliseconds. */
  | { kind: "failed"; why: "offline" | "busy" | "other"; again: number };

export interface ElsewherePorts {
  clock: Clock;
  /** Asks the server for a code; rejects when it cannot be reached. */
  ask(token: string): Promise<Answer>;
  /** `null` while there is no session. */
  token(): string | null;
  /** The server no longer knows our token. */
  badToken(): void;
  changed(): void;
}

const MINUTE_MS = 60_000;
/** A code that seems to live longer than this is told by a clock that is wrong. */
const LONGEST_MS = 24 * 60 * MINUTE_MS;
const BUSY_MS = 60_000;

export class Elsewhere {
  /** Which channels the service has; none until a session has said so. */
  places: readonly Place[] = [];
  /** A session has said which channels there are. */
  known = false;
  /** The customer looks at it. */
  open = false;
  step: Step = { kind: "none" };
  /** Raised with each question; an answer to an older one is not heard. */
  private era = 0;
  /** A token was refused already: not twice in a row, or the two of us would go round for ever. */
  private refused = false;
  private cancel: () => void = () => undefined;

  constructor(private readonly ports: ElsewherePorts) {}

  show(): void {
    this.open = true;
    this.tick();
    const none = this.step.kind === "none" || this.step.kind === "over";
    if (this.places.length > 0 && (none || this.mayAgain())) this.make();
    else this.ports.changed();
  }

  hide(): void {
    this.open = false;
    this.cancel();
    this.ports.changed();
  }

  /** Asks for a new code; the one before stays good until it expires. */
  make(): void {
    const token = this.ports.token();
    this.era += 1;
    if (token === null) this.fail("offline", 0);
    else {
      this.to({ kind: "asking" });
      void this.ask(token, this.era);
    }
  }

  /** A session is there: what waited for it goes on. */
  opened(places: readonly Place[]): void {
    this.known = true;
    this.places = places;
    const waits = this.step.kind === "failed" && this.step.why === "offline";
    if (this.open && places.length > 0 && (waits || this.step.kind === "none")) this.make();
  }

  /** The code was of use, or belongs to somebody who has left. */
  forget(): void {
    this.era += 1;
    this.open = false;
    this.to({ kind: "none" });
  }

  /** Whole minutes that are left of a code or a wait, rounded up; `null` when nobody knows. */
  minutes(): number | null {
    const { step } = this;
    const end = step.kind === "ready" ? step.code.until : step.kind === "failed" ? step.again : 0;
    return end === null ? null : Math.max(0, Math.ceil((end - this.ports.clock.now()) / MINUTE_MS));
  }

  /** A failed question may be asked again. */
  mayAgain(): boolean {
    return this.step.kind === "failed" && this.step.again <= this.ports.clock.now();
  }

  private async ask(token: string, era: number): Promise<void> {
    const answer = await this.ports.ask(token).catch(() => null);
    if (era !== this.era) return;
    const code = answer && readCode(answer, this.ports.clock.now());
    const refusedBefore = this.refused;
    this.refused = answer?.status === 401 && !refusedBefore;
    if (code) this.to({ kind: "ready", code });
    else if (this.refused) {
      this.fail("offline", 0);
      this.ports.badToken();
    } else if (answer?.status === 429) {
      const wait = answer.retryAfter === null ? BUSY_MS : answer.retryAfter * 1000;
      this.fail("busy", this.ports.clock.now() + wait);
    } else this.fail("other", 0);
  }

  private fail(why: "offline" | "busy" | "other", again: number): void {
    this.to({ kind: "failed", why, again });
  }

  private to(step: Step): void {
    this.step = step;
    this.tick();
    this.ports.changed();
  }

  /** Comes back when the next minute is over, as long as somebody looks. */
  private tick(): void {
    this.cancel();
    const { step } = this;
    const end =
      step.kind === "ready" ? step.code.until : step.kind === "failed" ? step.again : null;
    if (end === null) return;
    const left = end - this.ports.clock.now();
    if (left <= 0) {
      if (step.kind === "ready") this.to({ kind: "over" });
      return;
    }
    if (!this.open) return;
    this.cancel = this.ports.clock.after(left % MINUTE_MS || MINUTE_MS, () => {
      this.tick();
      this.ports.changed();
    });
  }
}

/** Which channels the session's answer names; the order is ours. */
export function readPlaces(value: unknown): readonly Place[] {
  return Array.isArray(value) ? PLACES.filter((place) => value.includes(place)) : [];
}

function readCode({ status, body }: Answer, now: number): Code | null {
  if (status < 200 || status > 299 || typeof body !== "object" || body === null) return null;
  const bag = body as Record<string, unknown>;
  const text = (value: unknown): string | null =>
    typeof value === "string" && value !== "" ? value : null;
  const code = text(bag.code);
  if (code === null) return null;
  const until = Date.parse(text(bag.expires_at) ?? "");
  const told = until > now && until - now <= LONGEST_MS;
  return {
    code,
    telegram: text(bag.telegram),
    slack: text(bag.slack),
    until: told ? until : null,
  };
}

/**
 * The code in what a customer typed or pasted: the bare code, `/link CODE`, `link CODE` or the
 * Telegram link; `null` when there is none in it.
 */
export function codeIn(typed: string): string | null {
  const given = typed
    .trim()
    .replace(/^.*[?&]start=/i, "")
    .replace(/^\/?(nitka\s+)?link\s+/i, "")
    .replace(/[\s-]/g, "");
  return /^[a-z0-9]{6,32}$/i.test(given) ? given.toUpperCase() : null;
}
