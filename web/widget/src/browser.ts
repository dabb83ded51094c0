/** The browser's own things behind the ports: fetch, WebSocket, XHR, Web Locks. */

import { SUBPROTOCOL } from "./protocol";
import type { SocketHandle, SocketListener } from "./connection";
import type { Answer, Lock, Post } from "./session";
import type { Transfer, UploadAnswer } from "./uploads";

const POST_MS = 15_000;

/** Seconds from a `Retry-After` header; `null` when there is none that reads. */
function retryAfter(header: string | null): number | null {
  const seconds = Number.parseInt(header ?? "", 10);
  return Number.isNaN(seconds) ? null : seconds;
}

export function postTo(origin: string): Post {
  return async (path, body): Promise<Answer> => {
    const abort = new AbortController();
    const timer = setTimeout(() => abort.abort(), POST_MS);
    try {
      const response = await fetch(origin + path, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify(body),
        credentials: "omit",
        signal: abort.signal,
      });
      const answer: unknown = await response.json().catch(() => null);
      return {
        status: response.status,
        body: answer,
        retryAfter: retryAfter(response.headers.get("Retry-After")),
      };
    } finally {
      clearTimeout(timer);
    }
  };
}

export function socketTo(origin: string): (listener: SocketListener) => SocketHandle {
  const url = `${origin.replace(/^http/, "ws")}/api/webchat/socket`;
  return (listener) => {
    const socket = new WebSocket(url, SUBPROTOCOL);
    socket.onopen = () => listener.opened();
    socket.onmessage = (event: MessageEvent<unknown>) => listener.received(event.data);
    socket.onclose = (event) => listener.closed(event.code);
    return {
      send: (text) => {
        if (socket.readyState !== WebSocket.OPEN) throw new Error("the socket is not open");
        socket.send(text);
      },
      close: () => {
        socket.onopen = socket.onmessage = socket.onclose = null;
        socket.close();
      },
    };
  };
}

/** Work under a lock that all tabs share; without Web Locks (plain http) it just runs. */
export const tabLock: Lock = (name, work) => {
  const { locks } = navigator as { locks?: LockManager };
  return locks ? (locks.request(name, work) as ReturnType<typeof work>) : work();
};

function readUpload(status: number, raw: string): UploadAnswer {
  let body: Record<string, unknown> = {};
  try {
    body = JSON.parse(raw) as Record<string, unknown>;
  } catch {
    /* an answer without a readable body is judged by its status */
  }
  const file = body.file ?? body.id;
  if (status >= 200 && status < 300 && typeof file === "string") return { kind: "stored", file };
  if (status === 401) return { kind: "no_token" };
  if (status === 0 || status === 408 || status === 429 || status >= 500) {
    return { kind: "unreachable" };
  }
  const known = { 413: "file_too_large", 415: "file_type" }[status];
  const code = typeof body.code === "string" ? body.code : "refused";
  return { kind: "refused", code: known ?? code };
}

/** Uploads one file, telling how far it is; never rejects. */
export function uploadTo(
  origin: string,
  token: string,
  file: File,
  progress: (part: number) => void,
): Transfer {
  const request = new XMLHttpRequest();
  const done = new Promise<UploadAnswer>((resolve) => {
    request.onload = () => resolve(readUpload(request.status, request.responseText));
    request.onerror = request.onabort = () => resolve({ kind: "unreachable" });
  });
  request.upload.onprogress = (event) => {
    if (event.lengthComputable) progress(event.loaded / event.total);
  };
  const form = new FormData();
  form.append("file", file, file.name || "image.png");
  request.open("POST", `${origin}/api/webchat/files`);
  request.setRequestHeader("Authorization", `Bearer ${token}`);
  request.send(form);
  return { done, abort: () => request.abort() };
}
