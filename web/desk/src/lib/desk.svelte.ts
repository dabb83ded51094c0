/** The desk's state, and what one can do with it. Lines are cursors over `seq`, as in the thread. */
import { SvelteMap } from "svelte/reactivity";
import { ApiError, call, entered, post, whoAmI } from "./api";
import { chime, follow, notify } from "./events";
import type { Account, Canned, Customer, Frame, Handoff, Line, Me, Page, Row, View } from "./types";
import { Wording } from "./wording.svelte";

const LOOKED_AT_FOR = 30_000; // milliseconds that a colleague's look counts
const TYPES_FOR = 6_000;

export type Dialog = "" | "handBack" | "passOn" | "palette" | "keys" | "account";
interface Looker {
  name: string;
  what: string;
  until: number;
}

class Desk extends Wording {
  me = $state<Me | null>(null);
  started = $state(false);
  view = $state<View>("mine");
  rows = $state<Row[]>([]);
  open = $state("");
  lines = $state<Line[]>([]);
  epoch = 0;
  more = $state(false);
  customer = $state<Customer | null>(null);
  canned = $state<Canned[]>([]);
  staff = $state<Account[]>([]);
  offer = $state<Row | null>(null);
  said = $state("");
  broken = $state(false);
  dialog = $state<Dialog>("");
  now = $state(Date.now());
  customerTypes = $state(0);
  lookers = new SvelteMap<string, Looker>();
  #leave: (() => void) | null = null;
  #wanted = { rows: false, thread: false };
  #busy = false;

  get account(): Account | undefined {
    return this.me?.account;
  }
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
  may(right: string): boolean {
    return this.me?.rights.includes(right) ?? false;
  }
  nameOf(key: string | undefined): string {
    return this.staff.find((one) => one.email === key)?.name ?? key ?? "";
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
      this.canned = (await call<{ canned: Canned[] }>("/canned")).canned;
      this.staff = (await call<{ staff: Account[] }>("/staff")).staff;
      await this.#loadRows();
    });
  }

  async out(): Promise<void> {
    await this.tell(() => call("/session", "DELETE"));
    this.#leave?.();
    this.me = null;
    this.open = "";
    this.rows = [];
    this.lines = [];
    this.dialog = "";
  }

  /** Do something, and say it if it is refused; false then. */
  async tell(act: () => Promise<unknown>): Promise<boolean> {
    try {
      await act();
      return true;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (error.status === 401 && error.code === "signed_out") this.me = null;
      else if (typeof error.body.owner === "string")
        this.said = this.say("takenBy", { name: this.nameOf(error.body.owner) });
      else this.said = error.message;
      return false;
    }
  }

  async show(view: View): Promise<void> {
    this.view = view;
    await this.tell(() => this.#loadRows());
  }

  async look(customer: string): Promise<void> {
    this.open = customer;
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
    if (this.offer?.customer === this.open) this.offer = null;
    const path = waiting ? `/handoffs/${waiting.id}/take` : `/customers/${this.open}/take-over`;
    await this.tell(() => post(path));
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
  async reply(text: string, channel: string, key: string): Promise<boolean> {
    const body = { text, seen: this.seen, key, ...(channel ? { channel } : {}) };
    try {
      const line = await post<Line>(`/handoffs/${this.handoff?.id ?? ""}/messages`, body);
      this.#merge([line]);
      return true;
    } catch (error) {
      if (error instanceof ApiError && error.code === "stale_reply") {
        this.#merge(error.body.messages as Line[]);
        this.said = this.t.stale;
        return false;
      }
      return this.tell(() => {
        throw error;
      });
    }
  }

  async note(text: string): Promise<boolean> {
    const asked = [...text.matchAll(/@([\p{L}\w.+-]+)/gu)].map((match) => match[1]?.toLowerCase());
    const mentions = this.staff
      .filter(
        (one) => asked.includes(one.name.toLowerCase()) || asked.includes(one.email.split("@")[0]),
      )
      .map((one) => one.email);
    return this.tell(async () => {
      this.#merge([
        await post<Line>(`/handoffs/${this.handoff?.id ?? ""}/notes`, { text, mentions }),
      ]);
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

  async tag(tags: string[]): Promise<void> {
    const done = await this.tell(() => call(`/customers/${this.open}/tags`, "PUT", { tags }));
    if (done && this.customer) this.customer.tags = tags;
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
    const [page, shown] = await Promise.all([
      call<Page>(`/customers/${customer}/messages`),
      call<Customer>(`/customers/${customer}`),
    ]);
    if (this.open !== customer) return;
    if (page.epoch !== this.epoch || page.customer !== customer || this.lines.length === 0) {
      this.lines = page.messages;
      this.more = page.messages.length === 50;
    } else this.#merge(page.messages);
    this.epoch = page.epoch;
    this.customer = shown;
    this.open = page.customer;
    await post(`/customers/${this.open}/read`, { seq: this.seen });
    const row = this.rows.find((one) => one.customer === this.open);
    if (row) row.unread = false;
  }

  #merge(lines: Line[]): void {
    const known = new Map(this.lines.map((line) => [line.id, line]));
    for (const line of lines) known.set(line.id, line);
    this.lines = [...known.values()].sort((one, other) => one.seq - other.seq);
  }

  #hear(frame: Frame): void {
    if (frame.kind === "looking" && frame.customer && frame.staff) {
      if (frame.staff !== this.account?.email)
        this.lookers.set(`${frame.customer} ${frame.staff}`, {
          name: frame.name ?? frame.staff,
          what: frame.what ?? "looking",
          until: Date.now() + (frame.what === "typing" ? TYPES_FOR : LOOKED_AT_FOR),
        });
    } else if (frame.kind === "typing") {
      if (frame.author === "customer" && frame.customer === this.open)
        this.customerTypes = Date.now() + TYPES_FOR;
    } else if (frame.kind === "offer" && frame.staff === this.account?.email) {
      void this.#offered(frame);
    } else {
      const urgent = frame.alarm === "escalated" && this.may("direct");
      if (urgent || (frame.kind === "mention" && frame.staff === this.account?.email)) chime();
      if (frame.kind === "hello" || frame.customer === this.open) this.#wanted.thread = true;
      this.#wanted.rows = true;
      void this.#catchUp();
    }
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
