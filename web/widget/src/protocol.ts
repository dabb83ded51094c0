/**
 * The web chat protocol, version 1: its frames as types, and reading one safely.
 *
 * Owns the wire's words only. A frame that is bent or of an unknown type reads as `null`, so a
 * newer server never breaks an older widget.
 */

export const SUBPROTOCOL = "nitka.v1";
/** Close code of a socket whose token the server does not know (any more). */
export const CLOSE_BAD_TOKEN = 4401;

export type Author = "customer" | "bot" | "agent" | "system";
export type Owner = "bot" | "agent" | "nobody";
export type Channel = "web" | "telegram" | "slack";

export interface Button {
  title: string;
  payload: string;
}

/** `size` is in bytes; `url` is absolute or relative to the server's origin. */
export interface Attachment {
  kind: "image" | "file";
  name: string;
  type: string;
  size: number;
  url: string;
}

export interface MessageFrame {
  type: "message";
  seq: number;
  id: string;
  author: Author;
  name?: string;
  text: string;
  buttons: Button[];
  attachments: Attachment[];
  channel: Channel;
  /** Milliseconds since the epoch. */
  at: number;
  /** Said in other words since. */
  edited?: true;
  /** Taken back. */
  deleted?: true;
}

export interface StateFrame {
  type: "state";
  owner: Owner;
  team?: string;
  name?: string;
}

export interface ErrorFrame {
  type: "error";
  code: string;
  message: string;
  id?: string;
  /** Seconds to wait before the same frame may be sent again. */
  retryAfter?: number;
}

export type ServerFrame =
  | { type: "welcome"; seq: number }
  | { type: "ack"; id: string; seq: number }
  | { type: "reset"; seq: number }
  | { type: "typing"; author: Author }
  | { type: "pong" }
  | MessageFrame
  | StateFrame
  | ErrorFrame;

export type ClientFrame =
  | { type: "hello"; token: string; after: number }
  | { type: "message"; id: string; text: string; reply?: string }
  | { type: "upload"; id: string; file: string }
  | { type: "read"; seq: number }
  | { type: "typing" }
  | { type: "ping" };

type Bag = Record<string, unknown>;

const AUTHORS: readonly string[] = ["customer", "bot", "agent", "system"];
const OWNERS: readonly string[] = ["bot", "agent", "nobody"];
const CHANNELS: readonly string[] = ["web", "telegram", "slack"];

const isBag = (value: unknown): value is Bag =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const str = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);
const seqOf = (bag: Bag): number | undefined =>
  typeof bag.seq === "number" && Number.isInteger(bag.seq) && bag.seq >= 0 ? bag.seq : undefined;

function readButtons(value: unknown): Button[] {
  if (!Array.isArray(value)) return [];
  return value.filter(isBag).flatMap((item) => {
    const title = str(item.title);
    return title ? [{ title, payload: str(item.payload) ?? title }] : [];
  });
}

function readAttachments(value: unknown): Attachment[] {
  if (!Array.isArray(value)) return [];
  return value.filter(isBag).flatMap((item) => {
    const url = str(item.url);
    if (!url) return [];
    return [
      {
        kind: item.kind === "image" ? ("image" as const) : ("file" as const),
        name: str(item.name) ?? "file",
        type: str(item.type) ?? "",
        size: typeof item.size === "number" ? item.size : 0,
        url,
      },
    ];
  });
}

function readMessage(bag: Bag): MessageFrame | null {
  const seq = seqOf(bag);
  if (seq === undefined) return null;
  const author = str(bag.author) ?? "";
  const channel = str(bag.channel) ?? "";
  const at = Date.parse(str(bag.at) ?? "");
  const name = str(bag.name);
  return {
    type: "message",
    seq,
    id: str(bag.id) ?? `seq-${seq}`,
    author: AUTHORS.includes(author) ? (author as Author) : "system",
    ...(name ? { name } : {}),
    text: str(bag.text) ?? "",
    buttons: readButtons(bag.buttons),
    attachments: readAttachments(bag.attachments),
    channel: CHANNELS.includes(channel) ? (channel as Channel) : "web",
    at: Number.isNaN(at) ? 0 : at,
    ...(bag.edited === true ? { edited: true as const } : {}),
    ...(bag.deleted === true ? { deleted: true as const } : {}),
  };
}

function readState(bag: Bag): StateFrame | null {
  const owner = str(bag.owner) ?? "";
  if (!OWNERS.includes(owner)) return null;
  const team = str(bag.team);
  const name = str(bag.name);
  return {
    type: "state",
    owner: owner as Owner,
    ...(team ? { team } : {}),
    ...(name ? { name } : {}),
  };
}

function readError(bag: Bag): ErrorFrame {
  const id = str(bag.id);
  const wait = bag.retry_after;
  return {
    type: "error",
    code: str(bag.code) ?? "unknown",
    message: str(bag.message) ?? "",
    ...(id ? { id } : {}),
    ...(typeof wait === "number" ? { retryAfter: wait } : {}),
  };
}

function readBag(bag: Bag): ServerFrame | null {
  const seq = seqOf(bag);
  const id = str(bag.id);
  switch (bag.type) {
    case "welcome":
    case "reset":
      return { type: bag.type, seq: seq ?? 0 };
    case "ack":
      return id !== undefined && seq !== undefined ? { type: "ack", id, seq } : null;
    case "message":
      return readMessage(bag);
    case "typing": {
      const author = str(bag.author) ?? "bot";
      return { type: "typing", author: AUTHORS.includes(author) ? (author as Author) : "bot" };
    }
    case "state":
      return readState(bag);
    case "error":
      return readError(bag);
    case "pong":
      return { type: "pong" };
    default:
      return null;
  }
}

/** Reads one frame; `null` when it is not JSON, bent, or of a type this version does not know. */
export function parseFrame(raw: unknown): ServerFrame | null {
  if (typeof raw !== "string") return null;
  try {
    const value: unknown = JSON.parse(raw);
    return isBag(value) ? readBag(value) : null;
  } catch {
    return null;
  }
}
