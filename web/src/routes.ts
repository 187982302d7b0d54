/** The page's addresses. `/videos/` belongs to the output bucket, so a video's page is `/watch/{id}`; `/embed/` is a document of its own. */

export type Route =
  | { view: "library" }
  | { view: "upload" }
  | { view: "keys" }
  | { view: "webhooks" }
  | { view: "video"; id: string }
  | { view: "share"; token: string }
  | { view: "signed-in"; search: string }
  | { view: "unknown" };

export function route(pathname: string, search = ""): Route {
  const [first = "", second, ...rest] = pathname.split("/").slice(1).map(decoded);
  if (rest.some(Boolean)) return { view: "unknown" };
  if (second) return withId(first, second);
  if (first === "") return { view: "library" };
  if (first === "upload") return { view: "upload" };
  if (first === "keys") return { view: "keys" };
  if (first === "webhooks") return { view: "webhooks" };
  if (first === "signed-in") return { view: "signed-in", search };
  return { view: "unknown" };
}

function withId(first: string, second: string): Route {
  if (first === "watch") return { view: "video", id: second };
  if (first === "share") return { view: "share", token: second };
  return { view: "unknown" };
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** Go to another view without a reload. */
export function go(path: string, replace = false): void {
  history[replace ? "replaceState" : "pushState"](null, "", path);
  dispatchEvent(new PopStateEvent("popstate"));
}

/** Whether a click on a link is one that the page should follow itself. */
export function isPlainClick(event: MouseEvent): boolean {
  return event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
}
