/** What the browser keeps for this site. It may keep nothing: even to ask throws where a user forbids it. */

type Kind = "localStorage" | "sessionStorage";

/** What is kept under a key; null where there is nothing, or nothing is kept at all. */
export function kept(kind: Kind, key: string): string | null {
  try {
    return globalThis[kind].getItem(key);
  } catch {
    return null;
  }
}

/** Keep a text, or with null forget it; whether the browser did. */
export function keep(kind: Kind, key: string, text: string | null): boolean {
  try {
    if (text === null) globalThis[kind].removeItem(key);
    else globalThis[kind].setItem(key, text);
    return true;
  } catch {
    return false;
  }
}
