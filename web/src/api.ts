/** The platform's API as functions; every refusal is an ApiError with the API's own sentence. */

import { idToken, renewedToken } from "./auth";
import { config } from "./config";
import type { Grant, Invitation, PlaybackUrls, Share, Status, Video, VideoPage } from "./model";

export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

interface NewVideo {
  filename: string;
  size: number;
  title?: string;
  contentType?: string;
  profile?: string;
}

interface Etag {
  partNumber: number;
  etag: string;
}

export function listVideos(cursor: string | null, limit: number, status: Status | null): Promise<VideoPage> {
  const query = new URLSearchParams({ limit: String(limit) });
  if (status) query.set("status", status);
  if (cursor) query.set("cursor", cursor);
  return call("GET", `/videos?${query}`);
}

export function showVideo(id: string): Promise<Video> {
  return call("GET", `/videos/${id}`);
}

export function createVideo(video: NewVideo): Promise<{ video: Video; upload: Invitation }> {
  return call("POST", "/videos", video);
}

export function remainingUpload(id: string): Promise<{ video: Video; upload: Invitation }> {
  return call("GET", `/videos/${id}/upload`);
}

export function completeUpload(id: string, parts: Etag[]): Promise<{ video: Video }> {
  return call("POST", `/videos/${id}/upload/complete`, { parts });
}

export function changeVideo(id: string, change: { title?: string; tags?: string[] }): Promise<Video> {
  return call("PATCH", `/videos/${id}`, change);
}

export function deleteVideo(id: string): Promise<void> {
  return call("DELETE", `/videos/${id}`);
}

export function cancelVideo(id: string): Promise<{ video: Video }> {
  return call("POST", `/videos/${id}/cancel`);
}

export function retryVideo(id: string): Promise<{ video: Video }> {
  return call("POST", `/videos/${id}/retry`);
}

export async function listShares(id: string): Promise<Share[]> {
  return (await call<{ shares: Share[] }>("GET", `/videos/${id}/shares`)).shares;
}

export async function createShare(id: string, expiresInHours: number): Promise<Share> {
  return (await call<{ share: Share }>("POST", `/videos/${id}/shares`, { expiresInHours })).share;
}

export function revokeShare(id: string, shareId: string): Promise<void> {
  return call("DELETE", `/videos/${id}/shares/${shareId}`);
}

/** Leave to watch a video: the answer sets the cookies that the media requests carry. */
export async function grant(id: string): Promise<Grant> {
  return ofThisHost(await call("GET", `/videos/${id}/playback`));
}

/** The same by a share link, for who has no account. */
export async function sharedGrant(token: string): Promise<Grant> {
  return ofThisHost(await send(`/shares/${encodeURIComponent(token)}/playback`, { method: "GET" }));
}

function ofThisHost(answer: Grant): Grant {
  return { ...answer, playback: localized(answer.playback) };
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

async function call<T>(method: string, path: string, body?: unknown): Promise<T> {
  const token = await idToken();
  if (!token) throw new ApiError(401, "unauthorized", "You are signed out.");
  try {
    return await send(path, request(method, token, body));
  } catch (error) {
    if (!(error instanceof ApiError && error.status === 401)) throw error;
    const renewed = await renewedToken();
    if (!renewed) throw error;
    return await send(path, request(method, renewed, body));
  }
}

function request(method: string, token: string, body?: unknown): RequestInit {
  const headers: Record<string, string> = { Authorization: `Bearer ${token}` };
  if (body === undefined) return { method, headers };
  return { method, headers: { ...headers, "Content-Type": "application/json" }, body: JSON.stringify(body) };
}

async function send<T>(path: string, init: RequestInit): Promise<T> {
  let answer: Response;
  try {
    answer = await fetch(config().api + path, init);
  } catch {
    throw new ApiError(0, "offline", "The platform cannot be reached. Check your connection.");
  }
  const text = await answer.text();
  if (!answer.ok) throw refusal(answer.status, text);
  return (text ? JSON.parse(text) : undefined) as T;
}

function refusal(status: number, text: string): ApiError {
  try {
    const { code, message } = JSON.parse(text) as { code: string; message: string };
    return new ApiError(status, code, message);
  } catch {
    return new ApiError(status, "unexpected", `The platform answered ${status}. Try again in a moment.`);
  }
}

/** The sentence to show for whatever went wrong. */
export function sentence(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
