/** What the API says; docs/reference.html has all of it. Times are seconds, sizes bytes, rates bits per second. */

export type Status =
  | "awaiting_upload"
  | "queued"
  | "transcoding"
  | "playable"
  | "ready"
  | "failed"
  | "cancelled"
  | "deleting";

export interface Rendition {
  name: string;
  width: number;
  height: number;
  codec: string;
  frameRate: number;
  bitrate: number;
  peakBitrate: number;
  bytes: number;
  /** How close it comes to the source, where the profile asked for that: VMAF (0 to 100) or XPSNR (dB). */
  quality?: { metric: "vmaf" | "xpsnr"; mean: number; worst: number };
}

/** A sound track; loudness in LUFS (EBU R 128) before the gain (dB) that a profile added. */
export interface Sound {
  name: string;
  label: string;
  channels: number;
  default: boolean;
  bytes: number;
  loudness: { integrated: number; range: number; peak: number; gain: number } | null;
}

/** A rendition that viewers may download. */
export type Offered = Pick<Rendition, "name" | "width" | "height" | "codec" | "bytes">;

export interface PlaybackUrls {
  hls: string;
  dash: string;
  poster: string | null;
  storyboard: string | null;
}

export interface SourceFacts {
  container?: string;
  duration?: number;
  size?: number;
  video?: { codec: string; width: number; height: number; frameRate: number | null; rotation?: number } | null;
  audio?: { codec: string; channels: number; language?: string | null; title?: string | null }[];
}

/** A file that the platform fetches itself; `total` is null where its server does not tell. */
export interface Import {
  url: string;
  received: number;
  total: number | null;
}

export interface Video {
  id: string;
  status: Status;
  waitsFor: "budget" | "turn" | null;
  progress: number;
  title: string;
  tags: string[];
  downloads: Downloaders | null;
  profile: string;
  import: Import | null;
  filename: string;
  size: number | null;
  duration: number | null;
  source: SourceFacts | null;
  renditions: Rendition[];
  sound: Sound[];
  playback: PlaybackUrls | null;
  warnings: string[];
  error: { code: string; message: string; retryable: boolean } | null;
  /** Only where one video is shown. */
  cost: Cost | null;
  createdAt: string;
  updatedAt: string;
}

/** In USD: what encoding took so far, and what keeping it takes each month. */
export interface Cost {
  tasks: number;
  taskSeconds: number;
  totalUsd: number;
  storageUsdPerMonth: number | null;
}

export interface VideoPage {
  videos: Video[];
  cursor: string | null;
}

/** How to send a source: one PUT, or the parts that are still missing. */
export type Invitation = SinglePut | Multipart;

interface Times {
  /** Until when the addresses work, at most. */
  expiresAt: string;
  /** Until when the upload may be finished, unless it is asked for again. */
  finishBy: string;
}

export interface SinglePut extends Times {
  method: "PUT";
  url: string;
  headers: Record<string, string>;
}

export interface Multipart extends Times {
  uploadId: string;
  partSize: number;
  parts: { partNumber: number; url: string }[];
  arrived: { partNumber: number; etag: string; size: number }[];
}

/** Leave to watch one video for a while; `signed` are addresses that need no cookies, `sites` those that may show it. */
export interface Grant {
  playback: PlaybackUrls;
  expiresAt?: string;
  signed?: PlaybackUrls;
  video?: { id: string; title: string; duration: number | null };
  sites?: string[];
  downloads?: Offered[];
}

/** Who may download a video; where a video does not say, the platform does. */
export type Downloaders = "owner" | "viewers";

/** A file to keep; `progress` in percent, `url` once it is ready. */
export interface Download {
  state: "preparing" | "ready";
  progress: number;
  filename: string;
  bytes: number | null;
  url: string | null;
}

/** `captions` are for the deaf and hard of hearing, `forced` is for foreign passages alone. */
export type CaptionKind = "subtitles" | "captions" | "forced";

/** A subtitle track; `url` leads to its text as WebVTT. */
export interface Caption {
  id: string;
  language: string | null;
  label: string;
  kind: CaptionKind;
  isDefault: boolean;
  origin: "source" | "uploaded";
  url: string;
}

export interface Share {
  id: string;
  url?: string;
  sites: string[];
  createdAt: string;
  expiresAt: string;
}

export type Scope = "read" | "upload" | "manage";

/** An API key, without the key itself. */
export interface ApiKey {
  id: string;
  name: string;
  scopes: Scope[];
  createdAt: string;
  expiresAt: string | null;
  lastUsedAt: string | null;
}

export type VideoEvent = "VideoReady" | "VideoFailed" | "RenditionFailed";

/** An address that is told of events of its owner's videos, without its secret. */
export interface Webhook {
  id: string;
  url: string;
  events: VideoEvent[];
  isOn: boolean;
  createdAt: string;
  failingSince: string | null;
  /** When it was switched off by itself. */
  offSince: string | null;
}

/** One event on its way to a webhook; `status` is that of the last answer, null where none came. */
export interface Delivery {
  id: string;
  event: VideoEvent;
  videoId: string;
  createdAt: string;
  state: "pending" | "delivered" | "failed";
  tries: number;
  status: number | null;
}

export interface Config {
  auth: { domain: string; clientId: string; scopes: string[] };
  playbackAccess: "private" | "public";
  profiles: { name: string; description: string }[];
  limits: { maxSourceBytes: number };
}

/** Whether the platform still works on a video by itself. */
export function isInProgress(status: Status): boolean {
  return status === "queued" || status === "transcoding" || status === "playable";
}

/** Whether there is something to watch. */
export function isWatchable(video: Video): boolean {
  return (video.status === "ready" || video.status === "playable") && video.playback !== null;
}
