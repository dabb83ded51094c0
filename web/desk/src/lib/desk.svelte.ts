/** The desk's state, and what one can do with it. */
import { ApiError, call, entered, post, whoAmI } from "./api";
import { chime, follow, notify } from "./events";
import { shelf } from "./canned.svelte";
import { keep } from "./kept";
import { askedFor, mentions } from "./mentions.svelte";
import { Rows } from "./rows.svelte";
import type { Account, Customer, Frame, Handoff, Line, Me, Row, View } from "./types";

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
  | "dismiss"
  | "erase";

const NOTHING = { rows: false, thread: false, changes: false };

class Desk extends Rows {
  started = $state(false);
  page = $state(false); // the open customer's page is shown, not his thread
  customer = $state<Customer | null>(null);
  target = $state(""); // the line that shall be shown
  offer = $state<Row | null>(null);
  broken = $state(false);
  dialog = $state<Dialog>("");
  #leave: (() => void) | null = null;
  #wanted = { ...NOTHING };
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
    await this.tell(() =>
      Promise.all([this.loadRows(), this.#loadStaff(), shelf.load(), mentions.load()]),
    );
  }

  async #loadStaff(): Promise<void> {
    this.staff = (await call<{ staff: Account[] }>("/staff")).staff;
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
    this.rows = [];
    await this.tell(() => this.loadRows());
  }

  /** Open a customer's thread at its end, or at a line that was found. */
  async look(customer: string, found = 0): Promise<void> {
    this.begin(customer, found);
    this.page = false;
    this.customer = null;
    this.said = "";
    await this.tell(() => this.reload());
  }

  async take(): Promise<void> {
    const waiting = this.handoff;
    if (this.offer?.customer === this.open) this.offer = null;
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
      await this.catchUpWith([line]);
      return true;
    } catch (error) {
      if (error instanceof ApiError && error.code === "stale_reply") {
        await this.catchUpWith(error.body.messages as Line[]);
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
      await this.catchUpWith([await post<Line>(`/handoffs/${this.handoff?.id ?? ""}/notes`, body)]);
    });
  }

  async handBack(back: object): Promise<boolean> {
    const done = await this.tell(() => post(`/handoffs/${this.handoff?.id ?? ""}/hand-back`, back));
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
      await this.loadRows();
      if (this.open) await this.reload();
    });
  }

  protected async reload(): Promise<void> {
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
      this.load(customer),
      call<Customer>(`/customers/${customer}`),
    ]);
    if (this.open !== customer) return;
    const stale = this.turn(page);
    this.customer = shown;
    if (stale) await this.amend();
    if (this.page || this.newer) return; // not all of it was read
    await post(`/customers/${this.open}/read`, { seq: this.seen });
    const row = this.rows.find((one) => one.customer === this.open);
    if (row) row.unread = false;
    if (mentions.unread) await mentions.load();
  }

  #hear(frame: Frame): void {
    if (this.watch(frame, this.account?.email, this.open)) return;
    if (frame.kind === "changed") {
      if (frame.customer === this.open) this.#wanted.changes = true;
      this.#wanted.rows = true;
      void this.#catchUp();
    } else if (frame.kind === "offer" && frame.staff === this.account?.email) {
      void this.#offered(frame);
    } else {
      const taken = frame.kind === "state" && frame.owner === "agent";
      const passed = frame.kind === "offer"; // to somebody else
      if ((taken || passed) && frame.customer === this.offer?.customer) this.offer = null;
      const asked = frame.kind === "mention" && frame.staff === this.account?.email;
      if (asked) void this.tell(() => mentions.load());
      if (asked || (frame.alarm === "escalated" && this.may("direct"))) chime();
      if (frame.kind === "hello" || frame.customer === this.open) this.#wanted.thread = true;
      this.#wanted.rows = true;
      void this.#catchUp();
    }
  }

  /** Load what is wanted, one load at a time; what is wanted meanwhile is loaded after it. */
  async #catchUp(): Promise<void> {
    if (this.#busy) return;
    this.#busy = true;
    while (this.me && Object.values(this.#wanted).some(Boolean)) {
      const wanted = this.#wanted;
      this.#wanted = { ...NOTHING };
      await this.tell(async () => {
        if (wanted.rows) await this.loadRows();
        if (wanted.thread && this.open) await this.reload();
        else if (wanted.changes && this.open) await this.amend();
      });
    }
    this.#busy = false;
  }

  async #offered(frame: Frame): Promise<void> {
    await this.tell(async () => {
      const path = `/inbox?view=waiting&customer=${frame.customer ?? ""}`;
      const [row] = (await call<{ threads: Row[] }>(path)).threads;
      if (!row) return;
      this.offer = row;
      chime();
      const name = row.name ?? this.t.visitor;
      notify(this.say("offered", { name }), row.last?.text ?? "");
    });
  }
}

export const desk = new Desk();
