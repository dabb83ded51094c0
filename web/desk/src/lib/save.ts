/** Saves files: of the desk's API under the name that the server gives them, and the page's own. */
import { ApiError } from "./api";

export async function save(path: string): Promise<void> {
  const answer = await fetch(`/api/desk${path}`).catch(() => null);
  if (!answer) throw new ApiError(0, "offline", "The server cannot be reached.", {});
  if (!answer.ok) {
    const given = (await answer.json().catch(() => ({}))) as { code?: string; detail?: string };
    const detail = given.detail ?? answer.statusText;
    throw new ApiError(answer.status, given.code ?? "error", detail, {});
  }
  const named = /filename="([^"]+)"/.exec(answer.headers.get("Content-Disposition") ?? "");
  saveAs(await answer.blob(), named?.[1] ?? "nitka-export.zip");
}

/** Saves something of the page's own as a file. */
export function saveAs(content: Blob, name: string): void {
  const address = URL.createObjectURL(content);
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
