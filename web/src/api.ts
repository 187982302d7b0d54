/** The platform's API as functions; every refusal is an ApiError with the API's own sentence. */

import { idToken, renewedToken } from "./auth";
import { ofThisHost } from "./grants";
import type { ApiKey, Caption, CaptionKind, Delivery, Download, Downloaders, Grant, Invitation, Scope, Share, Status, Video, VideoEvent, VideoPage, Webhook } from "./model";
import { ApiError, send, videoId } from "./request";

export { localized } from "./grants";
export { ApiError, sentence } from "./request";

interface NewVideo {
  filename: string;
  size: number;
  title?: string;
  contentType?: string;
  profile?: string;
}

interface Change {
  title?: string;
  tags?: string[];
  downloads?: Downloaders | "default";
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

export async function showVideo(id: string): Promise<Video> {
  return (await call<{ video: Video }>("GET", `/videos/${videoId(id)}`)).video;
}

export function createVideo(video: NewVideo): Promise<{ video: Video; upload: Invitation }> {
  return call("POST", "/videos", video);
}

/** Have the platform fetch a file itself. */
export async function importVideo(url: string, profile: string): Promise<Video> {
  return (await call<{ video: Video }>("POST", "/videos", { url, profile })).video;
}

export async function remainingUpload(id: string): Promise<{ video: Video; upload: Invitation }> {
  return call("GET", `/videos/${videoId(id)}/upload`);
}

export async function completeUpload(id: string, parts: Etag[]): Promise<{ video: Video }> {
  return call("POST", `/videos/${videoId(id)}/upload/complete`, { parts });
}

export async function changeVideo(id: string, change: Change): Promise<Video> {
  return (await call<{ video: Video }>("PATCH", `/videos/${videoId(id)}`, change)).video;
}

export async function deleteVideo(id: string): Promise<void> {
  return call("DELETE", `/videos/${videoId(id)}`);
}

export async function cancelVideo(id: string): Promise<{ video: Video }> {
  return call("POST", `/videos/${videoId(id)}/cancel`);
}

export async function retryVideo(id: string): Promise<{ video: Video }> {
  return call("POST", `/videos/${videoId(id)}/retry`);
}

export async function listShares(id: string): Promise<Share[]> {
  return (await call<{ shares: Share[] }>("GET", `/videos/${videoId(id)}/shares`)).shares;
}

export async function createShare(id: string, expiresInHours: number, sites: string[]): Promise<Share> {
  return (await call<{ share: Share }>("POST", `/videos/${videoId(id)}/shares`, { expiresInHours, sites })).share;
}

export async function revokeShare(id: string, shareId: string): Promise<void> {
  return call("DELETE", `/videos/${videoId(id)}/shares/${shareId}`);
}

export async function listKeys(): Promise<ApiKey[]> {
  return (await call<{ keys: ApiKey[] }>("GET", "/keys")).keys;
}

export function createKey(name: string, scopes: Scope[], expiresInDays: number | null): Promise<{ key: ApiKey; secret: string }> {
  return call("POST", "/keys", { name, scopes, expiresInDays });
}

export async function revokeKey(id: string): Promise<void> {
  return call("DELETE", `/keys/${id}`);
}

export async function listWebhooks(): Promise<Webhook[]> {
  return (await call<{ webhooks: Webhook[] }>("GET", "/webhooks")).webhooks;
}

export function createWebhook(url: string, events: VideoEvent[]): Promise<{ webhook: Webhook; secret: string }> {
  return call("POST", "/webhooks", { url, events });
}

export async function changeWebhook(id: string, change: { url?: string; events?: VideoEvent[]; isOn?: boolean }): Promise<Webhook> {
  return (await call<{ webhook: Webhook }>("PATCH", `/webhooks/${id}`, change)).webhook;
}

export async function renewSecret(id: string): Promise<string> {
  return (await call<{ secret: string }>("POST", `/webhooks/${id}/secret`)).secret;
}

export async function deleteWebhook(id: string): Promise<void> {
  return call("DELETE", `/webhooks/${id}`);
}

export async function listDeliveries(id: string): Promise<Delivery[]> {
  return (await call<{ deliveries: Delivery[] }>("GET", `/webhooks/${id}/deliveries`)).deliveries;
}

export async function sendAgain(id: string, deliveryId: string): Promise<Delivery> {
  return (await call<{ delivery: Delivery }>("POST", `/webhooks/${id}/deliveries/${deliveryId}/retry`)).delivery;
}

export async function downloadVideo(id: string, tracks: { rendition?: string; sound?: string }): Promise<Download> {
  return (await call<{ download: Download }>("GET", `/videos/${videoId(id)}/download?${new URLSearchParams(tracks)}`)).download;
}

export async function downloadOriginal(id: string): Promise<Download> {
  return (await call<{ download: Download }>("GET", `/videos/${videoId(id)}/original`)).download;
}

/** What is said of a subtitle track; `shiftSeconds` shows it later, where negative earlier. */
export interface CaptionChange {
  language?: string;
  label?: string;
  kind?: CaptionKind;
  isDefault?: boolean;
  shiftSeconds?: number;
}

export async function listCaptions(id: string): Promise<Caption[]> {
  return (await call<{ captions: Caption[] }>("GET", captionsOf(id))).captions;
}

export async function addCaption(id: string, file: File, said: { language: string; kind: CaptionKind; isDefault: boolean }): Promise<Caption> {
  const query = new URLSearchParams({ ...said, isDefault: String(said.isDefault) });
  return (await call<{ caption: Caption }>("POST", `${captionsOf(id)}?${query}`, captionBody(file))).caption;
}

export async function replaceCaption(id: string, captionId: string, file: File): Promise<Caption> {
  return (await call<{ caption: Caption }>("PUT", `${captionsOf(id)}/${captionId}`, captionBody(file))).caption;
}

export async function changeCaption(id: string, captionId: string, change: CaptionChange): Promise<Caption> {
  return (await call<{ caption: Caption }>("PATCH", `${captionsOf(id)}/${captionId}`, change)).caption;
}

export async function removeCaption(id: string, captionId: string): Promise<void> {
  return call("DELETE", `${captionsOf(id)}/${captionId}`);
}

function captionsOf(id: string): string {
  return `/videos/${videoId(id)}/captions`;
}

const MOST_CAPTION_BYTES = 4 * 2 ** 20;

/** A subtitle file's own bytes. One that is far too large, such as a video, is not sent at all. */
function captionBody(file: File): Blob {
  if (file.size > MOST_CAPTION_BYTES) throw new ApiError(413, "body_too_large", "A subtitle file has at most 4 MiB.");
  return file.slice(0, file.size, file.name.toLowerCase().endsWith(".vtt") ? "text/vtt" : "application/x-subrip");
}

/** Leave to watch a video: the answer sets the cookies that the media requests carry. */
export async function grant(id: string): Promise<Grant> {
  return ofThisHost(await call("GET", `/videos/${videoId(id)}/playback`));
}

async function call<T>(method: string, path: string, body?: unknown): Promise<T> {
  const token = await idToken();
  try {
    return await send(path, request(method, token, body));
  } catch (error) {
    if (!(error instanceof ApiError && error.status === 401)) throw error;
    return await send(path, request(method, await renewedToken(), body));
  }
}

function request(method: string, token: string, body?: unknown): RequestInit {
  const headers: Record<string, string> = { Authorization: `Bearer ${token}` };
  // What was asked to be removed is, also when the page is left in the same moment.
  if (body === undefined) return { method, headers, keepalive: method === "DELETE" };
  if (body instanceof Blob) return { method, headers, body };
  return { method, headers: { ...headers, "Content-Type": "application/json" }, body: JSON.stringify(body) };
}
