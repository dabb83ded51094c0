/**
 * Keeps one live socket to the server: session, hello, resume, heartbeat, back-off.
 *
 * A state machine over ports (socket, clock, session), with no browser object of its own. It knows
 * frames that steer the connection (welcome, reset, pong, errors before the welcome) and hands all
 * frames on. It keeps no messages: where to resume is asked from `after`.
 */

import { backoff, type Clock } from "./clock";
import { CLOSE_BAD_TOKEN, parseFrame, type ClientFrame, type ServerFrame } from "./protocol";
import { SessionUnavailable, type Session } from "./session";

/** idle: not wanted · connecting · online: welcomed · waiting: a new try is scheduled. */
export type Status = "idle" | "connecting" | "online" | "waiting";

export interface SocketListener {
  opened(): void;
  received(data: unknown): void;
  closed(code: number): void;
}

export interface SocketHandle {
  send(text: string): void;
  close(): void;
}

export interface ConnectionPorts {
  clock: Clock;
  openSession(): Promise<Session>;
  dropToken(token: string): void;
  openSocket(listener: SocketListener): SocketHandle;
  /** The newest seq received so far; 0 when there is none. */
  newest(): number;
}

export interface ConnectionEvents {
  status(status: Status): void;
  session(session: Session): void;
  /** The server welcomed us: what is unsent may be sent. */
  ready(): void;
  /** What was received so far is void; a replay from 0 follows. */
  forget(): void;
  frame(frame: ServerFrame): void;
}

const HANDSHAKE_MS = 10_000;
const QUIET_MS = 20_000;
const PONG_MS = 8_000;
const WAKE_PONG_MS = 4_000;
const STABLE_MS = 5_000;
/** Frames asked for once more on resume, against commits that overtook each other; doubles drop. */
const OVERLAP = 10;

export class Connection {
  status: Status = "idle";
  session: Session | null = null;
  private socket: SocketHandle | null = null;
  private welcomed = false;
  private helloAfter = 0;
  private attempt = 0;
  private welcomedAt = 0;
  private heardAt = 0;
  /** Something was heard since the last ping. */
  private answered = true;
  /** Raised for each try; callbacks of an older one are ignored. */
  private era = 0;
  private cancelTimer: () => void = () => undefined;

  constructor(
    private readonly ports: ConnectionPorts,
    private readonly events: ConnectionEvents,
  ) {}

  /** Begins to keep the connection; harmless when it already does. */
  start(): void {
    if (this.status === "idle") void this.tryNow();
  }

  /** Drops the connection and rests. */
  stop(): void {
    this.abandon();
    this.session = null;
    this.attempt = 0;
    this.setStatus("idle");
  }

  /** Opens the session anew (another identity, another token) and connects with it. */
  renew(): void {
    this.stop();
    this.start();
  }

  /** The network or the visitor is back: try now, or make sure that the socket is alive. */
  wake(): void {
    if (this.status === "waiting") {
      this.cancelTimer();
      void this.tryNow();
    } else if (this.status === "online" && this.ports.clock.now() - this.heardAt > 2_000) {
      this.probe(WAKE_PONG_MS);
    }
  }

  /** Gives up a socket that looks alive but does not work, or whose network is gone. */
  restart(): void {
    if (this.status === "online") this.lost(0);
  }

  /** Sends when welcomed; `false` says that it was not sent. */
  send(frame: ClientFrame): boolean {
    return this.welcomed && this.put(frame);
  }

  private put(frame: ClientFrame): boolean {
    if (!this.socket) return false;
    try {
      this.socket.send(JSON.stringify(frame));
      return true;
    } catch {
      return false;
    }
  }

  private setStatus(status: Status): void {
    if (status === this.status) return;
    this.status = status;
    this.events.status(status);
  }

  private abandon(): void {
    this.era += 1;
    this.cancelTimer();
    this.welcomed = false;
    const socket = this.socket;
    this.socket = null;
    socket?.close();
  }

  private timer(ms: number, run: () => void): void {
    this.cancelTimer();
    this.cancelTimer = this.ports.clock.after(ms, run);
  }

  private async tryNow(): Promise<void> {
    this.abandon();
    const { era } = this;
    this.setStatus("connecting");
    try {
      if (!this.session) {
        const session = await this.ports.openSession();
        if (era !== this.era) return;
        this.session = session;
        this.events.session(session);
      }
      this.connect(era);
    } catch (error) {
      if (era === this.era) this.later(error instanceof SessionUnavailable ? error.waitMs : null);
    }
  }

  private connect(era: number): void {
    const current = (run: () => void): void => {
      if (era === this.era) run();
    };
    this.timer(HANDSHAKE_MS, () => this.lost(0));
    this.socket = this.ports.openSocket({
      opened: () => current(() => this.hello()),
      received: (data) => current(() => this.received(data)),
      closed: (code) => current(() => this.lost(code)),
    });
  }

  private hello(): void {
    const token = this.session?.token ?? "";
    this.welcomed = false;
    this.helloAfter = Math.max(0, this.ports.newest() - OVERLAP);
    this.timer(HANDSHAKE_MS, () => this.lost(0));
    this.put({ type: "hello", token, after: this.helloAfter });
  }

  private received(data: unknown): void {
    this.heardAt = this.ports.clock.now();
    this.answered = true;
    const frame = parseFrame(data);
    if (!frame) return;
    if (frame.type === "welcome") this.welcome(frame.seq);
    else if (frame.type === "reset") this.startOver();
    else if (frame.type === "error" && !this.welcomed) {
      this.refusedHello(frame.code);
      return;
    }
    if (frame.type !== "pong") this.events.frame(frame);
  }

  private welcome(seq: number): void {
    if (seq < this.ports.newest()) {
      this.startOver();
      return;
    }
    this.welcomed = true;
    this.welcomedAt = this.ports.clock.now();
    this.setStatus("online");
    this.timer(QUIET_MS, () => this.beat());
    this.events.ready();
  }

  private startOver(): void {
    this.events.forget();
    this.hello();
  }

  /** An error instead of a welcome: a seq the server does not know is forgotten, else try later. */
  private refusedHello(code: string): void {
    if (this.helloAfter > 0) this.startOver();
    else {
      console.warn(`Nitka: the server refused the connection (${code}).`);
      this.lost(0);
    }
  }

  private beat(): void {
    const quiet = this.ports.clock.now() - this.heardAt;
    if (quiet < QUIET_MS) this.timer(QUIET_MS - quiet, () => this.beat());
    else this.probe(PONG_MS);
  }

  private probe(patience: number): void {
    this.answered = false;
    this.put({ type: "ping" });
    this.timer(patience, () => {
      if (this.answered) this.beat();
      else this.lost(0);
    });
  }

  private lost(code: number): void {
    if (code === CLOSE_BAD_TOKEN && this.session) {
      this.ports.dropToken(this.session.token);
      this.session = null;
      this.events.forget();
    }
    this.later(null);
  }

  private later(waitMs: number | null): void {
    const { clock } = this.ports;
    if (this.welcomed && clock.now() - this.welcomedAt >= STABLE_MS) this.attempt = 0;
    this.abandon();
    const wait = Math.max(
      waitMs ?? 0,
      backoff(this.attempt, () => clock.random()),
    );
    this.attempt += 1;
    this.setStatus("waiting");
    this.timer(wait, () => void this.tryNow());
  }
}
