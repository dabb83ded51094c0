/** The inbox: a view's rows, page by page. */
import { call } from "./api";
import { Reading } from "./reading.svelte";
import type { Row, View } from "./types";

const PAGE = 50; // rows that are asked for at once
const MOST = 200; // rows that one answer has

export abstract class Rows extends Reading {
  view = $state<View>("mine");
  rows = $state<Row[]>([]);
  #more = false;

  /** Load the rows that are shown anew, as many as one answer has; those below stay. */
  protected async loadRows(): Promise<void> {
    const limit = Math.min(Math.max(PAGE, this.rows.length), MOST);
    const rows = await this.#load(limit, "");
    if (!rows) return;
    const known = new Set(rows.map((row) => row.customer));
    const last = rows.at(-1)?.at ?? "";
    const below = this.rows.filter((row) => row.at <= last && !known.has(row.customer));
    if (below.length === 0) this.#more = rows.length === limit;
    this.rows = [...rows, ...below];
  }

  /** Load the rows after the last one that is shown. */
  async further(): Promise<void> {
    const last = this.rows.at(-1);
    if (!last || !this.#more) return;
    const place = `&before=${encodeURIComponent(last.at)}&before_customer=${last.customer}`;
    const rows = await this.#load(PAGE, place);
    if (!rows) return;
    const known = new Set(this.rows.map((row) => row.customer));
    this.#more = rows.length === PAGE;
    this.rows = [...this.rows, ...rows.filter((row) => !known.has(row.customer))];
  }

  /** Give rows of the view; none if another one was chosen meanwhile. */
  async #load(limit: number, place: string): Promise<Row[] | null> {
    const view = this.view;
    const path = `/inbox?view=${view}&limit=${limit}${place}`;
    const rows = (await call<{ threads: Row[] }>(path)).threads;
    return view === this.view ? rows : null;
  }
}
