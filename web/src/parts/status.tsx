/** A video's status in words, the same ones everywhere. */

import { importText, isImporting } from "../imports";
import type { Status, Video } from "../model";

const WORDS: Record<Status, string> = {
  awaiting_upload: "Upload unfinished",
  queued: "Waiting",
  transcoding: "Encoding",
  playable: "Encoding",
  ready: "Ready",
  failed: "Failed",
  cancelled: "Cancelled",
  deleting: "Deleting",
};

/** "Encoding 42 %", "Importing 42 %", "Failed". */
export function statusText(video: Pick<Video, "status" | "progress" | "import">): string {
  const { status, progress } = video;
  if (isImporting(video)) return importText(video);
  const encoding = status === "transcoding" || status === "playable";
  return encoding && progress > 0 ? `${WORDS[status]} ${Math.floor(progress)} %` : WORDS[status];
}

export function StatusTag({ video }: { video: Video }) {
  return (
    <span class={`tag tag-${isImporting(video) ? "importing" : video.status}`}>
      <span class="tag-dot" aria-hidden="true" />
      {statusText(video)}
    </span>
  );
}
