/** Where the customer writes: text, files by button, drop or paste, and what the limits are. */

import type { Chat } from "../chat";
import { acceptList, fileProblem, textLength, typeNames, type FileProblem } from "../limits";
import type { Words } from "../i18n";
import { button, h, icon, setAttribute, setText } from "./dom";

/** Keeps what is being written over a reload. */
export interface Draft {
  read(): string;
  write(text: string): void;
}

const TALLEST_PX = 140;

export class Composer {
  readonly node: HTMLFormElement;
  readonly input: HTMLTextAreaElement;
  private readonly sendButton: HTMLButtonElement;
  private readonly attachButton: HTMLButtonElement;
  private readonly count: HTMLElement;
  private readonly notice: HTMLElement;
  private readonly noticeText = h("span", {});
  private readonly filePanel: HTMLElement;
  private readonly limitsText = h("p", { id: "limits" });
  private readonly picker: HTMLInputElement;

  constructor(
    private readonly chat: Chat,
    private readonly words: Words,
    private readonly draft: Draft,
  ) {
    const { say } = words;
    this.input = h("textarea", {
      class: "input",
      rows: 1,
      placeholder: say("write"),
      "aria-label": say("write"),
      "aria-describedby": "count",
      enterkeyhint: "send",
      autocomplete: "off",
      dir: "auto",
    });
    this.sendButton = h(
      "button",
      { type: "submit", class: "send", "aria-label": say("send") },
      icon("send"),
    );
    this.count = h("p", { class: "count", id: "count", role: "status" });
    this.picker = h("input", { type: "file", multiple: true, hidden: true, tabindex: -1 });
    this.attachButton = button(
      {
        class: "attach",
        "aria-label": say("attach"),
        "aria-expanded": "false",
        "aria-controls": "files",
      },
      () => this.showFiles(this.filePanel.hidden),
      icon("clip"),
    );
    this.filePanel = this.makeFilePanel();
    this.notice = this.makeNotice();
    this.node = h(
      "form",
      { class: "composer" },
      this.notice,
      this.filePanel,
      h("div", { class: "field" }, this.attachButton, this.input, this.sendButton),
      this.count,
      this.picker,
    );
    this.listen();
    this.input.value = draft.read();
    this.refresh();
  }

  /** The panel has become visible: sizes can be measured. */
  shown(): void {
    this.refresh();
  }

  /** Puts text into the field for the customer to change or send. */
  fill(text: string): void {
    this.input.value = text;
    this.changed();
    this.input.focus();
    this.input.setSelectionRange(text.length, text.length);
  }

  /** Whoever wrote here has left. */
  clear(): void {
    this.input.value = "";
    this.say("");
    this.showFiles(false);
    this.refresh();
  }

  /** Sends files, or says at once why one cannot be sent. */
  takeFiles(files: Iterable<File>): void {
    const problems: string[] = [];
    for (const file of files) {
      const problem = fileProblem(file, this.chat.limits);
      if (problem) problems.push(this.explain(problem, file.name));
      else this.chat.sendFile(file);
    }
    this.say(problems.join(" "));
    this.showFiles(false);
    this.input.focus();
  }

  /** "PNG, JPEG, PDF, up to 10 MB". */
  limits(): string {
    return this.words.say("file_limits", this.limitValues());
  }

  limitValues(): { types: string; size: string } {
    const { limits } = this.chat;
    return { types: typeNames(limits), size: this.words.bytes(limits.fileBytes) };
  }

  /** The server may have told other limits. */
  draw(): void {
    setText(this.limitsText, this.limits());
    setAttribute(this.picker, "accept", acceptList(this.chat.limits));
    this.refresh();
  }

  private explain(problem: FileProblem, name: string): string {
    return this.words.say(`why_${problem}`, { name, ...this.limitValues() });
  }

  private makeFilePanel(): HTMLElement {
    const choose = button(
      { class: "choice", "aria-describedby": "limits" },
      () => this.picker.click(),
      this.words.say("choose_file"),
    );
    return h("div", { class: "files", id: "files", hidden: true }, choose, this.limitsText);
  }

  private makeNotice(): HTMLElement {
    const label = this.words.say("dismiss");
    const close = button(
      { class: "dismiss", "aria-label": label },
      () => this.say(""),
      icon("close"),
    );
    const text = h("div", { role: "alert" }, this.noticeText);
    return h("div", { class: "notice", hidden: true }, text, close);
  }

  private showFiles(show: boolean): void {
    this.filePanel.hidden = !show;
    this.attachButton.setAttribute("aria-expanded", String(show));
    if (show) this.filePanel.querySelector("button")?.focus();
  }

  private say(text: string): void {
    this.notice.hidden = text === "";
    setText(this.noticeText, text);
  }

  private listen(): void {
    this.node.addEventListener("submit", (event) => {
      event.preventDefault();
      this.send();
    });
    this.input.addEventListener("input", () => {
      this.changed();
      if (this.input.value.trim() !== "") this.chat.typing();
    });
    this.input.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      this.send();
    });
    this.input.addEventListener("paste", (event) => {
      const files = event.clipboardData?.files;
      if (!files || files.length === 0) return;
      event.preventDefault();
      this.takeFiles(files);
    });
    this.picker.addEventListener("change", () => {
      this.takeFiles([...(this.picker.files ?? [])]);
      this.picker.value = "";
    });
  }

  private send(): void {
    const text = this.input.value.trim();
    if (text === "" || textLength(text) > this.chat.limits.text) return;
    this.input.value = "";
    this.changed();
    this.say("");
    this.chat.send(text);
    this.input.focus();
  }

  private changed(): void {
    this.draft.write(this.input.value);
    this.refresh();
  }

  private refresh(): void {
    const text = this.input.value.trim();
    const left = this.chat.limits.text - textLength(text);
    this.sendButton.disabled = text === "" || left < 0;
    this.count.classList.toggle("over", left < 0);
    setAttribute(this.input, "aria-invalid", left < 0 ? "true" : null);
    const near = left < this.chat.limits.text / 10;
    const key = left < 0 ? "over_limit" : "characters_left";
    setText(this.count, near ? this.words.say(key, { count: Math.abs(left) }) : "");
    this.input.style.height = "auto";
    const tall = Math.min(this.input.scrollHeight, TALLEST_PX);
    this.input.style.height = tall > 0 ? `${tall}px` : "auto";
  }
}
