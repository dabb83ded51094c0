/** A clock, a socket and a server's side for tests: nothing runs until the test says so. */

import type { Clock } from "../src/clock";
import type { SocketHandle, SocketListener } from "../src/connection";
import { Chat, type ChatPorts } from "../src/chat";
import { DEFAULT_LIMITS } from "../src/limits";
import type { ClientFrame } from "../src/protocol";
import { Drawer, memoryStorage, type KeyValues } from "../src/storage";
import type { Answer, Session } from "../src/session";
import type { Transfer, UploadAnswer } from "../src/uploads";

export class FakeClock implements Clock {
  time = 1_000_000;
  chance = 0.5;
  private timers: { at: number; run: () => void }[] = [];

  now(): number {
    return this.time;
  }

  random(): number {
    return this.chance;
  }

  after(ms: number, run: () => void): () => void {
    const timer = { at: this.time + ms, run };
    this.timers.push(timer);
    return () => {
      this.timers = this.timers.filter((other) => other !== timer);
    };
  }

  /** Lets `ms` pass, running what falls due in order, and what promises follow from it. */
  async pass(ms: number): Promise<void> {
    const end = this.time + ms;
    for (;;) {
      await settle();
      const next = this.timers.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
      if (!next) break;
      this.timers = this.timers.filter((other) => other !== next);
      this.time = Math.max(this.time, next.at);
      next.run();
    }
    this.time = end;
    await settle();
  }
}

/** Lets every promise that is already resolved be heard. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 12; turn += 1) await Promise.resolve();
}

export class FakeSocket implements SocketHandle {
  sent: ClientFrame[] = [];
  closed = false;

  constructor(private readonly listener: SocketListener) {}

  send(text: string): void {
    if (this.closed) throw new Error("closed");
    this.sent.push(JSON.parse(text) as ClientFrame);
  }

  close(): void {
    this.closed = true;
  }

  open(): void {
    this.listener.opened();
  }

  say(frame: unknown): void {
    this.listener.received(typeof frame === "string" ? frame : JSON.stringify(frame));
  }

  drop(code = 1006): void {
    this.closed = true;
    this.listener.closed(code);
  }

  of<T extends ClientFrame["type"]>(type: T): Extract<ClientFrame, { type: T }>[] {
    return this.sent.filter(
      (frame): frame is Extract<ClientFrame, { type: T }> => frame.type === type,
    );
  }
}

/** A chat with everything around it faked; sockets are in `sockets`, newest last. */
export class Bench {
  readonly clock = new FakeClock();
  readonly drawer: Drawer;
  readonly sockets: FakeSocket[] = [];
  readonly chat: Chat;
  /** What the next sessions answer with; the last one stays. */
  sessions: (Session | Error)[] = [{ token: "t1", limits: DEFAULT_LIMITS, places: [] }];
  opened = 0;
  dropped: string[] = [];
  /** What the next questions for a code answer; without one the server cannot be reached. */
  codes: Answer[] = [];
  /** The tokens that codes were asked for. */
  askedCodes: string[] = [];
  uploads: { file: File; settle: (answer: UploadAnswer) => void; aborted: boolean }[] = [];

  constructor(readonly storage: KeyValues = memoryStorage()) {
    this.drawer = new Drawer(storage, "nitka:test:");
    this.chat = new Chat(this.ports());
  }

  get socket(): FakeSocket {
    const last = this.sockets.at(-1);
    if (!last) throw new Error("no socket was opened");
    return last;
  }

  /** Starts the chat and goes through the handshake; `seq` is the server's newest. */
  async online(seq = 0): Promise<FakeSocket> {
    this.chat.connection.start();
    return this.handshake(seq);
  }

  async handshake(seq = 0): Promise<FakeSocket> {
    await settle();
    this.socket.open();
    this.socket.say({ type: "welcome", seq });
    return this.socket;
  }

  texts(): string[] {
    return [...this.chat.thread.messages(), ...this.chat.pending()].map(({ text }) => text);
  }

  private ports(): ChatPorts {
    return {
      clock: this.clock,
      drawer: this.drawer,
      openSession: () => {
        this.opened += 1;
        const answer = this.sessions.length > 1 ? this.sessions.shift() : this.sessions[0];
        if (answer instanceof Error || !answer) return Promise.reject(answer ?? new Error("none"));
        this.drawer.set("token", answer.token);
        return Promise.resolve(answer);
      },
      dropToken: (token) => {
        this.dropped.push(token);
        this.drawer.remove("token");
      },
      openSocket: (listener) => {
        const socket = new FakeSocket(listener);
        this.sockets.push(socket);
        return socket;
      },
      askCode: (token) => {
        this.askedCodes.push(token);
        const answer = this.codes.shift();
        return answer ? Promise.resolve(answer) : Promise.reject(new Error("unreachable"));
      },
      transfer: (_token, file): Transfer => {
        let settleUpload: (answer: UploadAnswer) => void = () => undefined;
        const done = new Promise<UploadAnswer>((resolve) => (settleUpload = resolve));
        const upload = { file, settle: settleUpload, aborted: false };
        this.uploads.push(upload);
        return { done, abort: () => (upload.aborted = true) };
      },
    };
  }
}

export const message = (
  seq: number,
  more: Record<string, unknown> = {},
): Record<string, unknown> => ({
  type: "message",
  seq,
  id: `m${seq}`,
  author: "bot",
  text: `text ${seq}`,
  at: "2026-01-05T10:00:00.000Z",
  channel: "web",
  ...more,
});
