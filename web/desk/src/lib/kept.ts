/** What the browser keeps: drafts by customer, language, theme. Never fails: storage may be off. */
export function recall(key: string): string {
  try {
    return localStorage.getItem(`nitka.desk.${key}`) ?? "";
  } catch {
    return "";
  }
}

export function keep(key: string, value: string): void {
  try {
    if (value) localStorage.setItem(`nitka.desk.${key}`, value);
    else localStorage.removeItem(`nitka.desk.${key}`);
  } catch {
    // a private window keeps nothing, and the desk works all the same
  }
}
