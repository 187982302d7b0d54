/** What several views need to follow something over time. */

import { useEffect, useRef, useState } from "preact/hooks";
import { timeLeft } from "../format";
import type { Video } from "../model";
import { Pace } from "../pace";
import { uploads, type Upload } from "../upload/uploads";

/** Run `ask` every so often while the page is visible; stops with the view or when `milliseconds` is null. */
export function usePolling(ask: () => Promise<void>, milliseconds: number | null): void {
  const latest = useRef(ask);
  latest.current = ask;
  useEffect(() => {
    if (milliseconds === null) return undefined;
    let timer = 0;
    let stopped = false;
    const tick = async () => {
      if (!document.hidden) await latest.current().catch(() => undefined);
      if (!stopped) timer = window.setTimeout(tick, milliseconds);
    };
    timer = window.setTimeout(tick, milliseconds);
    return () => {
      stopped = true;
      clearTimeout(timer);
    };
  }, [milliseconds]);
}

/** "about 2 minutes left" of an encode, once it was looked at for some seconds; "" before. */
export function useTimeLeft({ status, progress }: Pick<Video, "status" | "progress">): string {
  const pace = useRef(new Pace());
  const encoding = status === "transcoding" || status === "playable";
  // With every answer of the API, also one that says the same: the wait counts.
  if (encoding) pace.current.note(progress, Date.now());
  const seconds = encoding ? pace.current.secondsLeft() : null;
  return seconds === null ? "" : timeLeft(seconds);
}

/** The uploads of this window as they change. */
export function useUploads(): readonly Upload[] {
  const [list, setList] = useState(uploads.all());
  useEffect(() => {
    const note = () => setList(uploads.all());
    note(); // what changed between the first picture and now
    return uploads.onChange(note);
  }, []);
  return list;
}

/** A value that follows another one once that has rested. */
export function useRested<T>(value: T, milliseconds: number): T {
  const [rested, setRested] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setRested(value), milliseconds);
    return () => clearTimeout(timer);
  }, [value, milliseconds]);
  return rested;
}

/** Set the window's title while a view is shown. */
export function useTitle(title: string): void {
  useEffect(() => {
    document.title = title ? `${title} · Videos` : "Videos";
  }, [title]);
}
