/** The customer page: who somebody is, what was noted of him, and what is decided of it. */
import type { Texts } from "../texts/en";
import { ApiError, call, post } from "./api";
import { askedFor } from "./mentions.svelte";
import { desk } from "./desk.svelte";
import type { Channel, Lang, Line, Owner } from "./types";

export type Proof = "code" | "site" | "contact" | "staff";
export interface Member {
  customer: string;
  number: string;
  name?: string;
  email?: string;
  phone?: string;
  since: string;
}
export interface Reach {
  channel: Channel;
  account: string;
  address: string;
  evidence: "own" | "proved";
  reachable: boolean;
  home: string;
  seen_at?: string;
  proof?: Proof;
  joined_at?: string;
}
export interface Link {
  id: string;
  customer: string;
  other: string;
  proof: Proof;
  by: string;
  reason?: string;
  conflicts: Record<string, unknown[]>;
  joined_at: string;
}
export interface Found {
  customer: string;
  number: string;
  first_seen_at: string;
  last_seen_at?: string;
  members: Member[];
  addresses: Reach[];
  claims: { kind: string; value: string; source: string }[];
  links: Link[];
  suggestions: { customer: string; name?: string; because: string[]; clashes: boolean }[];
  dismissed: Dismissed[];
}
/** Who is not the same person, by the word of a colleague. */
export interface Dismissed {
  customer: string;
  name?: string;
  because: string[];
  by: string;
  reason?: string;
  at: string;
}
export interface Side extends Member {
  language?: Lang;
  time_zone?: string;
  owner: Owner;
  addresses: { channel: Channel; address: string }[];
  seen_at?: string;
  lines: number;
  last: { text: string; author: "customer" | "bot" | "agent" | "system" }[];
}
export interface Comparison {
  version: string;
  kept: Side;
  other: Side;
  because: string[];
  filled: Record<string, unknown>;
  conflicts: Record<string, unknown[]>;
  refused?: string;
}
export interface Parting {
  version: string;
  other: string;
  addresses: { channel: Channel; address: string }[];
  lines: number;
  lines_left: number;
}
/** What is decided with a reason: asked by `why`, done by `act`; or told why it was refused. */
export interface Decision {
  why: string;
  label: string;
  act: (reason: string) => Promise<unknown>;
  refused: (sentence: string) => Promise<void>;
}
export interface Receipt {
  receipt: string;
  at: string;
  erased: Record<string, number>;
}

const NOTES = 20;
const SAYS: Record<string, keyof Texts> = {
  stale_preview: "stalePreview",
  identity_clash: "clashes",
  already_joined: "alreadyJoined",
  already_split: "alreadySplit",
  not_confirmed: "notConfirmed",
  unknown_customer: "noCustomer",
  no_suggestion: "noSuggestion",
};
const BECAUSE: Record<string, keyof Texts> = {
  email: "becauseEmail",
  phone: "becausePhone",
  browser: "becauseBrowser",
};
const FIELDS: Record<string, keyof Texts> = {
  name: "name",
  email: "email",
  phone: "phone",
  language: "language",
  time_zone: "timeZone",
  order_number: "orderNumber",
  product: "product",
  subject: "subject",
};

class Person {
  found = $state<Found | null>(null);
  notes = $state<Line[]>([]);
  more = $state(false);
  other = $state(""); // whom the open customer is compared with
  link = $state(""); // the join that is to be undone

  /** Load what the page shows of a customer; what is shown of another one goes. */
  async load(customer: string): Promise<void> {
    if (this.found?.customer !== customer) {
      this.found = null;
      this.notes = [];
    }
    await desk.tell(async () => {
      const [found, noted] = await Promise.all([
        call<Found>(`/customers/${customer}/identity`),
        call<{ notes: Line[] }>(`/customers/${customer}/notes?limit=${NOTES}`),
      ]);
      if (desk.customer?.id !== customer) return;
      this.found = found;
      this.notes = noted.notes;
      this.more = noted.notes.length === NOTES;
    });
  }

  async earlier(): Promise<void> {
    const last = this.notes.at(-1);
    if (!last) return;
    await desk.tell(async () => {
      const path = `/customers/${last.customer}/notes?limit=${NOTES}&before=${last.seq}`;
      const { notes } = await call<{ notes: Line[] }>(path);
      this.notes = [...this.notes, ...notes];
      this.more = notes.length === NOTES;
    });
  }

  /** Write a note on a customer, whoever has his conversation. */
  note(customer: string, text: string): Promise<boolean> {
    return desk.tell(async () => {
      const mentions = askedFor(text, desk.staff);
      const made = await post<Line>(`/customers/${customer}/notes`, { text, mentions });
      if (!this.notes.some((one) => one.id === made.id)) this.notes = [made, ...this.notes];
    });
  }

  async tag(tags: string[]): Promise<void> {
    const done = await desk.tell(() => call(`/customers/${desk.open}/tags`, "PUT", { tags }));
    if (done && desk.customer) desk.customer.tags = tags;
  }

  compare(other: string): void {
    this.other = other;
    desk.dialog = "join";
  }

  dismiss(other: string): void {
    this.other = other;
    desk.dialog = "dismiss";
  }

  part(link: string): void {
    this.link = link;
    desk.dialog = "split";
  }

  /** Do something in a dialog: "" when it is done, else a sentence that says why not. */
  async attempt(act: () => Promise<unknown>): Promise<string> {
    try {
      await act();
      return "";
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (error.status === 401) desk.me = null;
      const known = SAYS[error.code];
      return known ? desk.t[known] : error.message;
    }
  }

  /** Name an attribute or a slot as staff read it. */
  field(name: string): string {
    const plain = name.replace(/^slot:/, "");
    const known = FIELDS[plain];
    return known ? desk.t[known] : plain.replaceAll("_", " ");
  }

  /** Say who joined two: a colleague by name, the customer himself, the site. */
  actor(link: Link): string {
    if (link.proof === "site") return desk.t.bySite;
    const staff = /^staff:(.*)$/.exec(link.by)?.[1];
    return staff ? desk.nameOf(staff) : desk.t.byCustomer;
  }

  nameIn(member: Member | undefined): string {
    return member?.name ?? `${desk.t.visitor} ${member?.number ?? ""}`.trim();
  }
}

export const person = new Person();

/** Say why two may be the same. */
export function reasonOf(kind: string): string {
  const known = BECAUSE[kind];
  return known ? desk.t[known] : kind;
}

export function shown(value: unknown): string {
  if (Array.isArray(value)) return value.join(", ");
  return typeof value === "string" ? value : JSON.stringify(value);
}
