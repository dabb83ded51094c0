/** The list of messages: draws only what changed, stays at the end unless the reader has left it. */

import type { Chat } from "../chat";
import { rowsOf, type Row } from "../items";
import { button, h, setAttribute, setText, wave } from "./dom";
import { authorName, MessageView, type Setting } from "./message";

const STEP = 60;
const NEAR_END_PX = 80;

export class LogView {
  readonly node: HTMLElement;
  private readonly scroller: HTMLElement;
  private readonly list: HTMLElement;
  private readonly welcome: HTMLElement;
  private readonly earlier: HTMLButtonElement;
  private readonly typing: HTMLElement;
  private readonly typingText = h("span", { class: "sr" });
  private readonly jump: HTMLButtonElement;
  private views = new Map<string, MessageView>();
  private days = new Map<string, HTMLElement>();
  private shown = STEP;
  private lastKey = "";
  private stuck = true;

  constructor(
    private readonly chat: Chat,
    private readonly setting: Setting,
  ) {
    const { words } = setting;
    this.list = h("div", { class: "list" });
    this.earlier = button(
      { class: "earlier", hidden: true },
      () => this.more(),
      words.say("earlier"),
    );
    this.typing = h(
      "div",
      { class: "typing", hidden: true },
      wave("wave", 64, 32),
      this.typingText,
    );
    this.welcome = h(
      "div",
      { class: "welcome" },
      h("p", { class: "welcome-title" }, words.say("welcome_title")),
      h("p", {}, words.say("welcome_text")),
    );
    this.scroller = h(
      "div",
      {
        class: "log",
        role: "log",
        "aria-live": "off",
        "aria-label": words.say("messages"),
        tabindex: 0,
      },
      this.earlier,
      this.welcome,
      this.list,
      this.typing,
    );
    this.jump = button(
      { class: "jump", hidden: true },
      () => this.toEnd(true),
      words.say("new_below"),
    );
    this.node = h("div", { class: "log-frame" }, this.scroller, this.jump);
    this.scroller.addEventListener("scroll", () => {
      this.stuck = this.atEnd();
      if (this.stuck) this.jump.hidden = true;
    });
    // A picture that has loaded, a keyboard, a notice: who was at the end stays there.
    const resized = new ResizeObserver(() => this.stuck && this.toEnd(false));
    resized.observe(this.scroller);
    resized.observe(this.list);
  }

  /** Draws the thread as it is now. */
  draw(): void {
    const { thread } = this.chat;
    const rows = rowsOf(thread.messages(), this.chat.pending(), this.chat.status === "online");
    setAttribute(this.scroller, "aria-live", thread.replaying ? "off" : "polite");
    const visible = rows.slice(-this.shown);
    this.earlier.hidden = visible.length === rows.length;
    this.welcome.hidden = !this.earlier.hidden;
    this.place(visible);
    this.drawTyping();
    this.follow(rows.at(-1));
  }

  /** Scrolls to the newest message. */
  toEnd(smooth: boolean): void {
    this.jump.hidden = true;
    this.stuck = true;
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.scroller.scrollTo({
      top: this.scroller.scrollHeight,
      behavior: smooth && !calm ? "smooth" : "auto",
    });
  }

  private atEnd(): boolean {
    const { scrollHeight, scrollTop, clientHeight } = this.scroller;
    return scrollHeight - scrollTop - clientHeight < NEAR_END_PX;
  }

  private follow(last: Row | undefined): void {
    const isNew = last !== undefined && last.key !== this.lastKey;
    this.lastKey = last?.key ?? "";
    if (this.stuck || (isNew && last.author === "customer" && last.delivery !== "stored"))
      this.toEnd(false);
    else if (isNew && !this.chat.thread.replaying) this.jump.hidden = false;
  }

  private more(): void {
    const before = this.scroller.scrollHeight - this.scroller.scrollTop;
    this.shown += STEP;
    this.stuck = false;
    this.draw();
    this.scroller.scrollTop = this.scroller.scrollHeight - before;
    this.scroller.focus({ preventScroll: true });
  }

  /** Puts the rows' nodes in order, reusing those that are there. */
  private place(rows: readonly Row[]): void {
    const views = new Map<string, MessageView>();
    const days = new Map<string, HTMLElement>();
    let at: ChildNode | null = this.list.firstChild;
    const put = (node: HTMLElement): void => {
      if (node === at) at = node.nextSibling;
      else this.list.insertBefore(node, at);
    };
    rows.forEach((row, index) => {
      if (row.day || index === 0) {
        const words = this.setting.words.day(row.at, Date.now());
        const key = `${words} ${row.key}`;
        const day = this.days.get(key) ?? h("div", { class: "day" }, h("span", {}, words));
        days.set(key, day);
        put(day);
      }
      const view = this.views.get(row.key) ?? new MessageView(row, this.setting);
      view.update(row, this.setting);
      views.set(row.key, view);
      put(view.node);
    });
    while (at) {
      const next: ChildNode | null = at.nextSibling;
      at.remove();
      at = next;
    }
    this.views = views;
    this.days = days;
  }

  private drawTyping(): void {
    const author = this.chat.thread.typing;
    this.typing.hidden = author === null;
    if (author === null) return;
    const last = [...this.chat.thread.messages()].reverse().find((item) => item.author === author);
    const name = authorName({ author, name: last?.name ?? null }, this.setting.words);
    setText(this.typingText, this.setting.words.say("typing", { name }));
  }
}
