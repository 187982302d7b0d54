/** The list behind the library: pages of videos, searched by title, refreshed while something is going on. */

import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { listVideos, showVideo } from "../api";
import { isImporting } from "../imports";
import { isInProgress, type Status, type Video } from "../model";
import { usePolling } from "../parts/hooks";
import { matches } from "../search";

const PAGE = 24;
const SEARCH_PAGE = 100;
const MOST_SEARCHED = 2000;
const POLL_MS = 2500;
const IDLE_POLL_MS = 15_000;
const MOST_FOLLOWED = 12;

export interface Shelf {
  videos: Video[] | null;
  error: unknown;
  loading: boolean;
  reload: () => void;
  /** Fetch the next page; null when there is none. */
  more: (() => void) | null;
}

interface Held {
  videos: Video[];
  cursor: string | null;
}

export function useShelf(status: Status | null, words: string): Shelf {
  const [held, setHeld] = useState<Held | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [loading, setLoading] = useState(true);
  const asked = useRef(0);

  const load = useCallback(
    async (before: Held | null) => {
      const turn = (asked.current += 1);
      setLoading(true);
      try {
        const next = await (words ? searched(status, words) : paged(status, before));
        if (turn === asked.current) setHeld(next);
        setError(null);
      } catch (failure) {
        if (turn === asked.current) setError(failure);
      }
      setLoading(false);
    },
    [status, words],
  );
  useEffect(() => {
    setHeld(null);
    void load(null);
  }, [load]);

  const active = held?.videos.some(moves) ?? false;
  usePolling(
    async () => {
      const before = held;
      if (!before || words) return;
      const fresh = await refreshed(before, status);
      setHeld((current) => (current === before ? fresh : current));
    },
    active ? POLL_MS : IDLE_POLL_MS,
  );
  return {
    videos: held?.videos ?? null,
    error,
    loading,
    reload: () => void load(null),
    more: held?.cursor ? () => void load(held) : null,
  };
}

/** Whether the platform still works on a video, or fetches its file. */
function moves(video: Video): boolean {
  return isInProgress(video.status) || isImporting(video);
}

async function paged(status: Status | null, before: Held | null): Promise<Held> {
  const page = await listVideos(before?.cursor ?? null, PAGE, status);
  return { videos: [...(before?.videos ?? []), ...page.videos], cursor: page.cursor };
}

/** Every video whose title or tags hold the words; the API lists, the page searches. */
async function searched(status: Status | null, words: string): Promise<Held> {
  const found: Video[] = [];
  let cursor: string | null = null;
  for (let seen = 0; seen < MOST_SEARCHED; seen += SEARCH_PAGE) {
    const page = await listVideos(cursor, SEARCH_PAGE, status);
    found.push(...page.videos.filter((video) => matches(video, words)));
    cursor = page.cursor;
    if (!cursor) break;
  }
  return { videos: found, cursor: null };
}

/** What is shown, with the newest page as it is now and what is in progress on later pages. */
async function refreshed(before: Held, status: Status | null): Promise<Held> {
  const first = await listVideos(null, PAGE, status);
  const known = new Set(first.videos.map(({ id }) => id));
  if (before.videos.length <= PAGE) return { videos: first.videos, cursor: first.cursor };
  const later = before.videos.slice(PAGE).filter(({ id }) => !known.has(id));
  const followed = later.filter(moves).slice(0, MOST_FOLLOWED);
  const fresh = new Map((await Promise.all(followed.map(({ id }) => showVideo(id)))).map((video) => [video.id, video]));
  return { videos: [...first.videos, ...later.map((video) => fresh.get(video.id) ?? video)], cursor: before.cursor };
}
