/**
 * The chat without its looks: joins connection, thread, outbox and uploads, and says when to redraw.
 *
 * The view reads `thread`, `pending()` and `status`, and calls the verbs; it never sees a frame.
 */

import { newId, type Clock } from "./clock";
import { Connection, type ConnectionPorts, type Status } from "./connection";
import { DEFAULT_LIMITS, type Limits } from "./limits";
import { Elsewhere } from "./elsewhere";
import { Outbox, type Entry } from "./outbox";
import type { ServerFrame } from "./protocol";
import type { Answer, Session } from "./session";
import type { Drawer } from "./storage";
import { Thread } from "./thread";
import { Uploads, type Transfer } from "./uploads";

/** A message that the server has not confirmed yet, as the list shows it. */
export interface Pending {
  id: string;
  text: string;
  at: number;
  file?: { name: string; type: string; size: number };
  /** Of an upload that runs, 0 to 1. */
  progress?: number;
  failure?: string;
}

export interface ChatPorts extends Omit<ConnectionPorts, "newest"> {
  clock: Clock;
  drawer: Drawer;
  transfer(token: string, file: File, progress: (part: number) => void): Transfer;
  /** Asks for a code to continue elsewhere; rejects when the server cannot be reached. */
  askCode(token: string): Promise<Answer>;
}

/** Set for a moment when the visitor leaves, for the other tabs to hear. */
export const LEFT = "left";

const TYPING_EVERY_MS = 3_000;
/** A typing sign that is not renewed goes out after this long. */
const TYPING_MS = 8_000;
const REPLAY_MS = 2_500;

export class Chat {
  readonly thread: Thread;
  readonly connection: Connection;
  readonly outbox: Outbox;
  readonly uploads: Uploads;
  readonly elsewhere: Elsewhere;
  limits: Limits = DEFAULT_LIMITS;
  /** Called after every change that can be seen. */
  onChange: () => void = () => undefined;
  /** Called when the visitor has left: nothing he wrote or read may stay on the screen. */
  onLeave: () => void = () => undefined;
  /** Local pictures of files sent from this page, by message id. */
  readonly previews = new Map<string, File>();
  private token: string | null = null;
  private owedRead: number | null = null;
  private typedAt = -TYPING_EVERY_MS;
  private cancelTyping: () => void = () => undefined;
  private cancelReplay: () => void = () => undefined;
  private readonly clock: Clock;

  constructor(private readonly ports: ChatPorts) {
    const { clock, drawer } = ports;
    const changed = (): void => this.onChange();
    this.clock = clock;
    this.thread = new Thread(drawer);
    this.connection = new Connection(
      { ...ports, newest: () => this.thread.newest },
      {
        status: (status) => this.statusChanged(status),
        session: (session) => this.sessionOpened(session),
        ready: () => this.ready(),
        forget: () => this.forget(),
        frame: (frame) => this.frame(frame),
      },
    );
    this.outbox = new Outbox({
      clock,
      drawer,
      changed,
      send: (frame) => this.connection.send(frame),
      stuck: () => this.connection.restart(),
    });
    this.uploads = new Uploads({
      clock,
      changed,
      send: (file, progress) =>
        this.token === null ? null : ports.transfer(this.token, file, progress),
      stored: (id, file) => this.outbox.add({ id, text: "", file }),
      badToken: () => this.tokenRefused(),
    });
    this.elsewhere = new Elsewhere({
      clock,
      changed,
      ask: (token) => ports.askCode(token),
      token: () => this.token,
      badToken: () => this.tokenRefused(),
    });
  }

  get status(): Status {
    return this.connection.status;
  }

  /** True when there is something to come back for: the socket is then opened without a click. */
  hasPast(): boolean {
    return typeof this.ports.drawer.get("token") === "string" || this.outbox.list().length > 0;
  }

  send(text: string, reply?: string): void {
    this.connection.start();
    this.typedAt = -TYPING_EVERY_MS;
    this.outbox.add({ id: newId(), text, ...(reply === undefined ? {} : { reply }) });
  }

  sendFile(file: File): void {
    this.connection.start();
    const id = newId();
    this.previews.set(id, file);
    this.uploads.add(id, file);
  }

  /** Says that the customer types, at most every three seconds. */
  typing(): void {
    const now = this.clock.now();
    if (now - this.typedAt < TYPING_EVERY_MS) return;
    if (this.connection.send({ type: "typing" })) this.typedAt = now;
  }

  /** Shows how the talk goes on elsewhere. */
  moveOn(): void {
    this.connection.start();
    this.elsewhere.show();
  }

  /** Brings a code from another channel: it is said as any other line. */
  bring(code: string): void {
    this.elsewhere.hide();
    this.send(`/link ${code}`);
  }

  /** Everything here has been seen. */
  seen(): void {
    if (this.thread.replaying || this.elsewhere.open) return;
    const seq = this.thread.markRead();
    if (seq === null) return;
    this.owedRead = this.connection.send({ type: "read", seq }) ? null : seq;
    this.onChange();
  }

  retry(id: string): void {
    this.uploads.retry(id);
    this.outbox.retry(id);
  }

  /** Takes an unconfirmed message back. */
  discard(id: string): void {
    this.uploads.remove(id);
    this.outbox.remove(id);
    this.previews.delete(id);
  }

  /** What the server has not confirmed, oldest first. */
  pending(): Pending[] {
    const entries = this.outbox.list().filter(({ id }) => !this.thread.has(id));
    const files = this.uploads.list().map((upload) => ({ ...upload, text: "" }));
    return [...entries, ...files].sort((a, b) => a.at - b.at);
  }

  /** Another tab dropped the session (a log-out, or a token the server refused): follow it. */
  left(): void {
    this.connection.stop();
    this.token = null;
    this.previews.clear();
    this.elsewhere.forget();
    this.forget();
  }

  /** The visitor has left, here or in another tab: nothing of his stays in this page. */
  gone(): void {
    this.uploads.clear();
    this.outbox.sync();
    this.left();
    this.onLeave();
  }

  /** Forgets this visitor on this browser: the thread, what is unsent, the token; all tabs hear. */
  logout(): void {
    const { drawer } = this.ports;
    this.connection.stop();
    // First of all: another tab must not resume with the identity it still holds.
    drawer.set(LEFT, true);
    drawer.remove(LEFT);
    this.outbox.clear();
    for (const name of ["draft", "read", "token"]) drawer.remove(name);
    this.gone();
  }

  private statusChanged(status: Status): void {
    if (status !== "online") {
      this.outbox.offline();
      this.thread.typing = null;
    }
    this.onChange();
  }

  private sessionOpened(session: Session): void {
    if (this.token !== null && this.token !== session.token) {
      this.elsewhere.forget();
      this.forget();
    }
    this.token = session.token;
    this.limits = session.limits;
    this.elsewhere.opened(session.places);
    this.onChange();
  }

  private ready(): void {
    const seq = this.owedRead;
    if (seq !== null && this.connection.send({ type: "read", seq })) this.owedRead = null;
    this.outbox.online();
    this.uploads.online();
    this.cancelReplay();
    this.cancelReplay = this.clock.after(REPLAY_MS, () => {
      if (this.thread.settle()) this.onChange();
    });
  }

  private tokenRefused(): void {
    if (!this.token) return;
    this.ports.dropToken(this.token);
    this.token = null;
    this.connection.renew();
  }

  private forget(): void {
    this.owedRead = null;
    this.thread.forget();
    this.onChange();
  }

  private frame(frame: ServerFrame): void {
    if (frame.type === "ack") this.acked(this.outbox.confirm(frame.id), frame.seq);
    if (frame.type === "message" && frame.author === "customer") this.outbox.confirm(frame.id);
    if (frame.type === "error") this.failed(frame);
    // Joined or split: a code that was shown has done its work, and the thread is the news.
    if (frame.type === "reset") this.elsewhere.forget();
    if (frame.type === "typing") this.typingSoonOver();
    if (this.thread.apply(frame)) this.onChange();
  }

  private acked(entry: Entry | null, seq: number): void {
    if (!entry) return;
    this.thread.stored({
      seq,
      id: entry.id,
      author: "customer",
      text: entry.text,
      buttons: [],
      attachments: entry.file
        ? [
            {
              kind: entry.file.type.startsWith("image/") ? "image" : "file",
              name: entry.file.name,
              type: entry.file.type,
              size: entry.file.size,
              url: "",
            },
          ]
        : [],
      channel: "web",
      at: entry.at,
    });
    this.onChange();
  }

  private failed(frame: Extract<ServerFrame, { type: "error" }>): void {
    if (frame.id !== undefined) this.outbox.refuse(frame);
    console.warn(`Nitka: ${frame.code}: ${frame.message}`);
  }

  private typingSoonOver(): void {
    this.cancelTyping();
    this.cancelTyping = this.clock.after(TYPING_MS, () => {
      this.thread.typing = null;
      this.onChange();
    });
  }
}
