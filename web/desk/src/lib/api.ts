/** Talks to `/api/desk`. Every error is an `ApiError` with the server's stable code. */
import type { Me } from "./types";

let csrf = "";

export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    detail: string,
    readonly body: Record<string, unknown>,
  ) {
    super(detail);
  }
}

export async function call<T>(path: string, method = "GET", body?: unknown): Promise<T> {
  let answer: Response;
  try {
    answer = await fetch(`/api/desk${path}`, {
      method,
      headers: { "X-CSRF-Token": csrf, ...(body === undefined ? {} : JSON_TYPE) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  } catch {
    throw new ApiError(0, "offline", "The server cannot be reached.", {});
  }
  if (answer.status === 204) return undefined as T;
  const given = (await answer.json().catch(() => ({}))) as Record<string, unknown>;
  if (!answer.ok) {
    const code = typeof given.code === "string" ? given.code : "error";
    const detail = typeof given.detail === "string" ? given.detail : answer.statusText;
    throw new ApiError(answer.status, code, detail, given);
  }
  return given as T;
}

export function post<T>(path: string, body: unknown = {}): Promise<T> {
  return call<T>(path, "POST", body);
}

/** Says who is signed in, or null; learns the page's CSRF token. */
export async function whoAmI(): Promise<Me | null> {
  try {
    return entered(await call<Me>("/me"));
  } catch (error) {
    if (error instanceof ApiError && error.status === 401) return null;
    throw error;
  }
}

/** Remembers the CSRF token of an answer that lets one in. */
export function entered(me: Me): Me {
  csrf = me.csrf ?? "";
  return me;
}

const JSON_TYPE = { "Content-Type": "application/json" };
