/**
 * The thread as this page knows it: messages by seq, who owns it, who types, what is unread.
 *
 * Applies server frames; idempotent by seq, so replays and doubles change nothing. Holds nothing
 * that is only on its way (see outbox).
 */

import type { Author, MessageFrame, ServerFrame, StateFrame } from "./protocol";
import type { Drawer } from "./storage";

export type Message = Omit<MessageFrame, "type">;

const READ = "read";

export class Thread {
  /** The newest seq received as a frame; acks do not count, others' frames may still be behind. */
  newest = 0;
  owner: StateFrame = { type: "state", owner: "bot" };
  typing: Author | null = null;
  /** True until everything up to the welcome's seq is here. */
  replaying = true;
  private readonly bySeq = new Map<number, Message>();
  /** Where each of the customer's own messages stands, by its client id. */
  private readonly ownSeq = new Map<string, number>();
  private sorted: Message[] | null = null;
  private target = 0;
  private readSeq: number;
  private readAll = false;

  constructor(private readonly drawer: Drawer) {
    this.readSeq = this.storedRead();
  }

  /** Messages in the thread's order. */
  messages(): readonly Message[] {
    this.sorted ??= [...this.bySeq.values()].sort((a, b) => a.seq - b.seq);
    return this.sorted;
  }

  has(id: string): boolean {
    return this.ownSeq.has(id);
  }

  /** Applies one frame; `true` when something to be seen has changed. */
  apply(frame: ServerFrame): boolean {
    switch (frame.type) {
      case "welcome":
        return this.welcome(frame.seq);
      case "message":
        return this.receive(frame);
      case "state":
        this.owner = frame;
        return true;
      case "typing":
        if (frame.author === "customer") return false;
        this.typing = frame.author;
        return true;
      default:
        return false;
    }
  }

  /** The server has stored our message under `seq`; the echo may come later, or never again. */
  stored(message: Message): void {
    if (!this.bySeq.has(message.seq)) this.put(message);
  }

  /** Voids everything received; what the next welcome brings counts as already read. */
  forget(): void {
    this.bySeq.clear();
    this.ownSeq.clear();
    this.sorted = null;
    this.newest = 0;
    this.target = 0;
    this.replaying = true;
    this.typing = null;
    this.owner = { type: "state", owner: "bot" };
    this.readAll = true;
  }

  /** How many messages of others the customer has not seen. */
  unread(): number {
    const read = Math.max(this.readSeq, this.storedRead());
    return this.messages().filter(({ seq, author }) => author !== "customer" && seq > read).length;
  }

  /** Marks everything here as seen; the seq to tell the server, or `null` when it is not news. */
  markRead(): number | null {
    const last = this.messages().at(-1)?.seq ?? 0;
    if (last <= this.readSeq) return null;
    this.readSeq = last;
    this.drawer.set(READ, last);
    return last;
  }

  /** Nothing more of the replay is coming: what arrives from now on is new. */
  settle(): boolean {
    const was = this.replaying;
    this.replaying = false;
    return was;
  }

  private storedRead(): number {
    const held = this.drawer.get(READ);
    return typeof held === "number" && !this.readAll ? held : 0;
  }

  private welcome(seq: number): boolean {
    this.target = seq;
    if (this.readAll) {
      this.readSeq = seq;
      this.drawer.set(READ, seq);
      this.readAll = false;
    }
    this.replaying = this.newest < seq;
    return true;
  }

  private receive(frame: MessageFrame): boolean {
    const message: Message = frame;
    this.newest = Math.max(this.newest, message.seq);
    const settled = this.replaying && this.newest >= this.target;
    if (settled) this.replaying = false;
    const held = this.bySeq.get(message.seq);
    if (held && JSON.stringify(held) === JSON.stringify(message)) return settled;
    if (message.author === "customer") this.dropTwin(message);
    else if (!this.replaying) this.typing = null;
    this.put(message);
    return true;
  }

  /** A message that comes back under another seq than its ack said takes the old one's place. */
  private dropTwin(message: Message): void {
    const seq = this.ownSeq.get(message.id);
    if (seq !== undefined && seq !== message.seq) this.bySeq.delete(seq);
  }

  private put(message: Message): void {
    this.bySeq.set(message.seq, message);
    if (message.author === "customer") this.ownSeq.set(message.id, message.seq);
    this.sorted = null;
  }
}
