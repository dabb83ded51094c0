/** Who looks at which thread, and who is writing there, for as long as it counts. */
import { SvelteMap } from "svelte/reactivity";
import { Signed } from "./signed.svelte";
import type { Frame } from "./types";

const LOOKED_AT_FOR = 30_000; // milliseconds that a colleague's look counts
const TYPES_FOR = 6_000;

interface Looker {
  name: string;
  what: string;
  until: number;
}

export class Watching extends Signed {
  now = $state(Date.now());
  customerTypes = $state(0);
  lookers = new SvelteMap<string, Looker>();

  /** Note what a frame tells of looking and typing; false if it tells of something else. */
  protected watch(frame: Frame, me: string | undefined, open: string): boolean {
    if (frame.kind === "looking" && frame.customer && frame.staff) {
      if (frame.staff !== me)
        this.lookers.set(`${frame.customer} ${frame.staff}`, {
          name: frame.name ?? frame.staff,
          what: frame.what ?? "looking",
          until: Date.now() + (frame.what === "typing" ? TYPES_FOR : LOOKED_AT_FOR),
        });
      return true;
    }
    if (frame.kind !== "typing") return false;
    if (frame.author === "customer" && frame.customer === open)
      this.customerTypes = Date.now() + TYPES_FOR;
    return true;
  }
}
