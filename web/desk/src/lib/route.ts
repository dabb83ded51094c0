/** The customer page's own address, `#/customer/…`: it can be linked, and "back" leaves it. */
import { desk } from "./desk.svelte";

const PAGE = /^#\/customer\/([0-9a-f-]{36})$/;
let came = false; // by a step within the desk, which "back" undoes

export function openPage(customer: string): void {
  if (location.hash === `#/customer/${customer}`) return;
  came = true;
  location.hash = `#/customer/${customer}`;
}

export function leavePage(): void {
  if (came) history.back();
  else leave();
}

/** Show the thread again, and what was said meanwhile. */
function leave(): void {
  came = false;
  if (!desk.page) return;
  desk.page = false;
  void desk.refresh();
}

/** Show what the address says. */
export async function follow(): Promise<void> {
  if (!desk.me) return;
  const customer = PAGE.exec(location.hash)?.[1];
  if (!customer) leave();
  else if (customer === desk.open) desk.page = true;
  else {
    const looked = desk.look(customer);
    desk.page = true;
    await looked;
  }
}

/** Have the address say what is shown: the page was left, or its customer was joined. */
export function settle(page: boolean, customer: string): void {
  if (page && customer) {
    const hash = `#/customer/${customer}`;
    if (location.hash !== hash) history.replaceState(null, "", hash);
  } else if (PAGE.test(location.hash)) {
    came = false;
    history.replaceState(null, "", location.pathname);
  }
}
