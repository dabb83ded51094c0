/** The keyboard: one letter each while nothing is being written; `?` shows them all. */
import type { Texts } from "../texts/en";
import { desk } from "./desk.svelte";
import { leavePage, openPage } from "./route";
import type { View } from "./types";

export const KEYS: [string, keyof Texts][] = [
  ["/", "kSearch"],
  ["j k", "kNext"],
  ["t", "kTake"],
  ["r", "kReply"],
  ["n", "kNote"],
  ["b", "kBack"],
  ["c", "kCustomer"],
  ["1 2 3 4", "kViews"],
  ["m", "mentions"],
  ["Ctrl K", "kPalette"],
  ["Ctrl ⏎", "kSend"],
  ["?", "kHelp"],
  ["Esc", "kClose"],
];
const VIEWS: View[] = ["mine", "waiting", "team", "all"];

export function pressed(event: KeyboardEvent): void {
  if (!desk.me) return;
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
    event.preventDefault();
    desk.dialog = desk.dialog === "palette" ? "" : "palette";
    return;
  }
  const writes =
    event.target instanceof HTMLElement && event.target.closest("input, textarea, select, dialog");
  if (writes || event.ctrlKey || event.metaKey || event.altKey || desk.dialog) return;
  const does = action(event.key);
  if (!does) return;
  event.preventDefault();
  does();
}

function action(key: string): (() => void) | undefined {
  const view = VIEWS[Number(key) - 1];
  if (view) return () => void desk.show(view);
  switch (key) {
    case "/":
      return () => focus("#search");
    case "j":
      return () => step(1);
    case "k":
      return () => step(-1);
    case "t":
      return () => void desk.take();
    case "r":
    case "n":
      return () => window.dispatchEvent(new CustomEvent("compose", { detail: key === "n" }));
    case "b":
      return desk.mine ? () => (desk.dialog = "handBack") : undefined;
    case "c":
      return desk.open && !desk.page ? () => openPage(desk.open) : undefined;
    case "m":
      return () => (desk.dialog = "mentions");
    case "?":
      return () => (desk.dialog = "keys");
    case "Escape":
      return desk.page ? leavePage : () => (desk.open = "");
    default:
      return undefined;
  }
}

function step(by: number): void {
  const at = desk.rows.findIndex((row) => row.customer === desk.open);
  const row = desk.rows[at < 0 ? 0 : at + by];
  if (row) void desk.look(row.customer);
}

function focus(selector: string): void {
  document.querySelector<HTMLElement>(selector)?.focus();
}
