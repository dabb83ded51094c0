/**
 * What the customer has sent and the server has not yet confirmed, in order, across reloads.
 *
 * Every entry has a stored key of its own, so tabs share the outbox without overwriting each
 * other. One entry is on its way at a time: order survives errors and reconnects, and sending the
 * same id again is harmless by the protocol.
 */

import { backoff, type Clock } from "./clock";
import type { ClientFrame, ErrorFrame } from "./protocol";
import type { Drawer } from "./storage";

export interface StoredFile {
  id: string;
  name: string;
  type: string;
  size: number;
}

/** `at` in milliseconds; `order` tells entries of the same millisecond apart. */
export interface Entry {
  id: string;
  text: string;
  reply?: string;
  file?: StoredFile;
  at: number;
  order: number;
  /** Why the server refused it; such an entry waits for the customer's decision. */
  failure?: string;
}

export interface OutboxPorts {
  clock: Clock;
  drawer: Drawer;
  /** `false` when there is no connection. */
  send(frame: ClientFrame): boolean;
  changed(): void;
  /** The socket answers but confirms nothing. */
  stuck(): void;
}

const PREFIX = "out:";
const ACK_MS = 10_000;
const TRIES = 3;
/** How long another tab may take over its own entry before this one sends it. */
const FOREIGN_MS = 15_000;
/** Errors that pass: the entry is sent again instead of being shown as failed. */
const PASSING = new Set([
  "rate_limited",
  "too_many_requests",
  "too_fast",
  "unavailable",
  "busy",
  "internal",
  "internal_error",
]);

function isEntry(value: unknown): value is Entry {
  const entry = value as Partial<Entry> | null | undefined;
  return (
    typeof entry?.id === "string" && typeof entry.text === "string" && typeof entry.at === "number"
  );
}

export class Outbox {
  private entries: Entry[] = [];
  private readonly own = new Set<string>();
  private ready = false;
  private flying: string | null = null;
  private tries = 0;
  private setbacks = 0;
  private order = 0;
  private cancel: () => void = () => undefined;
  private cancelForeign: () => void = () => undefined;

  constructor(private readonly ports: OutboxPorts) {
    this.reload(true);
  }

  list(): readonly Entry[] {
    return this.entries;
  }

  /** Keeps the entry before anything else, then sends it when its turn comes. */
  add(entry: Pick<Entry, "id" | "text" | "reply" | "file">): void {
    this.order += 1;
    const full: Entry = { ...entry, at: this.ports.clock.now(), order: this.order };
    this.own.add(full.id);
    this.entries.push(full);
    this.store(full);
    this.ports.changed();
    this.pump();
  }

  /** The connection is welcomed: everything waiting, other tabs' orphans too, goes out in order. */
  online(): void {
    this.ready = true;
    this.land();
    this.reload(true);
    this.ports.changed();
    this.pump();
  }

  offline(): void {
    this.ready = false;
    this.land();
  }

  /** The server has it (an ack, or its echo): returns the entry that is now done. */
  confirm(id: string): Entry | null {
    const entry = this.entries.find((item) => item.id === id) ?? null;
    if (entry) this.remove(id);
    return entry;
  }

  /** The server refused an entry: sent again later if that passes, else the customer decides. */
  refuse(error: ErrorFrame): void {
    const entry = this.entries.find((item) => item.id === error.id);
    if (!entry) return;
    const passing = PASSING.has(error.code);
    if (passing && this.flying !== null && this.flying !== entry.id) return;
    if (this.flying === entry.id) this.land();
    if (passing) {
      this.setbacks += 1;
      const wait = backoff(this.setbacks, () => this.ports.clock.random());
      this.flying = entry.id;
      this.cancel = this.ports.clock.after(Math.max(wait, (error.retryAfter ?? 0) * 1000), () => {
        this.land();
        this.pump();
      });
    } else {
      entry.failure = error.code;
      this.store(entry);
      this.ports.changed();
      this.pump();
    }
  }

  /** Sends a failed entry again, under its own id. */
  retry(id: string): void {
    const entry = this.entries.find((item) => item.id === id);
    if (!entry) return;
    delete entry.failure;
    this.own.add(id);
    this.store(entry);
    this.ports.changed();
    this.pump();
  }

  remove(id: string): void {
    this.entries = this.entries.filter((item) => item.id !== id);
    this.own.delete(id);
    this.ports.drawer.remove(PREFIX + id);
    if (this.flying === id) {
      this.setbacks = 0;
      this.land();
    }
    this.ports.changed();
    this.pump();
  }

  clear(): void {
    for (const { id } of [...this.entries]) this.remove(id);
  }

  /** Another tab changed the shared outbox. */
  sync(): void {
    this.reload(false);
    this.ports.changed();
    this.cancelForeign();
    this.cancelForeign = this.ports.clock.after(FOREIGN_MS, () => this.pump());
    this.pump();
  }

  private reload(adopt: boolean): void {
    const { drawer } = this.ports;
    const stored = drawer.names(PREFIX).map((name) => drawer.get(name));
    this.entries = stored
      .filter(isEntry)
      .sort((a, b) => a.at - b.at || a.order - b.order || (a.id < b.id ? -1 : 1));
    if (adopt) for (const { id } of this.entries) this.own.add(id);
    if (this.flying && !this.entries.some(({ id }) => id === this.flying)) this.land();
  }

  private store(entry: Entry): void {
    this.ports.drawer.set(PREFIX + entry.id, entry);
  }

  private land(): void {
    this.cancel();
    this.cancel = () => undefined;
    this.flying = null;
    this.tries = 0;
  }

  private mayGo(entry: Entry): boolean {
    if (entry.failure !== undefined) return false;
    return this.own.has(entry.id) || this.ports.clock.now() - entry.at >= FOREIGN_MS;
  }

  private pump(): void {
    if (!this.ready || this.flying) return;
    const next = this.entries.find((entry) => this.mayGo(entry));
    if (next) this.fly(next);
  }

  private fly(entry: Entry): void {
    if (!this.ports.send(frameOf(entry))) return;
    this.flying = entry.id;
    this.tries += 1;
    this.cancel = this.ports.clock.after(ACK_MS, () => {
      if (this.tries < TRIES) this.fly(entry);
      else {
        this.land();
        this.ports.stuck();
      }
    });
  }
}

function frameOf(entry: Entry): ClientFrame {
  if (entry.file) return { type: "upload", id: entry.id, file: entry.file.id };
  return {
    type: "message",
    id: entry.id,
    text: entry.text,
    ...(entry.reply === undefined ? {} : { reply: entry.reply }),
  };
}
