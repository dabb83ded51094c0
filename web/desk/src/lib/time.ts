/** Moments as people read them. */
import type { Lang } from "./types";

export function clock(at: string, lang: Lang): string {
  const moment = new Date(at);
  const today = new Date().toDateString() === moment.toDateString();
  return today
    ? moment.toLocaleTimeString(lang, { hour: "2-digit", minute: "2-digit" })
    : moment.toLocaleDateString(lang, { day: "numeric", month: "short" });
}

export function whole(at: string, lang: Lang): string {
  return new Date(at).toLocaleString(lang, { dateStyle: "medium", timeStyle: "short" });
}

/** How long somebody has waited, as m:ss, or hours from one on. */
export function waited(since: string, now: number): string {
  const seconds = Math.max(0, Math.floor((now - Date.parse(since)) / 1000));
  const minutes = Math.floor(seconds / 60);
  if (minutes >= 60)
    return `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, "0")} h`;
  return `${minutes}:${String(seconds % 60).padStart(2, "0")}`;
}
