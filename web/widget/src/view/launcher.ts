/** The round button that opens the chat, with the number of unread messages. */

import type { Words } from "../i18n";
import { button, h, icon, mark, setAttribute, setText } from "./dom";

export class Launcher {
  readonly node: HTMLButtonElement;
  private readonly badge = h("span", { class: "badge", "aria-hidden": "true", hidden: true });
  private readonly face = h("span", { class: "face" });
  private opened: boolean | null = null;

  constructor(
    private readonly words: Words,
    press: () => void,
  ) {
    this.node = button(
      { class: "launcher", "aria-controls": "panel" },
      press,
      this.face,
      this.badge,
    );
    this.draw(false, 0);
  }

  draw(open: boolean, unread: number): void {
    const { words } = this;
    const label = words.say(open ? "close_chat" : "open_chat");
    const count = !open && unread > 0;
    setAttribute(this.node, "aria-label", count ? `${label}, ${words.unread(unread)}` : label);
    setAttribute(this.node, "aria-expanded", String(open));
    this.badge.hidden = !count;
    setText(this.badge, unread > 99 ? "99+" : String(unread));
    if (this.opened !== open) this.face.replaceChildren(open ? icon("down") : mark());
    this.opened = open;
  }
}
