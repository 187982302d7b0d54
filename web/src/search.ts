/** The search of the library, which the page does itself: the API lists. */

import type { Video } from "./model";

/** Whether a video's title or one of its tags holds every word. */
export function matches(video: Pick<Video, "title" | "tags">, words: string): boolean {
  const text = [video.title, ...video.tags].join(" ").toLocaleLowerCase();
  return words
    .toLocaleLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}
