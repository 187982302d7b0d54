/** Uploads of this window: Uppy sends the parts straight to the bucket, the API says where to. They go on between views. */

import AwsS3 from "@uppy/aws-s3";
import Uppy, { type Body, type UppyFile } from "@uppy/core";
import { completeUpload, createVideo, deleteVideo, sentence } from "../api";
import { isCaptionFile } from "../captions";
import { config } from "../config";
import { bytes, shownName, titleOf } from "../format";
import { type Chosen, dropHandle, keepHandle } from "./handles";
import { Invited, isMultipart } from "./invitations";
import { ARRIVED, begunWith, forget, remember, resumable } from "./resume";
import { sendBytes } from "./send";

/** `upload` is the id of the Upload that a file of Uppy belongs to. */
type Meta = { upload: string };
type Sent = UppyFile<Meta, Body>;

export type Stage = "waiting" | "sending" | "paused" | "offline" | "finishing" | "done" | "failed";

/** One upload as it is shown; `sent` and `size` in bytes, `rate` in bytes a second. */
export interface Upload {
  id: string;
  videoId: string | null;
  name: string;
  size: number;
  sent: number;
  rate: number;
  stage: Stage;
  resumed: boolean;
  canPause: boolean;
  error: string | null;
}

const RETRY_DELAYS_MS = [0, 1000, 3000, 5000, 10_000, 20_000];
const PARTS_AT_A_TIME = 4;
/** After so long without a byte nobody is told of a speed any more. */
const STILL_MS = 6000;
const LOOK_MS = 1000;

class Uploads {
  private list: readonly Upload[] = [];
  private readonly listeners = new Set<() => void>();
  private readonly invited = new Map<string, Invited>();
  private readonly files = new Map<string, string>(); // upload -> file of Uppy
  private readonly partSizes = new WeakMap<object, number>();
  private readonly uppy: Uppy<Meta, Body>;
  private asking = 0; // requests with bytes that are under way
  private movedAt = 0; // when the last byte of any upload got through
  private chosen: string | null = null;

  constructor() {
    this.uppy = new Uppy<Meta, Body>({ allowMultipleUploadBatches: true, onBeforeFileAdded: () => true });
    this.uppy.use(AwsS3<Meta, Body>, {
      limit: PARTS_AT_A_TIME,
      retryDelays: RETRY_DELAYS_MS,
      shouldUseMultipart: (file: Sent) => this.isMultipart(file),
      getChunkSize: (blob: { size: number }) => this.partSizes.get(blob) ?? 0,
      getUploadParameters: (file: Sent) => this.invitedOf(file).address(),
      createMultipartUpload: (file: Sent) => Promise.resolve(this.key(file)),
      listParts: (file: Sent) => this.arrived(file),
      signPart: (file: Sent, { partNumber }: { partNumber: number }) => this.invitedOf(file).address(partNumber),
      uploadPartBytes: (sending) => this.watched(sendBytes(sending, this.inviting(sending.signature.url))),
      completeMultipartUpload: (file: Sent, { parts }: { parts: { PartNumber?: number; ETag?: string }[] }) =>
        this.complete(file, parts),
      // Cancelling removes the whole video, its parts included.
      abortMultipartUpload: () => Promise.resolve(),
    });
    this.follow();
  }

  /** How uploads are encoded that begin from now on. */
  get profile(): string {
    return this.chosen ?? config().profiles[0]?.name ?? "default";
  }

  set profile(name: string) {
    this.chosen = name;
  }

  /** The uploads, newest last; the same array until something changes. */
  all(): readonly Upload[] {
    return this.list;
  }

  onChange(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Begin to upload files; each goes on where it stood when it was begun before. That there are none is told, too. */
  add(chosen: Chosen[], profile = this.profile): void {
    if (chosen.length === 0) {
      const nothing = fresh(new File([], "Dropped files"));
      this.publish([...this.list, { ...nothing, stage: "failed", error: "They contain no video." }]);
    }
    for (const one of chosen) void this.begin(one, profile);
  }

  pauseOrResume(id: string): void {
    const paused = this.uppy.pauseResume(this.files.get(id) ?? "");
    this.change(id, { stage: paused ? "paused" : "sending", rate: 0 });
  }

  /** Try a failed upload again, with what has arrived so far. */
  retry(id: string): void {
    this.change(id, { stage: "sending", error: null });
    void this.uppy.retryUpload(this.files.get(id) ?? "").catch(() => undefined);
  }

  /** Stop an upload and remove its video. */
  async cancel(id: string): Promise<void> {
    const videoId = this.find(id)?.videoId;
    this.dismiss(id);
    if (videoId) await abandon(videoId);
  }

  /** Take an upload out of the list; one that still runs is stopped. */
  dismiss(id: string): void {
    const file = this.files.get(id);
    if (file && this.uppy.getFile(file)) this.uppy.removeFile(file);
    this.files.delete(id);
    this.invited.delete(id);
    this.publish(this.list.filter((one) => one.id !== id));
  }

  private async begin({ file, handle }: Chosen, profile: string): Promise<void> {
    const before = begunWith(file);
    if (before && this.list.some((one) => one.videoId === before.videoId)) return;
    const upload = fresh(file);
    this.publish([...this.list, upload]);
    try {
      const resumed = before && (await resumable(before.videoId, file));
      if (before && resumed === ARRIVED) return this.foundThere(upload.id, before.videoId);
      const invited = resumed instanceof Invited ? resumed : await created(file, profile);
      if (!this.find(upload.id)) return await abandon(invited.videoId); // cancelled meanwhile
      remember({ ...description(file, profile), videoId: invited.videoId, startedAt: Date.now() });
      void keepHandle(invited.videoId, handle);
      this.start(upload.id, file, invited, before?.videoId === invited.videoId);
    } catch (error) {
      this.change(upload.id, { stage: "failed", error: sentence(error) });
    }
  }

  /** Nothing is sent: the row leads to the video that the file has become. */
  private foundThere(id: string, videoId: string): void {
    this.change(id, { videoId });
    this.finished(id);
  }

  private start(upload: string, file: File, invited: Invited, resumed: boolean): void {
    const { videoId, invitation } = invited;
    this.invited.set(upload, invited);
    const id = this.uppy.addFile({ name: `${upload} ${file.name}`, type: file.type, data: file, meta: { upload } });
    this.files.set(upload, id);
    if (isMultipart(invitation)) {
      this.partSizes.set(file, invitation.partSize);
      // Uppy then asks for the parts that are there and, unlike for an upload it began itself, never aborts it.
      this.uppy.setFileState(id, { s3Multipart: { key: videoId, uploadId: invitation.uploadId } } as object);
    }
    this.change(upload, { videoId, resumed, stage: "sending", canPause: isMultipart(invitation) });
    void this.uppy.upload().catch(() => undefined);
  }

  private follow(): void {
    this.uppy.on("upload-progress", (file, progress) => {
      if (file) this.advance(file.meta.upload, progress.bytesUploaded || 0);
    });
    this.uppy.on("upload-success", (file) => file && this.finished(file.meta.upload));
    this.uppy.on("upload-error", (file, error) => {
      if (file) this.change(file.meta.upload, { stage: "failed", error: reason(error), rate: 0 });
    });
    this.uppy.on("complete", ({ successful }) => successful?.forEach((file) => this.uppy.removeFile(file.id)));
    addEventListener("offline", () => this.replace("sending", "offline"));
    // A network that swallows everything says nothing of itself. What waits for its turn moves with what is sent.
    setInterval(() => {
      if (this.asking > 0 && performance.now() - this.movedAt > STILL_MS) this.replace("sending", "offline");
    }, LOOK_MS);
    addEventListener("online", () => {
      this.replace("offline", "sending");
      this.list.filter(({ stage, videoId }) => stage === "failed" && videoId).forEach(({ id }) => this.retry(id));
    });
  }

  private advance(id: string, sent: number): void {
    const upload = this.find(id);
    if (!upload) return;
    if (sent !== upload.sent) this.movedAt = performance.now();
    const stage = sent >= upload.size ? "finishing" : upload.stage === "paused" ? "paused" : "sending";
    this.change(id, { sent, rate: rate(id, sent), stage });
  }

  private finished(id: string): void {
    const videoId = this.find(id)?.videoId;
    this.change(id, { stage: "done", rate: 0, canPause: false });
    if (!videoId) return;
    forget(videoId);
    void dropHandle(videoId);
  }

  private replace(from: Stage, to: Stage): void {
    if (!this.list.some((one) => one.stage === from)) return;
    this.publish(this.list.map((one) => (one.stage === from ? { ...one, stage: to, rate: 0 } : one)));
  }

  private watched<T>(sending: Promise<T>): Promise<T> {
    this.asking += 1;
    this.movedAt = performance.now();
    return sending.finally(() => {
      this.asking -= 1;
      this.movedAt = performance.now();
    });
  }

  private async arrived(file: Sent): Promise<{ PartNumber: number; ETag: string; Size: number }[]> {
    const invited = this.invitedOf(file);
    await invited.renew();
    if (!isMultipart(invited.invitation)) return [];
    return invited.invitation.arrived.map((part) => ({
      PartNumber: part.partNumber,
      ETag: part.etag,
      Size: part.size,
    }));
  }

  private async complete(file: Sent, parts: { PartNumber?: number; ETag?: string }[]): Promise<object> {
    const invited = this.invitedOf(file);
    const named = parts.map((part) => ({ partNumber: part.PartNumber ?? 0, etag: part.ETag ?? "" }));
    if (!invited.hasArrived) await completeUpload(invited.videoId, named);
    return {};
  }

  private inviting(url: string): Invited {
    const found = [...this.invited.values()].find((invited) => invited.gave(url));
    if (!found) throw new Error("This upload has ended.");
    return found;
  }

  private isMultipart(file: Sent): boolean {
    const invited = this.invited.get(file.meta.upload);
    return invited !== undefined && isMultipart(invited.invitation);
  }

  private key(file: Sent): { key: string; uploadId: string } {
    const { videoId, invitation } = this.invitedOf(file);
    return { key: videoId, uploadId: isMultipart(invitation) ? invitation.uploadId : "" };
  }

  private invitedOf(file: Sent): Invited {
    const found = this.invited.get(file.meta.upload);
    if (!found) throw new Error("This upload has ended.");
    return found;
  }

  private find(id: string): Upload | undefined {
    return this.list.find((one) => one.id === id);
  }

  private change(id: string, part: Partial<Upload>): void {
    this.publish(this.list.map((one) => (one.id === id ? { ...one, ...part } : one)));
  }

  private publish(list: readonly Upload[]): void {
    this.list = list;
    this.listeners.forEach((listener) => listener());
  }
}

/** Remove the video of an upload that will not be finished. */
export async function abandon(videoId: string): Promise<void> {
  forget(videoId);
  await Promise.all([deleteVideo(videoId).catch(() => undefined), dropHandle(videoId)]);
}

async function created(file: File, profile: string): Promise<Invited> {
  if (isCaptionFile(file)) throw new Error("These are subtitles. Add them on the page of their video.");
  const limit = config().limits.maxSourceBytes;
  if (file.size === 0) throw new Error("This file is empty.");
  if (file.size > limit) throw new Error(`A video can have at most ${bytes(limit)}; this one has ${bytes(file.size)}.`);
  const contentType = /^[\w.+-]+\/[\w.+-]+$/.test(file.type) ? { contentType: file.type } : {};
  const filename = shownName(file.name);
  const made = await createVideo({ filename, size: file.size, title: titleOf(filename), profile, ...contentType });
  return new Invited(made.video.id, made.upload);
}

function description(file: File, profile: string) {
  return { name: file.name, size: file.size, lastModified: file.lastModified, profile };
}

function fresh(file: File): Upload {
  const id = crypto.randomUUID();
  const nothing = { videoId: null, sent: 0, rate: 0, resumed: false, canPause: false, error: null };
  return { id, name: file.name, size: file.size, stage: "waiting", ...nothing };
}

const samples = new Map<string, { time: number; sent: number; rate: number }>();

/** Bytes a second, smoothed over a few seconds. */
function rate(id: string, sent: number): number {
  const now = performance.now();
  const last = samples.get(id);
  if (last && now - last.time < 500) return last.rate;
  const current = last ? Math.max(0, (1000 * (sent - last.sent)) / (now - last.time)) : 0;
  const smooth = last?.rate ? 0.7 * last.rate + 0.3 * current : current;
  samples.set(id, { time: now, sent, rate: smooth });
  return smooth;
}

function reason(error: { message: string }): string {
  return /unknown error|non 2xx|network/i.test(error.message)
    ? "The connection was lost. The uploaded parts are kept. Try again."
    : error.message;
}

export const uploads = new Uploads();
