/**
 * The whole widget on the page: a shadow root with the launcher and the panel, open or closed,
 * its theme, its phone form, its focus. Draws at most once a frame.
 */

import type { Chat } from "../chat";
import { accentFor, readHex } from "../colour";
import { Words, type Locale } from "../i18n";
import type { Options } from "../options";
import { styles } from "../styles";
import { h, setAttribute, setText } from "./dom";
import type { Draft } from "./composer";
import { Launcher } from "./launcher";
import { authorName } from "./message";
import { PanelView } from "./panel";
import { fitViewport, lockScroll, trapFocus } from "./phone";

const PHONE = "(max-width: 520px), (max-height: 480px) and (pointer: coarse)";
const DEFAULT_COLOUR = "#1f5c50";

export interface WidgetPorts {
  chat: Chat;
  options: Options;
  locale: Locale;
  draft: Draft;
  /** The chat is opened or closed. */
  toggled(open: boolean): void;
}

export class Widget {
  open = false;
  private readonly host = document.createElement("nitka-chat");
  private readonly frame = h("div", { class: "nitka" });
  private readonly spoken = h("div", { class: "sr", role: "status" });
  private readonly phone = matchMedia(PHONE);
  private readonly dark = matchMedia("(prefers-color-scheme: dark)");
  private readonly urls = new Map<string, string>();
  private words: Words;
  private panel!: PanelView;
  private launcher!: Launcher;
  private scheduled = false;
  private before: HTMLElement | null = null;
  private spokenSeq = 0;
  private release: () => void = () => undefined;

  constructor(private readonly ports: WidgetPorts) {
    this.words = new Words(ports.locale);
    const root = this.host.attachShadow({ mode: "open" });
    root.adoptedStyleSheets = styles();
    root.append(this.frame);
    setAttribute(this.frame, "data-position", ports.options.position);
    this.build();
    this.paint();
    this.dark.addEventListener("change", () => this.paint());
    this.phone.addEventListener("change", () => this.shape());
    this.frame.addEventListener("keydown", (event) => this.key(event));
    document.addEventListener("visibilitychange", () => this.draw());
    ports.chat.onChange = () => this.draw();
    ports.chat.onLeave = () => {
      setText(this.spoken, "");
      this.panel.clear();
    };
  }

  mount(): void {
    document.body.append(this.host);
    this.draw();
  }

  speak(locale: Locale): void {
    if (locale === this.words.locale) return;
    this.words = new Words(locale);
    this.build();
    this.shape();
    this.draw();
  }

  show(text?: string): void {
    if (!this.open) {
      this.before = document.activeElement instanceof HTMLElement ? document.activeElement : null;
      this.open = true;
      this.panel.node.hidden = false;
      this.shape();
      this.ports.toggled(true);
      this.drawNow();
      this.panel.composer.shown();
      this.panel.log.toEnd(false);
      if (this.phone.matches) this.panel.node.focus({ preventScroll: true });
      else this.panel.composer.input.focus({ preventScroll: true });
    }
    if (text) {
      this.panel.back();
      this.panel.composer.fill(text);
    }
  }

  hide(): void {
    if (!this.open) return;
    this.open = false;
    this.panel.back();
    this.panel.node.hidden = true;
    this.shape();
    this.ports.toggled(false);
    this.drawNow();
    const back = this.before?.isConnected && this.before !== document.body ? this.before : null;
    (back && back !== this.host ? back : this.launcher.node).focus({ preventScroll: true });
  }

  /** Asks for a redraw before the next frame; a hidden page is drawn when it is seen again. */
  draw(): void {
    if (this.scheduled) return;
    this.scheduled = true;
    const run = (): void => {
      this.scheduled = false;
      this.drawNow();
    };
    if (document.visibilityState === "visible") requestAnimationFrame(run);
    else setTimeout(run, 0);
  }

  private build(): void {
    const { chat, options, draft } = this.ports;
    setAttribute(this.frame, "lang", this.words.locale);
    this.panel = new PanelView({
      chat,
      draft,
      words: this.words,
      origin: options.origin,
      title: options.title,
      preview: (id) => this.preview(id),
      close: () => this.hide(),
    });
    this.panel.node.hidden = !this.open;
    this.launcher = new Launcher(this.words, () => (this.open ? this.hide() : this.show()));
    this.frame.replaceChildren(this.panel.node, this.launcher.node, this.spoken);
  }

  private drawNow(): void {
    const { chat } = this.ports;
    if (this.open) {
      this.panel.draw();
      if (document.visibilityState === "visible") chat.seen();
    }
    this.launcher.draw(this.open, chat.thread.unread());
    this.announce();
  }

  /** Says a new message aloud while the panel is closed; the open list speaks for itself. */
  private announce(): void {
    const { thread } = this.ports.chat;
    const last = thread.messages().at(-1);
    if (thread.replaying || !last || last.seq <= this.spokenSeq) return;
    const first = this.spokenSeq === 0;
    this.spokenSeq = last.seq;
    const heard = this.open && !this.ports.chat.elsewhere.open;
    if (heard || first || last.author === "customer") return;
    const name = authorName({ author: last.author, name: last.name ?? null }, this.words);
    setText(this.spoken, this.words.say("new_message", { name }));
  }

  private preview(id: string): string | null {
    const held = this.urls.get(id);
    if (held) return held;
    const file = this.ports.chat.previews.get(id);
    if (!file?.type.startsWith("image/")) return null;
    const url = URL.createObjectURL(file);
    this.urls.set(id, url);
    return url;
  }

  /** Sets the colours for the scheme in force, made readable whatever accent was asked for. */
  private paint(): void {
    const { theme, colour } = this.ports.options;
    const dark = theme === "dark" || (theme === "auto" && this.dark.matches);
    setAttribute(this.frame, "data-dark", dark);
    const base = readHex(colour) ?? readHex(DEFAULT_COLOUR) ?? [31, 92, 80];
    const accent = accentFor(base, dark ? [36, 39, 37] : [244, 239, 230], dark);
    this.frame.style.setProperty("--fill", accent.fill);
    this.frame.style.setProperty("--on-fill", accent.onFill);
    this.frame.style.setProperty("--accent", accent.text);
    if (colour) this.frame.style.setProperty("--thread", accent.text);
  }

  /** On a phone the open chat is a page of its own: full size, modal, the page behind stands still. */
  private shape(): void {
    const modal = this.open && this.phone.matches;
    setAttribute(this.frame, "data-phone", this.phone.matches);
    setAttribute(this.frame, "data-open", this.open);
    setAttribute(this.panel.node, "aria-modal", modal ? "true" : null);
    this.release();
    this.release = () => undefined;
    if (!modal) return;
    const unlock = lockScroll();
    const unfit = fitViewport(this.frame, () => this.panel.log.toEnd(false));
    this.release = () => {
      unlock();
      unfit();
    };
  }

  private key(event: KeyboardEvent): void {
    if (event.key === "Escape" && this.open) {
      event.stopPropagation();
      if (!this.panel.back()) this.hide();
    } else if (event.key === "Tab" && this.open && this.phone.matches) {
      trapFocus(event, this.panel.node);
    }
  }
}
