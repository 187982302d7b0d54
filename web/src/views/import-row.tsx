/** One import: how much of its file has come, and then how far its encoding is. */

import { useState } from "preact/hooks";
import { hostOf } from "../address";
import { ApiError, deleteVideo, sentence, showVideo } from "../api";
import { listed } from "../format";
import { importAmount, importPercent, importText, isImporting } from "../imports";
import { isInProgress, type Video } from "../model";
import { Bar, Link } from "../parts/basics";
import { usePolling } from "../parts/hooks";
import { IconButton } from "../parts/icon-button";
import { Icon } from "../parts/icons";
import { statusText } from "../parts/status";

const POLL_MS = 2000;

export function ImportRow({ begun, onGone }: { begun: Video; onGone: () => void }) {
  const [video, setVideo] = useState(begun);
  const [error, setError] = useState<string | null>(null);
  const { id, title, status } = video;
  const importing = isImporting(video);
  const ask = () =>
    showVideo(id).then(setVideo, (failure: unknown) => {
      if (failure instanceof ApiError && failure.status === 404) onGone(); // deleted elsewhere
    });
  usePolling(ask, importing || isInProgress(status) ? POLL_MS : null);
  const cancel = () => void deleteVideo(id).then(onGone, (failure: unknown) => setError(sentence(failure)));
  const percent = importing ? importPercent(video) : isInProgress(status) ? video.progress : null;
  const hasFailed = status === "failed";
  return (
    <li class={`row ${hasFailed ? "row-failed" : importing ? "" : "row-done"}`}>
      <Icon name={hasFailed ? "alert" : importing ? "fetch" : "check"} />
      <div class="row-text">
        <p class="row-title">
          <Link to={`/watch/${id}`}>{title}</Link>
        </p>
        <p class="quiet">{error ?? says(video)}</p>
        {percent !== null && <Bar percent={percent} label={`${importing ? "Import" : "Encoding"} of ${title}`} />}
      </div>
      <div class="row-buttons">
        {importing ? (
          <IconButton icon="close" label={`Cancel the import of ${title}`} onClick={cancel} />
        ) : (
          <IconButton icon="close" label={`Remove ${title} from the list`} onClick={onGone} />
        )}
      </div>
    </li>
  );
}

function says(video: Video): string {
  if (video.error) return video.error.message;
  if (!isImporting(video)) return `Imported · ${statusText(video)}`;
  const amount = video.import?.total ? importAmount(video) : "";
  return listed(importText(video), amount, `from ${hostOf(video.import?.url ?? "")}`);
}
