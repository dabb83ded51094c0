/** One message of the list: bubble, links, attachments, choices, time and delivery. */

import type { Row } from "../items";
import type { TextKey, Words } from "../i18n";
import { linkify, safeResource } from "../links";
import type { Attachment } from "../protocol";
import { button, h, icon, mark } from "./dom";
import { PLACE_NAMES } from "./elsewhere";

export interface MessageActions {
  choose(title: string, payload: string): void;
  retry(id: string): void;
  edit(id: string, text: string): void;
  discard(id: string): void;
  /** A local picture of a file sent from this page, as a blob address. */
  preview(id: string): string | null;
  /** What files the server takes, for a refusal's sentence. */
  limits(): { types: string; size: string };
}

export interface Setting {
  words: Words;
  origin: string;
  actions: MessageActions;
}

/** Who speaks, as people read it. */
export function authorName(row: Pick<Row, "author" | "name">, words: Words): string {
  if (row.author === "agent" && row.name) return row.name;
  if (row.author === "customer") return words.say("you");
  return words.say(row.author);
}

function body(text: string): HTMLElement {
  const nodes = linkify(text).map((piece) =>
    "href" in piece
      ? h("a", { href: piece.href, target: "_blank", rel: "noopener noreferrer" }, piece.text)
      : piece.text,
  );
  return h("p", { class: "text", dir: "auto" }, ...nodes);
}

function fileCard(item: Attachment, href: string | null, words: Words): HTMLElement {
  const size = item.size > 0 ? words.bytes(item.size) : "";
  const parts = [
    icon("file"),
    h("span", { class: "file-name" }, item.name),
    h("span", { class: "file-size" }, size),
  ];
  if (!href) return h("div", { class: "file" }, ...parts);
  const link = { href, target: "_blank", rel: "noopener noreferrer", download: item.name };
  const verb = h("span", { class: "sr" }, words.say("save_file"));
  return h("a", { class: "file", ...link }, verb, ...parts, icon("save"));
}

function picture(item: Attachment, source: string, href: string | null, words: Words): HTMLElement {
  const image = h("img", { src: source, alt: item.name, loading: "lazy", class: "picture" });
  const label = words.say("open_image", { name: item.name });
  const whole = href
    ? h(
        "a",
        {
          href,
          target: "_blank",
          rel: "noopener noreferrer",
          class: "picture-link",
          "aria-label": label,
        },
        image,
      )
    : h("div", { class: "picture-link" }, image);
  image.addEventListener("error", () => whole.replaceWith(fileCard(item, href, words)));
  return whole;
}

function attachment(row: Row, item: Attachment, { words, origin, actions }: Setting): HTMLElement {
  const href = item.url ? safeResource(item.url, origin) : null;
  const source = actions.preview(row.id) ?? href;
  if (item.kind === "image" && source) return picture(item, source, href, words);
  return fileCard(item, href, words);
}

function choices(row: Row, { words, actions }: Setting): HTMLElement {
  const items = row.buttons.map(({ title, payload }) =>
    button(
      { class: "choice", disabled: !row.open, "data-chosen": row.chosen === title },
      () => actions.choose(title, payload),
      title,
    ),
  );
  return h(
    "div",
    { class: "choices", role: "group", "aria-label": words.say("choices") },
    ...items,
  );
}

/** The part that never changes for a message: who, what, files. */
function content(row: Row, setting: Setting): HTMLElement {
  const { words } = setting;
  const name = authorName(row, words);
  const shown = row.first && (row.author === "bot" || row.author === "agent");
  return h(
    "div",
    { class: "content" },
    h("span", { class: shown ? "name" : "sr" }, name, h("span", { class: "sr" }, ": ")),
    ...row.attachments.map((item) => attachment(row, item, setting)),
    row.text !== "" && body(row.text),
    row.deleted && h("p", { class: "text gone" }, words.say("deleted")),
  );
}

const REASONS: Readonly<Record<string, TextKey>> = {
  text_too_long: "why_text_too_long",
  file_too_large: "why_file_too_big",
  file_type: "why_file_type",
  file_empty: "why_file_empty",
  unknown_file: "why_unknown_file",
};

/** Why it was refused, in the visitor's language; the server's own sentence is in the console. */
function failureReason(row: Row, { words, actions }: Setting): string {
  const key = REASONS[row.failure ?? ""] ?? "why_other";
  return words.say(key, { name: row.attachments[0]?.name ?? "", ...actions.limits() });
}

function failed(row: Row, setting: Setting): HTMLElement {
  const { words, actions } = setting;
  return h(
    "div",
    { class: "meta failed", role: "alert" },
    icon("alert"),
    h("span", {}, `${words.say("failed")}. ${failureReason(row, setting)}`),
    button({ class: "link" }, () => actions.retry(row.id), words.say("try_again")),
    row.text !== "" &&
      button({ class: "link" }, () => actions.edit(row.id, row.text), words.say("edit")),
    button({ class: "link" }, () => actions.discard(row.id), words.say("discard")),
  );
}

function uploading(row: Row, { words, actions }: Setting): HTMLElement {
  const name = row.attachments[0]?.name ?? "";
  const label = words.say("uploading", { name });
  return h(
    "div",
    { class: "meta" },
    h("progress", { max: 1, value: row.progress, "aria-label": label }),
    button({ class: "link" }, () => actions.discard(row.id), words.say("cancel")),
  );
}

/** The line under a message, which changes with its delivery; never read out by itself. */
function meta(row: Row, setting: Setting): HTMLElement {
  const { words } = setting;
  if (row.delivery === "failed") return failed(row, setting);
  if (row.delivery === "uploading") return uploading(row, setting);
  const line = h("div", { class: "meta", "aria-live": "off" });
  if (row.delivery === "waiting") line.append(icon("clock"), words.say("waiting"));
  else if (row.delivery === "sending") line.append(words.say("sending"));
  else {
    if (row.last && row.author !== "system") {
      line.append(h("time", { datetime: new Date(row.at).toISOString() }, words.time(row.at)));
    }
    if (row.edited) line.append(h("span", {}, words.say("edited")));
    if (row.channel !== "web" && row.last) {
      const channel = PLACE_NAMES[row.channel];
      const text = words.say("from_channel", { channel });
      line.append(h("span", { class: "channel" }, icon(row.channel), text));
    }
  }
  return line;
}

const contentSign = (row: Row): string =>
  JSON.stringify([row.author, row.name, row.text, row.attachments, row.first, row.deleted]);
const metaSign = (row: Row): string =>
  JSON.stringify([
    row.delivery,
    row.progress,
    row.failure,
    row.last,
    row.at,
    row.channel,
    row.edited,
  ]);
const choiceSign = (row: Row): string => JSON.stringify([row.buttons, row.open, row.chosen]);

/** Keeps one row's node; an update touches only the parts that differ. */
export class MessageView {
  readonly node: HTMLElement;
  private signs = ["", "", ""];
  private parts: (Node | null)[] = [null, null, null];

  constructor(row: Row, setting: Setting) {
    this.node = h("article", { class: "message" });
    this.update(row, setting);
  }

  update(row: Row, setting: Setting): void {
    const edges = `${row.first ? " first" : ""}${row.last ? " last" : ""}`;
    const classes = `message ${row.author}${edges} ${row.delivery}`;
    if (this.node.className !== classes) this.node.className = classes;
    this.part(0, contentSign(row), () => this.bubble(row, setting));
    this.part(1, choiceSign(row), () => (row.buttons.length > 0 ? choices(row, setting) : null));
    this.part(2, metaSign(row), () => meta(row, setting));
  }

  private bubble(row: Row, setting: Setting): HTMLElement {
    const avatar = h("span", { class: "avatar", "aria-hidden": "true" });
    if (row.author === "agent") avatar.append((row.name ?? "•").charAt(0).toUpperCase());
    else avatar.append(mark());
    const spoken = row.author === "bot" || row.author === "agent";
    return h("div", { class: "line" }, spoken && avatar, content(row, setting));
  }

  private part(index: number, sign: string, make: () => HTMLElement | null): void {
    if (this.signs[index] === sign) return;
    this.signs[index] = sign;
    const old = this.parts[index] ?? null;
    const made = make();
    this.parts[index] = made;
    if (old && made) (old as ChildNode).replaceWith(made);
    else if (old) (old as ChildNode).remove();
    else if (made) {
      const next = this.parts.slice(index + 1).find((part) => part?.parentNode === this.node);
      this.node.insertBefore(made, next ?? null);
    }
  }
}
