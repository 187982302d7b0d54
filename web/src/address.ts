/** Addresses that people type. */

/** An address as it is sent: the API takes ASCII alone, people paste what their browser shows. */
export function sentAddress(typed: string): string {
  const address = typed.trim();
  return /^[\x21-\x7e]*$/.test(address) || !URL.canParse(address) ? address : new URL(address).href;
}

/** "https://example.com/film.mp4" -> "example.com". */
export function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : "";
}
