/** Where colleagues have asked for oneself. */
import { call } from "./api";
import type { Account, Line } from "./types";

export interface Mention {
  customer: string;
  name?: string;
  message: Line;
  read: boolean;
}

class Mentions {
  list = $state<Mention[]>([]);
  unread = $state(0);

  async load(): Promise<void> {
    const given = await call<{ mentions: Mention[]; unread: number }>("/mentions");
    this.list = given.mentions;
    this.unread = given.unread;
  }
}

export const mentions = new Mentions();

/** Gives whom a note asks for by `@name`: the name, or what stands before the @ of the address. */
export function askedFor(text: string, staff: Account[]): string[] {
  const asked = [...text.matchAll(/@([\p{L}\w.+-]+)/gu)].map((match) => match[1]?.toLowerCase());
  return staff
    .filter(
      (one) => asked.includes(one.name.toLowerCase()) || asked.includes(one.email.split("@")[0]),
    )
    .map((one) => one.email);
}
