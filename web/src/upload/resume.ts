/** Uploads that were begun and not finished, so that they can go on after a reload: which file becomes which video. */

import { remainingUpload } from "../api";
import { ApiError } from "../request";
import { keep, kept } from "../storage";
import { Invited, isMultipart, saysArrived } from "./invitations";
import { fits } from "./parts";

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

export const ARRIVED = "arrived";

/** The upload of a video that was begun before, or that all of it has arrived; null when it must begin anew. */
export async function resumable(videoId: string, file: File): Promise<Invited | typeof ARRIVED | null> {
  try {
    const { upload } = await remainingUpload(videoId);
    if (!isMultipart(upload) || fits(upload, file.size)) return new Invited(videoId, upload);
  } catch (error) {
    if (saysArrived(error)) return ARRIVED;
    // A video that is not there any more begins anew; without an answer nobody knows, and nothing is sent twice.
    if (!(error instanceof ApiError && error.code === "not_found")) throw error;
  }
  forget(videoId);
  return null;
}

function store(list: Begun[]): void {
  keep("localStorage", KEY, JSON.stringify(list));
}
