/** The files that go with the next reply: uploaded at once, kept by customer until it is sent. */
import { ApiError, call, upload } from "./api";
import { desk } from "./desk.svelte";
import { keep, recall } from "./kept";
import { bytes } from "./size";
import type { KeptFile } from "./types";

export const MOST = 10; // files of one reply

interface Limits {
  bytes: number;
  types: string[];
}
export interface Item {
  key: string;
  name: string;
  size: number;
  /** From 0 to 1 while it goes up. */
  progress: number;
  kept: KeptFile | null;
  wrong: string;
}

let limits: Promise<Limits> | null = null;

export class Tray {
  items = $state<Item[]>([]);
  #slot = "";

  get busy(): boolean {
    return this.items.some((item) => !item.kept && !item.wrong);
  }
  /** The ids of what is up. */
  get ready(): string[] {
    return this.items.flatMap((item) => (item.kept ? [item.kept.id] : []));
  }

  /** Show what is kept for a customer. */
  open(customer: string): void {
    this.#slot = `files.${customer}`;
    const known = JSON.parse(recall(this.#slot) || "[]") as KeptFile[];
    this.items = known.map((kept) => shown(kept.id, kept.name, kept.size, kept));
  }

  add(files: File[]): void {
    for (const file of files) void this.#add(file, this.#slot);
  }

  async remove(item: Item): Promise<void> {
    this.items = this.items.filter((one) => one.key !== item.key);
    this.#keep();
    if (item.kept) await call(`/files/${item.kept.id}`, "DELETE").catch(() => undefined);
  }

  /** A customer's were sent. */
  sent(customer: string): void {
    keep(`files.${customer}`, "");
    if (this.#slot === `files.${customer}`) this.items = [];
  }

  async #add(file: File, slot: string): Promise<void> {
    const key = crypto.randomUUID();
    const here = (): Item | undefined => this.items.find((one) => one.key === key);
    const wrong = (sentence: string): void => {
      const item = here();
      if (item) item.wrong = sentence;
    };
    this.items.push(shown(key, file.name || "file", file.size, null));
    if (this.items.length > MOST) {
      wrong(desk.say("tooMany", { count: String(MOST) }));
      return;
    }
    try {
      limits ??= call<Limits>("/files");
      const most = (await limits).bytes;
      if (file.size > most) {
        wrong(desk.say("tooLarge", { size: bytes(most, desk.lang) }));
        return;
      }
      const kept = await upload(file, (part) => {
        const item = here();
        if (item) item.progress = part;
      });
      const item = here();
      if (item && slot === this.#slot) {
        item.kept = kept;
        this.#keep();
      } else await call(`/files/${kept.id}`, "DELETE"); // taken out again, or another thread by now
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (error.status === 0) limits = null;
      wrong(error.code === "file_type" ? desk.t.wrongKind : error.message);
    }
  }

  #keep(): void {
    const kept = this.items.flatMap((item) => (item.kept ? [item.kept] : []));
    keep(this.#slot, kept.length ? JSON.stringify(kept) : "");
  }
}

function shown(key: string, name: string, size: number, kept: KeptFile | null): Item {
  return { key, name, size, progress: kept ? 1 : 0, kept, wrong: "" };
}
