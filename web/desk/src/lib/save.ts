/** Saves a file of the desk's API under the name that the server gives it. */
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
  const address = URL.createObjectURL(await answer.blob());
  const link = document.createElement("a");
  link.href = address;
  link.download = named?.[1] ?? "nitka-export.zip";
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
