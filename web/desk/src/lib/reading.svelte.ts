/** The open thread: which of its lines are in the page, and how one moves along it. */
import { call } from "./api";
import { KEPT, PAGE, downwards, merged, touches, upwards } from "./span";
import type { Line, Page } from "./types";
import { Watching } from "./watching.svelte";

export abstract class Reading extends Watching {
  open = $state("");
  lines = $state<Line[]>([]);
  tail = $state(0); // the number of the thread's last line, shown or not
  found = $state(0); // the number of a line that was searched for
  epoch = 0;
  #seen = 0;
  #changed = 0; // the number of the last change that all lines in the page have

  /** The newest line that was shown: what a reply has seen. */
  get seen(): number {
    return Math.max(this.#seen, this.lines.at(-1)?.seq ?? 0);
  }
  /** There are lines before those in the page, or after them. */
  get more(): boolean {
    return (this.lines[0]?.seq ?? 1) > 1;
  }
  get newer(): boolean {
    return (this.lines.at(-1)?.seq ?? this.tail) < this.tail;
  }

  protected abstract reload(): Promise<void>;

  protected begin(customer: string, found: number): void {
    this.open = customer;
    this.found = found;
    this.#seen = 0;
    this.#changed = 0;
    this.lines = [];
  }

  /** Load the end of the open thread, or what is around a line that was found. */
  protected load(customer: string): Promise<Page> {
    const around = this.found && this.lines.length === 0 ? `?before=${this.found + 25}` : "";
    return call<Page>(`/customers/${customer}/messages${around}`);
  }

  /** Show a loaded page; the lines of another epoch mean nothing any more. True if lines that were
   *  there before may have been changed since. */
  protected turn(page: Page): boolean {
    const other = page.epoch !== this.epoch || page.customer !== this.open;
    if (other) this.#seen = 0;
    const touching = touches(this.lines, page.messages);
    if (other || this.lines.length === 0 || (!touching && !this.newer)) {
      this.lines = page.messages; // or more was missed than a page has
      this.#changed = page.changed;
    } else if (touching) this.lines = merged(this.lines, page.messages);
    this.tail = page.seq;
    this.epoch = page.epoch;
    this.open = page.customer;
    if (!this.newer) this.#seen = this.seen;
    return page.changed > this.#changed;
  }

  /** Show what was changed of the lines in the page since they were loaded. */
  protected async amend(): Promise<void> {
    const customer = this.open;
    for (;;) {
      const path = `/customers/${customer}/changes?after=${this.#changed}`;
      const page = await call<Page>(path);
      const moved = page.customer !== customer || page.epoch !== this.epoch;
      if (this.open !== customer || moved || page.messages.length === 0) return;
      const shown = new Set(this.lines.map((line) => line.id));
      this.lines = merged(
        this.lines,
        page.messages.filter((line) => shown.has(line.id)),
      );
      this.#changed = page.changed;
    }
  }

  async earlier(): Promise<void> {
    const first = this.lines[0]?.seq ?? 0;
    const lines = await this.#part(`before=${first}`);
    if (lines && this.lines[0]?.seq === first) this.lines = upwards(this.lines, lines);
  }

  async later(): Promise<void> {
    const last = this.lines.at(-1)?.seq ?? 0;
    const lines = await this.#part(`after=${last}`);
    if (lines && this.lines.at(-1)?.seq === last) this.lines = downwards(this.lines, lines);
  }

  async latest(): Promise<void> {
    const lines = await this.#part("");
    if (lines) this.lines = lines;
    this.found = 0;
  }

  /** Let go what is far above who reads at the end. */
  tidy(): void {
    if (this.lines.length > KEPT && !this.newer) this.lines = this.lines.slice(-KEPT);
  }

  merge(lines: Line[]): void {
    this.lines = merged(this.lines, lines);
    this.tail = Math.max(this.tail, this.lines.at(-1)?.seq ?? 0);
  }

  /** Show lines that came meanwhile, or the thread's end if they are far from what is shown. */
  async catchUpWith(lines: Line[]): Promise<void> {
    if (touches(this.lines, lines)) this.merge(lines);
    else await this.latest();
  }

  /** Load some lines; none if the thread is another by now, which is then loaded anew. */
  async #part(where: string): Promise<Line[] | null> {
    const customer = this.open;
    const page = await call<Page>(`/customers/${customer}/messages?limit=${PAGE}&${where}`);
    if (this.open !== customer) return null;
    if (page.epoch === this.epoch && page.customer === customer) {
      this.tail = page.seq;
      return page.messages;
    }
    await this.reload();
    return null;
  }
}
