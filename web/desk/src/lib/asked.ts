/** Whom a note asks for by `@name`, or by the beginning of an e-mail address. */
import type { Account } from "./types";

export function askedIn(text: string, staff: Account[]): string[] {
  const asked = [...text.matchAll(/@([\p{L}\w.+-]+)/gu)].map((match) => match[1]?.toLowerCase());
  return staff
    .filter(
      (one) => asked.includes(one.name.toLowerCase()) || asked.includes(one.email.split("@")[0]),
    )
    .map((one) => one.email);
}
