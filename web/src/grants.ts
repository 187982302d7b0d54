/** Leave to watch for people without an account: by a share link, or because videos are public. */

import type { Download, Grant, PlaybackUrls } from "./model";
import { send, shareToken, videoId } from "./request";

export async function sharedGrant(token: string): Promise<Grant> {
  return ofThisHost(await send(`/shares/${shareToken(token)}/playback`, { method: "GET" }));
}

export async function publicGrant(id: string): Promise<Grant> {
  return ofThisHost(await send(`/public/${videoId(id)}/playback`, { method: "GET" }));
}

export function sharedDownload(token: string, rendition: string): Promise<Download> {
  return downloaded(`/shares/${shareToken(token)}/download`, rendition);
}

export function publicDownload(id: string, rendition: string): Promise<Download> {
  return downloaded(`/public/${videoId(id)}/download`, rendition);
}

async function downloaded(path: string, rendition: string): Promise<Download> {
  return (await send<{ download: Download }>(`${path}?${new URLSearchParams({ rendition })}`, { method: "GET" })).download;
}

export function ofThisHost(answer: Grant): Grant {
  return { ...answer, playback: localized(answer.playback), ...(answer.signed && { signed: localized(answer.signed) }) };
}

/** The same addresses on the page's own host, whichever of the platform's names it was opened under. */
export function localized(playback: PlaybackUrls): PlaybackUrls {
  return {
    hls: path(playback.hls),
    dash: path(playback.dash),
    poster: playback.poster && path(playback.poster),
    storyboard: playback.storyboard && path(playback.storyboard),
  };
}

function path(address: string): string {
  const url = new URL(address, location.origin);
  return url.pathname + url.search;
}
