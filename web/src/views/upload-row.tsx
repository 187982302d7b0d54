/** One upload: how far it is, and what can be done about it; once it has arrived, how far its encoding is. */

import { useState } from "preact/hooks";
import { showVideo } from "../api";
import { bytes, timeLeft } from "../format";
import { isInProgress, type Video } from "../model";
import { Bar, Link } from "../parts/basics";
import { IconButton } from "../parts/icon-button";
import { usePolling } from "../parts/hooks";
import { Icon } from "../parts/icons";
import { statusText } from "../parts/status";
import { type Upload, uploads } from "../upload/uploads";

const POLL_MS = 2000;

export function UploadRow({ upload }: { upload: Upload }) {
  const { stage, name, size, sent } = upload;
  const [refused, setRefused] = useState(false);
  const percent = size > 0 ? (100 * sent) / size : 0;
  return (
    <li class={`row row-${refused ? "failed" : stage}`}>
      <Icon name={stage === "failed" || refused ? "alert" : stage === "done" ? "check" : "file"} />
      <div class="row-text">
        <p class="row-title">{upload.videoId && stage === "done" ? <Link to={`/watch/${upload.videoId}`}>{name}</Link> : name}</p>
        {stage === "done" ? <Encoding videoId={upload.videoId ?? ""} onRefused={() => setRefused(true)} /> : <p class="quiet">{says(upload)}</p>}
        {stage !== "done" && stage !== "failed" && <Bar percent={percent} label={`Upload of ${name}`} tone={stage === "paused" || stage === "offline" ? "bar-still" : ""} />}
      </div>
      <Buttons upload={upload} />
    </li>
  );
}

function Buttons({ upload }: { upload: Upload }) {
  const { id, stage, name } = upload;
  const running = stage === "sending" || stage === "waiting" || stage === "paused" || stage === "offline";
  return (
    <div class="row-buttons">
      {upload.canPause && (stage === "sending" || stage === "paused") && (
        <IconButton
          icon={stage === "paused" ? "play" : "pause"}
          label={`${stage === "paused" ? "Resume" : "Pause"} ${name}`}
          onClick={() => uploads.pauseOrResume(id)}
        />
      )}
      {stage === "failed" && upload.videoId && <IconButton icon="replay" label={`Try ${name} again`} onClick={() => uploads.retry(id)} />}
      {running || (stage === "failed" && upload.videoId) ? (
        <IconButton icon="close" label={`Cancel ${name}`} onClick={() => void uploads.cancel(id)} />
      ) : (
        stage !== "finishing" && <IconButton icon="close" label={`Remove ${name} from the list`} onClick={() => uploads.dismiss(id)} />
      )}
    </div>
  );
}

function says({ stage, sent, size, rate, error, resumed }: Upload): string {
  const amount = `${bytes(sent)} of ${bytes(size)}`;
  const pace = rate > 0 ? ` · ${bytes(rate)}/s · ${timeLeft((size - sent) / rate)}` : "";
  const words: Record<Upload["stage"], string> = {
    waiting: `${bytes(size)} · starting`,
    sending: `${amount}${pace}${resumed && !pace ? " · resumed" : ""}`,
    paused: `Paused · ${amount}`,
    offline: `${navigator.onLine ? "No connection to the platform" : "Offline"}, will resume by itself · ${amount}`,
    finishing: "Finishing the upload",
    done: "Uploaded",
    failed: error ?? "The upload failed.",
  };
  return words[stage];
}

/** What becomes of a video that was just uploaded. */
function Encoding({ videoId, onRefused }: { videoId: string; onRefused: () => void }) {
  const [video, setVideo] = useState<Video | null>(null);
  const follows = !video || isInProgress(video.status) || video.status === "awaiting_upload";
  const ask = async () => {
    const fresh = await showVideo(videoId);
    setVideo(fresh);
    if (fresh.status === "failed") onRefused();
  };
  usePolling(ask, follows ? POLL_MS : null);
  if (!video || video.status === "awaiting_upload") return <p class="quiet">Uploaded · waiting for an encoder</p>;
  return (
    <>
      <p class={`quiet tone-${video.status}`}>{video.error ? video.error.message : `Uploaded · ${statusText(video)}`}</p>
      {isInProgress(video.status) && <Bar percent={video.progress} label={`Encoding of ${video.title}`} />}
    </>
  );
}
