/** The sheet over the open chat that tells how the talk goes on elsewhere, or brings a code from there. */

import type { Chat } from "../chat";
import { codeIn, PLACES, type Code, type Place } from "../elsewhere";
import type { Words } from "../i18n";
import { safeResource } from "../links";
import { qrPath } from "../qr";
import { button, drawing, h, icon, setText } from "./dom";

export const PLACE_NAMES: Record<Place, string> = { telegram: "Telegram", slack: "Slack" };

/** "Continue in Telegram or Slack", or what is left to do where neither is on. */
export function elsewhereTitle(places: readonly Place[], words: Words): string {
  return places.length > 0
    ? words.say("elsewhere", { channel: named(places, words) })
    : words.say("have_code", { channel: named(PLACES, words) });
}

const named = (places: readonly Place[], words: Words): string =>
  words.either(places.map((place) => PLACE_NAMES[place]));

export class ElsewhereView {
  readonly node: HTMLElement;
  private readonly title = h("h3", { class: "sheet-title", id: "sheet-title", tabindex: -1 });
  private readonly backText = h("span", {});
  private readonly ways = h("div", { class: "ways" });
  private readonly left = h("p", { class: "hint" });
  private readonly spoken = h("p", { class: "sr", role: "status" });
  private readonly makeButton: HTMLButtonElement;
  private readonly form: CodeForm;
  private drawn: Code | null = null;

  constructor(
    private readonly chat: Chat,
    private readonly words: Words,
    back: () => void,
  ) {
    this.form = new CodeForm(words, (code) => {
      back();
      chat.bring(code);
    });
    this.makeButton = button(
      { class: "choice", hidden: true },
      () => {
        this.title.focus();
        chat.elsewhere.make();
      },
      words.say("new_code"),
    );
    this.node = h(
      "section",
      { class: "sheet", id: "sheet", "aria-labelledby": "sheet-title", hidden: true },
      button({ class: "back" }, back, icon("back"), this.backText),
      this.title,
      this.ways,
      h("div", { class: "left" }, this.left, this.makeButton),
      this.form.node,
      this.spoken,
    );
  }

  /** Puts the reader at the sheet's beginning. */
  focus(): void {
    this.node.scrollTop = 0;
    this.title.focus({ preventScroll: true });
  }

  /** Nothing that was typed here stays. */
  clear(): void {
    this.form.clear();
  }

  draw(): void {
    const { elsewhere, thread } = this.chat;
    const { places } = elsewhere;
    const unread = thread.unread();
    const back = this.words.say("back_to_chat");
    setText(this.backText, unread > 0 ? `${back} (${this.words.unread(unread)})` : back);
    setText(this.title, elsewhereTitle(places, this.words));
    this.form.name(named(places.length > 0 ? places : PLACES, this.words), places.length > 0);
    this.drawWays();
    this.drawLeft();
  }

  private drawWays(): void {
    const { step } = this.chat.elsewhere;
    const code = step.kind === "ready" ? step.code : null;
    if (code === this.drawn) return;
    this.drawn = code;
    this.ways.replaceChildren(...(code ? this.waysOf(code) : []));
  }

  private waysOf(code: Code): HTMLElement[] {
    const link = code.telegram && safeResource(code.telegram, "https://t.me");
    return [
      h("p", { class: "hint" }, this.words.say("elsewhere_text")),
      ...(link ? [telegramWay(link, this.words)] : []),
      ...(code.slack ? [this.slackWay(code.slack)] : []),
    ];
  }

  private slackWay(text: string): HTMLElement {
    const { say } = this.words;
    const code = h("code", { class: "words", id: "slack-words" }, text);
    const copy = button(
      { class: "choice", "aria-describedby": "slack-words" },
      () => void this.copy(text, code, label),
      icon("copy"),
    );
    const label = h("span", {}, say("copy"));
    copy.append(label);
    return h(
      "div",
      { class: "way", role: "group", "aria-label": PLACE_NAMES.slack },
      h("h4", { class: "way-name" }, icon("slack"), PLACE_NAMES.slack),
      h("p", {}, say("slack_words")),
      h("div", { class: "copy" }, code, copy),
    );
  }

  /** Copies; where the browser forbids that, marks the words for the customer to copy. */
  private async copy(text: string, code: HTMLElement, label: HTMLElement): Promise<void> {
    const { clipboard } = navigator as { clipboard?: Clipboard };
    const done = clipboard
      ? await clipboard.writeText(text).then(
          () => true,
          () => false,
        )
      : false;
    if (!done) getSelection()?.selectAllChildren(code);
    setText(label, this.words.say(done ? "copied" : "copy"));
    this.say(this.words.say(done ? "copied" : "copy_by_hand"));
  }

  private drawLeft(): void {
    const { step, places } = this.chat.elsewhere;
    const text = places.length > 0 ? this.leftText() : "";
    setText(this.left, text);
    const mayMake = step.kind === "over" || this.chat.elsewhere.mayAgain();
    this.makeButton.hidden =
      places.length === 0 || !(mayMake || (step.kind === "ready" && step.code.until === null));
    // Said aloud when it matters: made, about to expire, expired, not made. Not every minute.
    const minutes = this.chat.elsewhere.minutes();
    const fresh = step.kind === "ready" && this.spoken.dataset.step !== "ready";
    if (step.kind !== "ready" || fresh || minutes === 1) this.say(text);
    this.spoken.dataset.step = step.kind;
  }

  private leftText(): string {
    const { step } = this.chat.elsewhere;
    const { say } = this.words;
    if (step.kind === "asking") return say("code_making");
    if (step.kind === "over") return say("code_over");
    if (step.kind === "none") return "";
    const minutes = this.chat.elsewhere.minutes();
    if (step.kind === "failed") {
      if (step.why === "offline") return say("code_offline");
      if (step.why === "other" || !minutes) return say("code_failed");
      return say("code_busy", { time: this.words.minutes(minutes) });
    }
    return minutes === null
      ? say("code_soon_over")
      : say("code_left", { time: this.words.minutes(minutes) });
  }

  private say(text: string): void {
    setText(this.spoken, text);
  }
}

function telegramWay(href: string, words: Words): HTMLElement {
  const { side, path } = qrPath(href);
  const box = { viewBox: `0 0 ${side} ${side}`, role: "img", "aria-label": words.say("qr_label") };
  return h(
    "div",
    { class: "way", role: "group", "aria-label": PLACE_NAMES.telegram },
    h("h4", { class: "way-name" }, icon("telegram"), PLACE_NAMES.telegram),
    h(
      "div",
      { class: "scan" },
      h(
        "div",
        {},
        h(
          "a",
          { class: "go", href, target: "_blank", rel: "noopener noreferrer" },
          words.say("open_telegram"),
        ),
        h("p", {}, words.say("scan")),
      ),
      drawing({ class: "qr", ...box, "shape-rendering": "crispEdges" }, [path]),
    ),
  );
}

/** Where a code from another channel is typed. */
class CodeForm {
  readonly node: HTMLFormElement;
  private readonly input: HTMLInputElement;
  private readonly label = h("label", { class: "way-name", for: "code" });
  private readonly problem = h("p", { class: "problem", id: "code-problem", role: "alert" });

  constructor(
    private readonly words: Words,
    bring: (code: string) => void,
  ) {
    const { say } = words;
    this.input = h("input", {
      class: "code",
      id: "code",
      autocomplete: "off",
      autocapitalize: "characters",
      spellcheck: "false",
      enterkeyhint: "send",
      maxlength: 200,
      "aria-describedby": "code-hint code-problem",
    });
    this.node = h(
      "form",
      { class: "way", novalidate: true },
      this.label,
      h("p", { id: "code-hint" }, say("code_hint")),
      h(
        "div",
        { class: "copy" },
        this.input,
        h("button", { type: "submit", class: "choice" }, say("code_send")),
      ),
      this.problem,
    );
    this.input.addEventListener("input", () => this.complain(""));
    this.node.addEventListener("submit", (event) => {
      event.preventDefault();
      const code = codeIn(this.input.value);
      this.complain(code === null ? say("code_bad") : "");
      if (code === null) this.input.focus();
      else {
        this.input.value = "";
        bring(code);
      }
    });
  }

  /** `below`: the form stands below other ways, so it is named; alone it has the sheet's title. */
  name(channel: string, below: boolean): void {
    setText(this.label, this.words.say("have_code", { channel }));
    this.label.classList.toggle("sr", !below);
  }

  clear(): void {
    this.input.value = "";
    this.complain("");
  }

  private complain(text: string): void {
    setText(this.problem, text);
    if (text) this.input.setAttribute("aria-invalid", "true");
    else this.input.removeAttribute("aria-invalid");
  }
}
