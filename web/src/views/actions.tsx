/** What can be done with a video as a whole: cancel, retry, delete. */

import { useState } from "preact/hooks";
import { cancelVideo, deleteVideo, retryVideo, sentence } from "../api";
import { isInProgress, type Video } from "../model";
import { Confirm } from "../parts/basics";
import { Icon } from "../parts/icons";
import { StatusTag } from "../parts/status";
import { go } from "../routes";
import { forget } from "../upload/resume";

interface ActionsProps {
  video: Video;
  onChange: (video: Video) => void;
}

export function Actions({ video, onChange }: ActionsProps) {
  const [asking, setAsking] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const attempt = async (act: () => Promise<void>) => {
    setBusy(true);
    setError(null);
    await act().catch((failure: unknown) => setError(sentence(failure)));
    setBusy(false);
  };
  const cancel = () => attempt(async () => onChange((await cancelVideo(video.id)).video));
  const retry = () => attempt(async () => onChange((await retryVideo(video.id)).video));
  const remove = async () => {
    await attempt(async () => {
      await deleteVideo(video.id);
      forget(video.id);
      go("/");
    });
    setAsking(false);
  };
  return (
    <div class="actions">
      <StatusTag video={video} />
      <span class="grow" />
      {isInProgress(video.status) && (
        <button type="button" class="button button-quiet" disabled={busy} onClick={cancel}>
          <Icon name="close" />
          Cancel encoding
        </button>
      )}
      {(video.status === "cancelled" || (video.status === "failed" && video.error?.retryable !== false)) && (
        <button type="button" class={`button ${video.status === "failed" ? "button-quiet" : ""}`} disabled={busy} onClick={retry}>
          <Icon name="replay" />
          Encode again
        </button>
      )}
      <button type="button" class="button button-quiet button-delete" disabled={busy || video.status === "deleting"} onClick={() => setAsking(true)}>
        <Icon name="trash" />
        Delete
      </button>
      {error && (
        <p class="tone-failed actions-error" role="alert">
          {error}
        </p>
      )}
      {asking && (
        <Confirm title="Delete this video?" action="Delete for good" onConfirm={remove} onClose={() => setAsking(false)}>
          <p>
            <strong>{video.title}</strong>, its source and everything made from it will be removed. Links to it stop working. This cannot be undone.
          </p>
        </Confirm>
      )}
    </div>
  );
}
