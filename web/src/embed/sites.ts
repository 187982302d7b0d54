/** Whose page this one is framed by, and whether that is one of the sites that a link is for. */

/** Origins of the pages around this one, nearest first; "null" for one that does not say who it is. */
export function framers(): string[] {
  if (window.self === window.top) return [];
  // Not every Firefox has the whole list: there the nearest page counts, which the referrer names.
  const all = location.ancestorOrigins as DOMStringList | undefined;
  return all ? [...all] : [originOf(document.referrer)];
}

function originOf(address: string): string {
  return address ? new URL(address).origin : "null";
}

/** Those of the origins that no site admits; a link without sites is for all. */
export function refused(sites: readonly string[], origins: readonly string[], own: string): string[] {
  if (sites.length === 0) return [];
  return origins.filter((origin) => origin !== own && !sites.some((site) => admits(site, origin)));
}

/** `https://a.example` is itself, `https://*.a.example` every name below; vod/sites.py says the same for the API. */
function admits(site: string, origin: string): boolean {
  const [scheme = "", rest] = site.split("*.");
  if (rest === undefined) return site === origin;
  const name = origin.slice(scheme.length, -rest.length);
  return origin === scheme + name + rest && /^([a-z0-9-]+\.)+$/.test(name);
}
