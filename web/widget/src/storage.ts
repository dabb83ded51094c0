/**
 * Small values that outlive the page, kept per server; in memory where the browser forbids more.
 *
 * Owns key names. Every outbox entry has a key of its own, so two tabs never write over each other.
 */

export interface KeyValues {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
  keys(): string[];
}

/** The fall-back when storage is blocked or full. */
export function memoryStorage(): KeyValues {
  const held = new Map<string, string>();
  return {
    getItem: (key) => held.get(key) ?? null,
    setItem: (key, value) => void held.set(key, value),
    removeItem: (key) => void held.delete(key),
    keys: () => [...held.keys()],
  };
}

/** The browser's storage when it works (it may be missing, blocked or full), else memory. */
export function browserStorage(find: () => Storage): KeyValues {
  try {
    const real = find();
    const probe = "nitka:probe";
    real.setItem(probe, "1");
    real.removeItem(probe);
    return withOverflow(real);
  } catch {
    return memoryStorage();
  }
}

/** Writes that the browser refuses (quota) are kept in memory, so nothing said is dropped. */
function withOverflow(real: Storage): KeyValues {
  const extra = memoryStorage();
  return {
    getItem: (key) => extra.getItem(key) ?? real.getItem(key),
    setItem: (key, value) => {
      try {
        real.setItem(key, value);
        extra.removeItem(key);
      } catch {
        extra.setItem(key, value);
      }
    },
    removeItem: (key) => {
      extra.removeItem(key);
      real.removeItem(key);
    },
    keys: () => [...new Set([...Object.keys(real), ...extra.keys()])],
  };
}

/** The widget's drawer: one prefix per server, JSON values, a bent value reads as missing. */
export class Drawer {
  constructor(
    private readonly storage: KeyValues,
    readonly prefix: string,
  ) {}

  get(name: string): unknown {
    const raw = this.storage.getItem(this.prefix + name);
    if (raw === null) return undefined;
    try {
      return JSON.parse(raw) as unknown;
    } catch {
      return undefined;
    }
  }

  set(name: string, value: unknown): void {
    this.storage.setItem(this.prefix + name, JSON.stringify(value));
  }

  remove(name: string): void {
    this.storage.removeItem(this.prefix + name);
  }

  /** Names (without the prefix) that begin with `start`. */
  names(start: string): string[] {
    const full = this.prefix + start;
    return this.storage
      .keys()
      .filter((key) => key.startsWith(full))
      .map((key) => key.slice(this.prefix.length));
  }
}
