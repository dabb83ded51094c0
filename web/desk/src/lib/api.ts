/** Talks to `/api/desk`. Every error is an `ApiError` with the server's stable code. */
import type { KeptFile, Me } from "./types";

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

/** Uploads one file; `progress` hears how much of it is there, from 0 to 1. */
export function upload(file: File, progress: (part: number) => void): Promise<KeptFile> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const lost = (): void =>
      reject(new ApiError(0, "offline", "The server cannot be reached.", {}));
    request.open("POST", "/api/desk/files");
    request.setRequestHeader("X-CSRF-Token", csrf);
    request.responseType = "json";
    request.upload.onprogress = (event) => progress(event.loaded / Math.max(event.total, 1));
    request.onerror = lost;
    request.onload = () => {
      const given = (request.response ?? {}) as Record<string, unknown>;
      if (request.status === 201) resolve(given as unknown as KeptFile);
      else reject(new ApiError(request.status, String(given.code), String(given.detail), given));
    };
    const body = new FormData();
    body.append("file", file);
    request.send(body);
  });
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
