/** Who is signed in, what he may do, and how it is said that something was refused. */
import { ApiError } from "./api";
import type { Account, Me } from "./types";
import { Wording } from "./wording.svelte";

export class Signed extends Wording {
  me = $state<Me | null>(null);
  staff = $state<Account[]>([]);
  said = $state("");

  get account(): Account | undefined {
    return this.me?.account;
  }
  may(right: string): boolean {
    return this.me?.rights.includes(right) ?? false;
  }
  nameOf(key: string | undefined): string {
    return this.staff.find((one) => one.email === key)?.name ?? key ?? "";
  }

  /** Do something, and say it if it is refused; false then. */
  async tell(act: () => Promise<unknown>): Promise<boolean> {
    try {
      await act();
      return true;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (error.status === 401 && error.code === "signed_out") this.me = null;
      else if (typeof error.body.owner === "string")
        this.said = this.say("takenBy", { name: this.nameOf(error.body.owner) });
      else this.said = this.wrong(error.code) ?? error.message;
      return false;
    }
  }
}
