/** What the desk's API gives; see `GET /api/openapi.json`. */
export type Owner = "bot" | "agent" | "nobody";
export type Team = "support" | "sales";
export type Channel = "web" | "telegram" | "slack";
export type View = "mine" | "waiting" | "team" | "all";
export type Lang = "en" | "ru" | "pl";
export type Role = "agent" | "supervisor" | "designer" | "admin";

export interface Account {
  id: string;
  email: string;
  name: string;
  role: Role;
  teams: Team[];
  languages: Lang[];
  active: boolean;
  available: boolean;
  present: boolean;
  two_factor: boolean;
  invited: boolean;
}
export interface Me {
  account: Account;
  rights: string[];
  csrf?: string | null;
}
export interface Handoff {
  id: string;
  team: Team;
  state: "waiting" | "active" | "closed";
  reason: string;
  facts: Record<string, unknown>;
  opened_at: string;
  agent?: string;
  outcome?: string;
  next?: string;
  closed_at?: string;
  waiting_since?: string;
  alarm: "none" | "warned" | "escalated";
  offered_to?: string;
  score?: number;
  remark?: string;
}
/** How a hand-off ends, and what follows; see `POST /handoffs/{id}/hand-back`. */
export interface Back {
  outcome: string;
  facts: Record<string, string>;
  next: string;
  at?: string;
  words?: string;
  tell?: string;
}
export interface Planned {
  id: string;
  handoff: string;
  kind: "question" | "reminder" | "callback";
  at: string;
  staff: string;
  words?: string;
  tell?: string;
}
export interface Row {
  customer: string;
  name?: string;
  language?: Lang;
  owner: Owner;
  team?: Team;
  agent?: string;
  at: string;
  last?: {
    text: string;
    author: string;
    channel?: Channel;
    internal: boolean;
    deleted?: boolean;
  };
  handoff?: Handoff;
  unread: boolean;
}
export interface Attachment {
  kind: "image" | "file";
  name: string;
  type: string;
  size: number;
  file: string;
}
/** A file that is on the server and goes with the next reply. */
export interface KeptFile {
  id: string;
  kind: "image" | "file";
  name: string;
  type: string;
  size: number;
}
export interface Line {
  id: string;
  customer: string;
  seq: number;
  channel?: Channel;
  author: "customer" | "bot" | "agent" | "system";
  name?: string;
  staff?: string;
  text: string;
  state: string;
  internal?: boolean;
  deleted?: boolean;
  edited?: boolean;
  buttons: { title: string }[];
  attachments: Attachment[];
  at: string;
}
/** What a line was until `by` changed it. */
export interface Revision {
  at: string;
  by: string;
  text?: string;
  attachments: Attachment[];
}
export interface Page {
  customer: string;
  epoch: number;
  seq: number;
  changed: number;
  messages: Line[];
}
export interface Customer {
  id: string;
  name?: string;
  owner: Owner;
  team?: Team;
  agent?: string;
  language?: Lang;
  time_zone?: string;
  addresses: { channel: Channel; address: string; evidence: "own" | "proved" | "suggested" }[];
  slots: Record<string, unknown>;
  suggestions?: { customer: string; name?: string; because: string[]; clashes: boolean }[];
  cases: Handoff[];
  planned: Planned[];
  tags: string[];
  drafts: string[];
}
export interface Portrait {
  customer: string;
  interests: { wish: string; times: number }[];
  products: string[];
  orders: { number: string; state: string; placed_on: string; items: string[] }[];
  offers: { sku: string; name: string; price: string }[];
  shop: "ok" | "away" | "none";
}
export interface Canned {
  id: string;
  shortcut: string;
  language: Lang;
  text: string;
}
export interface Frame {
  kind: string;
  customer?: string;
  owner?: Owner;
  handoff?: string;
  line?: string;
  staff?: string;
  name?: string;
  what?: string;
  author?: string;
  alarm?: string;
}
