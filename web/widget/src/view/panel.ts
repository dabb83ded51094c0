/** The open chat: who is on the other side, the messages, where to write. */

import type { Chat } from "../chat";
import type { Words } from "../i18n";
import { Composer, type Draft } from "./composer";
import { button, h, icon, mark, setAttribute, setText, wave } from "./dom";
import { ElsewhereView, elsewhereTitle } from "./elsewhere";
import { LogView } from "./log";
import type { MessageActions } from "./message";

export interface PanelPorts {
  chat: Chat;
  words: Words;
  origin: string;
  title: string | null;
  draft: Draft;
  preview: (id: string) => string | null;
  close: () => void;
}

export class PanelView {
  readonly node: HTMLElement;
  readonly composer: Composer;
  readonly log: LogView;
  private readonly elsewhere: ElsewhereView;
  private readonly elsewhereButton: HTMLButtonElement;
  private readonly owner = h("p", { class: "owner", id: "owner", role: "status" });
  private readonly banner = h("p", { class: "banner", role: "status" });
  private readonly dropText = h("p", {});
  private readonly drop: HTMLElement;
  private readonly chat: Chat;
  private readonly words: Words;

  constructor(ports: PanelPorts) {
    const { chat, words } = ports;
    this.chat = chat;
    this.words = words;
    this.composer = new Composer(chat, words, ports.draft);
    this.log = new LogView(chat, { words, origin: ports.origin, actions: this.actions(ports) });
    this.elsewhere = new ElsewhereView(chat, words, () => this.back());
    this.elsewhereButton = button(
      { class: "elsewhere", "aria-controls": "sheet", hidden: true },
      () => (chat.elsewhere.open ? this.back() : this.moveOn()),
      icon("elsewhere"),
    );
    this.drop = h(
      "div",
      { class: "drop", hidden: true },
      h("p", { class: "drop-title" }, words.say("drop_here")),
      this.dropText,
    );
    this.node = h(
      "section",
      {
        class: "panel",
        role: "dialog",
        "aria-labelledby": "title",
        "aria-describedby": "owner",
        tabindex: -1,
        hidden: true,
        id: "panel",
      },
      this.header(ports),
      this.banner,
      this.log.node,
      this.composer.node,
      this.elsewhere.node,
      this.drop,
    );
    this.acceptDrops();
  }

  draw(): void {
    setText(this.owner, this.ownerLine());
    setText(this.banner, this.bannerLine());
    this.banner.classList.toggle("hidden", this.banner.textContent === "");
    this.drawElsewhere();
    this.log.draw();
    this.composer.draw();
  }

  /** Closes what lies over the thread; `false` when nothing does. */
  back(): boolean {
    if (!this.chat.elsewhere.open) return false;
    this.chat.elsewhere.hide();
    this.drawElsewhere();
    this.log.toEnd(false);
    this.elsewhereButton.focus({ preventScroll: true });
    return true;
  }

  /** Nothing that was written here stays. */
  clear(): void {
    this.composer.clear();
    this.elsewhere.clear();
  }

  private moveOn(): void {
    this.chat.moveOn();
    this.drawElsewhere();
    this.elsewhere.focus();
  }

  private drawElsewhere(): void {
    const { open, known, places } = this.chat.elsewhere;
    const title = elsewhereTitle(places, this.words);
    setAttribute(this.elsewhereButton, "aria-label", title);
    setAttribute(this.elsewhereButton, "title", title);
    setAttribute(this.elsewhereButton, "aria-expanded", String(open));
    this.elsewhereButton.hidden = !known;
    const { node } = this.elsewhere;
    // Closed under the customer's hands by a join: he is not left without focus.
    const lost = !open && node.contains((node.getRootNode() as ShadowRoot).activeElement);
    node.hidden = !open;
    this.log.node.hidden = open;
    this.composer.node.hidden = open;
    if (open) this.elsewhere.draw();
    if (lost) this.elsewhereButton.focus({ preventScroll: true });
  }

  private header({ words, title, close }: PanelPorts): HTMLElement {
    return h(
      "div",
      { class: "header" },
      h("span", { class: "logo" }, mark()),
      h(
        "div",
        { class: "heading" },
        h("h2", { class: "title", id: "title" }, title ?? words.say("title")),
        this.owner,
      ),
      this.elsewhereButton,
      button({ class: "close", "aria-label": words.say("close_chat") }, close, icon("close")),
      wave("seam", 600, 88),
    );
  }

  private actions({ chat, preview }: PanelPorts): MessageActions {
    return {
      preview,
      limits: () => this.composer.limitValues(),
      choose: (title, payload) => {
        chat.send(title, payload);
        this.composer.input.focus({ preventScroll: true });
      },
      retry: (id) => chat.retry(id),
      discard: (id) => chat.discard(id),
      edit: (id, text) => {
        chat.discard(id);
        this.composer.fill(text);
      },
    };
  }

  private ownerLine(): string {
    const { owner, team, name } = this.chat.thread.owner;
    const { say } = this.words;
    if (owner === "bot") return say("with_bot");
    if (owner === "agent") {
      const last = [...this.chat.thread.messages()]
        .reverse()
        .find(({ author }) => author === "agent");
      const known = name ?? last?.name;
      return known ? say("with_agent", { name: known }) : say("with_agent_unnamed");
    }
    const key = team === "support" || team === "sales" ? (`team_${team}` as const) : "team_any";
    return say("waiting_for", { team: say(key) });
  }

  private bannerLine(): string {
    const { status } = this.chat;
    if (status === "waiting") return this.words.say("offline");
    return status === "connecting" && this.chat.thread.newest === 0
      ? this.words.say("connecting")
      : "";
  }

  private acceptDrops(): void {
    const carriesFiles = (event: DragEvent): boolean =>
      event.dataTransfer?.types.includes("Files") ?? false;
    const show = (on: boolean): void => {
      this.drop.hidden = !on;
      if (on) setText(this.dropText, this.composer.limits());
    };
    this.node.addEventListener("dragover", (event) => {
      if (!carriesFiles(event)) return;
      event.preventDefault();
      show(true);
    });
    this.node.addEventListener("dragleave", (event) => {
      if (!this.node.contains(event.relatedTarget as Node | null)) show(false);
    });
    this.node.addEventListener("drop", (event) => {
      if (!carriesFiles(event)) return;
      event.preventDefault();
      show(false);
      this.composer.takeFiles([...(event.dataTransfer?.files ?? [])]);
    });
  }
}
