/**
 * Files on their way to the server, one at a time, before they can be sent as a frame.
 *
 * A file lives in this page only until it is uploaded; from then on its outbox entry outlives the
 * page. A lost connection makes it wait; a refusal is shown and left to the customer.
 */

import { backoff, type Clock } from "./clock";
import { typeOf } from "./limits";
import type { StoredFile } from "./outbox";

export interface Upload {
  id: string;
  file: File;
  at: number;
  /** 0 to 1. */
  progress: number;
  failure?: string;
}

export type UploadAnswer =
  | { kind: "stored"; file: string }
  | { kind: "refused"; code: string }
  | { kind: "no_token" }
  | { kind: "unreachable" };

export interface Transfer {
  done: Promise<UploadAnswer>;
  abort(): void;
}

export interface UploadPorts {
  clock: Clock;
  /** `null` while there is no session. */
  send(file: File, progress: (part: number) => void): Transfer | null;
  /** The file is on the server: its entry belongs in the outbox now. */
  stored(id: string, file: StoredFile): void;
  /** The server no longer knows our token. */
  badToken(): void;
  changed(): void;
}

export class Uploads {
  private items: Upload[] = [];
  private running: { id: string; transfer: Transfer } | null = null;
  private attempt = 0;
  private cancel: () => void = () => undefined;

  constructor(private readonly ports: UploadPorts) {}

  list(): readonly Upload[] {
    return this.items;
  }

  add(id: string, file: File): void {
    this.items.push({ id, file, at: this.ports.clock.now(), progress: 0 });
    this.ports.changed();
    this.pump();
  }

  retry(id: string): void {
    const item = this.items.find((upload) => upload.id === id);
    if (!item) return;
    delete item.failure;
    this.ports.changed();
    this.pump();
  }

  remove(id: string): void {
    if (this.running?.id === id) {
      this.running.transfer.abort();
      this.running = null;
    }
    this.items = this.items.filter((upload) => upload.id !== id);
    this.ports.changed();
    this.pump();
  }

  clear(): void {
    for (const { id } of [...this.items]) this.remove(id);
  }

  /** The connection is back: what waits goes on. */
  online(): void {
    this.attempt = 0;
    this.pump();
  }

  private pump(): void {
    if (this.running) return;
    const next = this.items.find((upload) => upload.failure === undefined);
    if (!next) return;
    this.cancel();
    const transfer = this.ports.send(next.file, (part) => {
      next.progress = part;
      this.ports.changed();
    });
    if (!transfer) return;
    this.running = { id: next.id, transfer };
    void transfer.done.then((answer) => {
      if (this.running?.transfer === transfer) this.settled(next, answer);
    });
  }

  private settled(item: Upload, answer: UploadAnswer): void {
    this.running = null;
    if (answer.kind === "stored") {
      const { name, size } = item.file;
      this.attempt = 0;
      this.items = this.items.filter((upload) => upload !== item);
      this.ports.stored(item.id, { id: answer.file, name, type: typeOf(item.file), size });
      this.pump();
    } else if (answer.kind === "refused") {
      item.failure = answer.code;
      this.ports.changed();
      this.pump();
    } else {
      item.progress = 0;
      this.ports.changed();
      if (answer.kind === "no_token") this.ports.badToken();
      const wait = backoff((this.attempt += 1), () => this.ports.clock.random());
      this.cancel = this.ports.clock.after(wait, () => this.pump());
    }
  }
}
