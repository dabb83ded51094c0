/** What the server takes: text length, file size and file types; told before anything is sent. */

/** `text` in characters (code points), `fileBytes` in bytes, `fileTypes` as MIME types. */
export interface Limits {
  text: number;
  fileBytes: number;
  fileTypes: readonly string[];
}

/** Extension → MIME type, for browsers that do not say a file's type. */
const BY_EXTENSION: Readonly<Record<string, string>> = {
  png: "image/png",
  jpg: "image/jpeg",
  jpeg: "image/jpeg",
  gif: "image/gif",
  webp: "image/webp",
  pdf: "application/pdf",
  txt: "text/plain",
  docx: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
  xlsx: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
};

export const DEFAULT_LIMITS: Limits = {
  text: 4000,
  fileBytes: 10 * 1024 * 1024,
  fileTypes: [...new Set(Object.values(BY_EXTENSION))],
};

const positive = (value: unknown, otherwise: number): number =>
  typeof value === "number" && value > 0 ? value : otherwise;

/** A type as the server may name it: `image/png`, `png` or `.png`. */
const mime = (name: string): string =>
  name.includes("/") ? name : (BY_EXTENSION[name.replace(/^\./, "").toLowerCase()] ?? name);

/** Reads the `limits` of the session's answer; what is missing keeps its default. */
export function readLimits(value: unknown): Limits {
  if (typeof value !== "object" || value === null) return DEFAULT_LIMITS;
  const bag = value as Record<string, unknown>;
  const types = Array.isArray(bag.file_types)
    ? bag.file_types.filter((item): item is string => typeof item === "string").map(mime)
    : [];
  return {
    text: positive(bag.text, DEFAULT_LIMITS.text),
    fileBytes: positive(bag.file_bytes, DEFAULT_LIMITS.fileBytes),
    fileTypes: types.length > 0 ? [...new Set(types)] : DEFAULT_LIMITS.fileTypes,
  };
}

/** The MIME type of a file, by what the browser says, else by its name's ending. */
export function typeOf(file: { name: string; type: string }): string {
  const known = file.type.split(";")[0]?.trim().toLowerCase() ?? "";
  if (known && known !== "application/octet-stream") return known;
  return BY_EXTENSION[file.name.split(".").pop()?.toLowerCase() ?? ""] ?? known;
}

export type FileProblem = "file_too_big" | "file_type" | "file_empty";

/** Why a file would be refused, or `null` when it may be sent. */
export function fileProblem(
  file: { name: string; type: string; size: number },
  limits: Limits,
): FileProblem | null {
  if (!limits.fileTypes.includes(typeOf(file))) return "file_type";
  if (file.size > limits.fileBytes) return "file_too_big";
  return file.size === 0 ? "file_empty" : null;
}

/** Short names for people: "PNG, JPEG, PDF, DOCX". */
export function typeNames(limits: Limits): string {
  const names = limits.fileTypes.map((type) => {
    const ending = Object.entries(BY_EXTENSION).find(([, value]) => value === type)?.[0];
    return (
      type === "image/jpeg" ? "jpeg" : (ending ?? type.split("/").pop() ?? type)
    ).toUpperCase();
  });
  return [...new Set(names)].join(", ");
}

/** What a file chooser should offer. */
export function acceptList(limits: Limits): string {
  const endings = Object.entries(BY_EXTENSION)
    .filter(([, type]) => limits.fileTypes.includes(type))
    .map(([ending]) => `.${ending}`);
  return [...limits.fileTypes, ...endings].join(",");
}

/** Length as the server counts it: in code points, not UTF-16 units. */
export const textLength = (text: string): number => Array.from(text).length;
