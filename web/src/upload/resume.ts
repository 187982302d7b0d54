/** Uploads that were begun and not finished, so that they can go on after a reload: which file becomes which video. */

import { keep, kept } from "../storage";

export interface Begun {
  videoId: string;
  name: string;
  size: number;
  lastModified: number;
  profile: string;
  startedAt: number;
}

const KEY = "vod.uploads";
const KEPT_MS = 7 * 86_400_000; // the platform forgets an upload earlier

export function begunUploads(now = Date.now()): Begun[] {
  try {
    const begun = JSON.parse(kept("localStorage", KEY) ?? "[]") as Begun[];
    return begun.filter((one) => now - one.startedAt < KEPT_MS);
  } catch {
    return [];
  }
}

export function remember(begun: Begun): void {
  store([...begunUploads().filter((one) => one.videoId !== begun.videoId), begun]);
}

export function forget(videoId: string): void {
  store(begunUploads().filter((one) => one.videoId !== videoId));
}

/** The unfinished upload of this very file, as far as its name, size and date tell. */
export function begunWith(file: File, among = begunUploads()): Begun | undefined {
  return among.find(
    (one) => one.name === file.name && one.size === file.size && one.lastModified === file.lastModified,
  );
}

function store(list: Begun[]): void {
  keep("localStorage", KEY, JSON.stringify(list));
}
