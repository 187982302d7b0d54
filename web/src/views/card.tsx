/** One video on the shelf. */

import { useState } from "preact/hooks";
import { localized } from "../api";
import { clock, when } from "../format";
import { importPercent, isImporting, isNotImported } from "../imports";
import { isInProgress, type Video } from "../model";
import { Bar, Link } from "../parts/basics";
import { Icon, type IconName } from "../parts/icons";
import { statusText } from "../parts/status";

export function Card({ video }: { video: Video }) {
  const percent = isImporting(video) ? importPercent(video) : isInProgress(video.status) ? video.progress : null;
  return (
    <Link to={`/watch/${video.id}`} class={`card card-${video.status}`}>
      <div class="card-picture">
        <Poster video={video} />
        {video.duration !== null && <span class="card-length">{clock(video.duration)}</span>}
        {percent !== null && <Bar percent={percent} label={`Progress of ${video.title}`} tone="bar-edge" />}
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
      {isNotImported(video) && <p class="card-reason">{video.error?.message}</p>}
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
        <Icon name={isImporting(video) ? "fetch" : (ICONS[video.status] ?? "play")} />
      </div>
    );
  }
  return <img src={poster} alt="" loading="lazy" decoding="async" onError={() => setMissing(true)} />;
}
