/**
 * Turns thread and pending messages into the rows that the list shows: days, groups, which buttons
 * may still be pressed, what waits and what failed. Pure.
 */

import type { Pending } from "./chat";
import type { Attachment, Author, Button, Channel } from "./protocol";
import type { Message } from "./thread";

export type Delivery = "stored" | "waiting" | "sending" | "uploading" | "failed";

export interface Row {
  key: string;
  id: string;
  author: Author;
  name: string | null;
  text: string;
  attachments: Attachment[];
  buttons: Button[];
  /** The buttons may still be pressed. */
  open: boolean;
  /** The title that the customer chose, once he has. */
  chosen: string | null;
  channel: Channel;
  at: number;
  edited: boolean;
  deleted: boolean;
  delivery: Delivery;
  /** 0 to 1 while uploading. */
  progress: number;
  failure: string | null;
  /** First and last of a run by one author: the name stands on the first, the time on the last. */
  first: boolean;
  last: boolean;
  /** A new day begins with this row. */
  day: boolean;
}

const GROUP_MS = 5 * 60_000;

function fromMessage(message: Message): Row {
  return {
    key: message.author === "customer" ? `own-${message.id}` : `seq-${message.seq}`,
    id: message.id,
    author: message.author,
    name: message.name ?? null,
    text: message.text,
    attachments: message.attachments,
    buttons: message.buttons,
    open: false,
    chosen: null,
    channel: message.channel,
    at: message.at,
    edited: message.edited ?? false,
    deleted: message.deleted ?? false,
    delivery: "stored",
    progress: 1,
    failure: null,
    first: true,
    last: true,
    day: false,
  };
}

/** A file that is not on the server yet. A `File` keeps its facts where a spread does not see. */
function fromFile({ name, type, size }: NonNullable<Pending["file"]>): Attachment {
  return { kind: type.startsWith("image/") ? "image" : "file", name, type, size, url: "" };
}

function fromPending(pending: Pending, online: boolean): Row {
  const { file, failure } = pending;
  const uploading = pending.progress !== undefined;
  const moving = uploading ? "uploading" : "sending";
  return {
    ...fromMessage({
      seq: 0,
      id: pending.id,
      author: "customer",
      text: pending.text,
      buttons: [],
      attachments: file ? [fromFile(file)] : [],
      channel: "web",
      at: pending.at,
    }),
    delivery: failure === undefined ? (online ? moving : "waiting") : "failed",
    progress: pending.progress ?? 1,
    failure: failure ?? null,
  };
}

/** A choice is open until the customer writes, a person joins, or newer choices are offered. */
function settleButtons(rows: Row[]): void {
  let closed = false;
  let answer: string | null = null;
  for (const row of [...rows].reverse()) {
    if (row.author === "customer") {
      answer = row.text;
      closed = true;
    } else if (row.author === "agent") {
      closed = true;
    } else if (row.buttons.length > 0) {
      row.open = !closed;
      row.chosen = row.buttons.some(({ title }) => title === answer) ? answer : null;
      closed = true;
      answer = null;
    }
  }
}

const dayOf = (at: number): number => new Date(at).setHours(0, 0, 0, 0);

function group(rows: Row[]): void {
  rows.forEach((row, index) => {
    const before = rows[index - 1];
    row.day = !before || dayOf(before.at) !== dayOf(row.at);
    row.first =
      row.day ||
      before?.author !== row.author ||
      before.name !== row.name ||
      before.channel !== row.channel ||
      row.at - before.at > GROUP_MS;
    if (before) before.last = row.first;
  });
}

/** The rows in order: what is stored by seq, then what is pending as it was written. */
export function rowsOf(
  messages: readonly Message[],
  pending: readonly Pending[],
  online: boolean,
): Row[] {
  const rows = [
    ...messages.map(fromMessage),
    ...pending.map((entry) => fromPending(entry, online)),
  ];
  settleButtons(rows);
  group(rows);
  return rows;
}
