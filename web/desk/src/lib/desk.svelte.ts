/** The desk's state, and what one can do with it. Lines are cursors over `seq`, as in the thread. */
import { ApiError, call, entered, post, whoAmI } from "./api";
import { chime, follow, notify } from "./events";
import { shelf } from "./canned.svelte";
import { keep } from "./kept";
import { askedFor, mentions } from "./mentions.svelte";
import type { Account, Customer, Frame, Handoff, Line, Me, Page, Row, View } from "./types";
import { Watching } from "./watching.svelte";

export type Dialog =
  | ""
  | "handBack"
  | "passOn"
  | "palette"
  | "keys"
  | "account"
  | "canned"
  | "mentions"
  | "join"
  | "split"
  | "erase";

class Desk extends Watching {
  started = $state(false);
  view = $state<View>("mine");
  rows = $state<Row[]>([]);
  open = $state("");
  page = $state(false); // the open customer's page is shown, not his thread
  lines = $state<Line[]>([]);
  epoch = 0;
  more = $state(false);
  customer = $state<Customer | null>(null);
  target = $state(""); // the line that shall be shown
  offer = $state<Row | null>(null);
  broken = $state(false);
  dialog = $state<Dialog>("");
  #leave: (() => void) | null = null;
  #wanted = { rows: false, thread: false };
  #busy = false;

  get handoff(): Handoff | undefined {
    const cases = this.customer?.cases ?? [];
    return (
      cases.find((one) => one.state === "active") ?? cases.find((one) => one.state === "waiting")
    );
  }
  get mine(): boolean {
    return this.customer?.agent !== undefined && this.customer.agent === this.account?.email;
  }
  get seen(): number {
    return this.lines.at(-1)?.seq ?? 0;
  }

  async start(): Promise<void> {
    this.restore();
    setInterval(() => (this.now = Date.now()), 1000);
    const me = await whoAmI();
    if (me) await this.enter(me);
    this.started = true;
  }

  async enter(me: Me): Promise<void> {
    this.me = entered(me);
    this.#leave?.();
    this.#leave = follow(
      (frame) => this.#hear(frame),
      (broken) => (this.broken = broken),
    );
    await this.tell(async () => {
      await shelf.load();
      await mentions.load();
      this.staff = (await call<{ staff: Account[] }>("/staff")).staff;
      await this.#loadRows();
    });
  }

  async out(): Promise<void> {
    await this.tell(() => call("/session", "DELETE"));
    this.#leave?.();
    this.me = null;
    this.open = "";
    this.page = false;
    history.replaceState(null, "", location.pathname); // whoever is next begins anew
    this.rows = [];
    this.lines = [];
    this.dialog = "";
  }

  async show(view: View): Promise<void> {
    this.view = view;
    await this.tell(() => this.#loadRows());
  }

  /** Open a thread, at one of its lines if one is named. */
  async look(customer: string, line = ""): Promise<void> {
    this.open = customer;
    this.page = false;
    this.target = line;
    this.lines = [];
    this.customer = null;
    this.said = "";
    await this.tell(() => this.#loadThread());
  }

  async earlier(): Promise<void> {
    const first = this.lines[0];
    if (!first) return;
    const page = await call<Page>(`/customers/${this.open}/messages?before=${first.seq}`);
    this.more = page.messages.length === 50;
    this.lines = [...page.messages, ...this.lines];
  }

  async take(): Promise<void> {
    const waiting = this.handoff;
    const path = waiting ? `/handoffs/${waiting.id}/take` : `/customers/${this.open}/take-over`;
    await this.tell(() => post(path));
    if (this.offer?.customer === this.open) this.offer = null;
    await this.refresh();
  }

  async accept(row: Row): Promise<void> {
    this.offer = null;
    await this.look(row.customer);
    await this.take();
  }

  async decline(row: Row): Promise<void> {
    this.offer = null;
    if (row.handoff) await this.tell(() => post(`/handoffs/${row.handoff?.id ?? ""}/decline`));
  }

  /** Send a reply; false when newer lines came first, which are then shown. */
  async reply(text: string, channel: string, key: string, files: string[]): Promise<boolean> {
    const body = { text, files, seen: this.seen, key, ...(channel ? { channel } : {}) };
    try {
      const line = await post<Line>(`/handoffs/${this.handoff?.id ?? ""}/messages`, body);
      this.merge([line]);
      return true;
    } catch (error) {
      if (error instanceof ApiError && error.code === "stale_reply") {
        this.merge(error.body.messages as Line[]);
        this.said = this.t.stale;
        return false;
      }
      return this.tell(() => {
        throw error;
      });
    }
  }

  async note(text: string): Promise<boolean> {
    const body = { text, mentions: askedFor(text, this.staff) };
    return this.tell(async () => {
      this.merge([await post<Line>(`/handoffs/${this.handoff?.id ?? ""}/notes`, body)]);
    });
  }

  async handBack(outcome: string, facts: Record<string, string>, next: string): Promise<boolean> {
    const done = await this.tell(() =>
      post(`/handoffs/${this.handoff?.id ?? ""}/hand-back`, { outcome, facts, next }),
    );
    await this.refresh();
    return done;
  }

  async passOn(to: { to?: string; team?: string }): Promise<boolean> {
    const done = await this.tell(() => post(`/handoffs/${this.handoff?.id ?? ""}/pass-on`, to));
    await this.refresh();
    return done;
  }

  async beAvailable(available: boolean): Promise<void> {
    const done = await this.tell(() => post("/me/available", { available }));
    if (done && this.me) this.me.account.available = available;
  }

  looking(what: "looking" | "typing"): void {
    if (this.open && this.may("answer"))
      void post(`/customers/${this.open}/looking`, { what }).catch(() => undefined);
  }

  async refresh(): Promise<void> {
    await this.tell(async () => {
      await this.#loadRows();
      if (this.open) await this.#loadThread();
    });
  }

  async #loadRows(): Promise<void> {
    const view = this.view;
    const rows = (await call<{ threads: Row[] }>(`/inbox?view=${view}`)).threads;
    if (view === this.view) this.rows = rows; // another view may have been chosen meanwhile
  }

  async #loadThread(): Promise<void> {
    const customer = this.open;
    try {
      await this.#loadLines(customer);
    } catch (error) {
      const gone = error instanceof ApiError && error.code === "unknown_customer";
      if (!gone || this.open !== customer) throw error;
      this.#close(customer);
    }
  }

  /** Leave a customer who is not there any more, and what was being written to him. */
  #close(customer: string): void {
    this.said = this.customer ? this.t.erased : this.t.noCustomer;
    if (this.dialog !== "erase") this.dialog = ""; // that one shows its receipt
    this.open = "";
    this.page = false;
    this.lines = [];
    this.customer = null;
    for (const kind of ["draft", "note"]) keep(`${kind}.${customer}`, "");
  }

  async #loadLines(customer: string): Promise<void> {
    const [page, shown] = await Promise.all([
      call<Page>(`/customers/${customer}/messages`),
      call<Customer>(`/customers/${customer}`),
    ]);
    if (this.open !== customer) return;
    if (page.epoch !== this.epoch || page.customer !== customer || this.lines.length === 0) {
      this.lines = page.messages;
      this.more = page.messages.length === 50;
    } else this.merge(page.messages);
    this.epoch = page.epoch;
    this.customer = shown;
    this.open = page.customer;
    if (this.page) return; // his lines are not shown
    await post(`/customers/${this.open}/read`, { seq: this.seen });
    const row = this.rows.find((one) => one.customer === this.open);
    if (row) row.unread = false;
    if (mentions.unread) await mentions.load();
  }

  merge(lines: Line[]): void {
    const known = new Map(this.lines.map((line) => [line.id, line]));
    for (const line of lines) known.set(line.id, line);
    this.lines = [...known.values()].sort((one, other) => one.seq - other.seq);
  }

  #hear(frame: Frame): void {
    if (this.watch(frame, this.account?.email, this.open)) return;
    if (frame.kind === "changed") {
      if (frame.customer === this.open && frame.line) void this.#again(frame.line);
      this.#wanted.rows = true;
      void this.#catchUp();
    } else if (frame.kind === "offer" && frame.staff === this.account?.email) {
      void this.#offered(frame);
    } else {
      const asked = frame.kind === "mention" && frame.staff === this.account?.email;
      if (asked) void this.tell(() => mentions.load());
      if (asked || (frame.alarm === "escalated" && this.may("direct"))) chime();
      if (frame.kind === "hello" || frame.customer === this.open) this.#wanted.thread = true;
      this.#wanted.rows = true;
      void this.#catchUp();
    }
  }

  /** Load a line that was changed, if it is shown. */
  async #again(id: string): Promise<void> {
    const shown = this.lines.find((line) => line.id === id);
    if (!shown) return;
    const path = `/customers/${this.open}/messages?before=${shown.seq + 1}&limit=1`;
    await this.tell(async () => this.merge((await call<Page>(path)).messages));
  }

  /** Load what is wanted, one load at a time; what is wanted meanwhile is loaded after it. */
  async #catchUp(): Promise<void> {
    if (this.#busy) return;
    this.#busy = true;
    while (this.me && (this.#wanted.rows || this.#wanted.thread)) {
      const wanted = this.#wanted;
      this.#wanted = { rows: false, thread: false };
      await this.tell(async () => {
        if (wanted.rows) await this.#loadRows();
        if (wanted.thread && this.open) await this.#loadThread();
      });
    }
    this.#busy = false;
  }

  async #offered(frame: Frame): Promise<void> {
    await this.tell(async () => {
      const waiting = (await call<{ threads: Row[] }>("/inbox?view=waiting")).threads;
      const row = waiting.find((one) => one.customer === frame.customer);
      if (!row) return;
      this.offer = row;
      chime();
      const name = row.name ?? this.t.visitor;
      notify(this.say("offered", { name }), row.last?.text ?? "");
    });
  }
}

export const desk = new Desk();
