/** One video on the shelf. */

import { useState } from "preact/hooks";
import { localized } from "../api";
import { clock, when } from "../format";
import { isInProgress, type Video } from "../model";
import { Bar, Link } from "../parts/basics";
import { Icon, type IconName } from "../parts/icons";
import { statusText } from "../parts/status";

export function Card({ video }: { video: Video }) {
  const inProgress = isInProgress(video.status);
  return (
    <Link to={`/watch/${video.id}`} class={`card card-${video.status}`}>
      <div class="card-picture">
        <Poster video={video} />
        {video.duration !== null && <span class="card-length">{clock(video.duration)}</span>}
        {inProgress && <Bar percent={video.progress} label={`Progress of ${video.title}`} tone="bar-edge" />}
      </div>
      <h2 class="card-title">{video.title}</h2>
      <p class="card-facts">
        {video.status !== "ready" && (
          <>
            <span class={`card-status tone-${video.status}`}>{statusText(video)}</span>
            <span aria-hidden="true"> · </span>
          </>
        )}
        <time dateTime={video.createdAt}>{when(video.createdAt)}</time>
      </p>
    </Link>
  );
}

const ICONS: Partial<Record<Video["status"], IconName>> = { failed: "alert", awaiting_upload: "upload" };

function Poster({ video }: { video: Video }) {
  const [missing, setMissing] = useState(false);
  const poster = video.playback && localized(video.playback).poster;
  if (!poster || missing) {
    return (
      <div class="card-blank">
        <Icon name={ICONS[video.status] ?? "play"} />
      </div>
    );
  }
  return <img src={poster} alt="" loading="lazy" decoding="async" onError={() => setMissing(true)} />;
}
