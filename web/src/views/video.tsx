/** One video: watch it, see what it is made of, and change it. */

import { useEffect, useRef, useState } from "preact/hooks";
import { ApiError, sentence, showVideo } from "../api";
import { listed } from "../format";
import { isInProgress, isWatchable, type Video } from "../model";
import { Bar, Empty, Link, Notice, Skeleton } from "../parts/basics";
import { usePolling, useTimeLeft, useTitle } from "../parts/hooks";
import type { PlayerHandle } from "../player/player";
import { Actions } from "./actions";
import { Addresses } from "./addresses";
import { Captions } from "./captions";
import { Downloads } from "./downloads";
import { Renditions, SourceFactsList } from "./facts";
import { Shares } from "./shares";
import { Stage } from "./stage";
import { Tags, Title } from "./title";
import { Watch } from "./watch";

const POLL_MS = 2000;

export function VideoView({ id }: { id: string }) {
  const [video, setVideo] = useState<Video | null>(null);
  const [error, setError] = useState<unknown>(null);
  const load = async () => {
    try {
      setVideo(await showVideo(id));
      setError(null);
    } catch (failure) {
      setError(failure);
    }
  };
  useTitle(video?.title ?? "");
  useEffect(() => void load(), [id]);
  const follows = video !== null && (isInProgress(video.status) || video.status === "awaiting_upload");
  usePolling(async () => setVideo(await showVideo(id)), follows ? POLL_MS : null);
  if (video) return <Page video={video} onChange={setVideo} />;
  if (error instanceof ApiError && error.status === 404) return <Gone />;
  if (error) {
    return (
      <Notice tone="error" title="The video could not be loaded">
        <p>{sentence(error)}</p>
        <button type="button" class="button button-small" onClick={() => void load()}>
          Try again
        </button>
      </Notice>
    );
  }
  return (
    <div class="watch" role="status" aria-label="Loading the video">
      <Skeleton kind="player" />
      <Skeleton kind="lines" />
    </div>
  );
}

function Page({ video, onChange }: { video: Video; onChange: (video: Video) => void }) {
  const watchable = isWatchable(video);
  const player = useRef<PlayerHandle | null>(null);
  const left = useTimeLeft(video);
  return (
    <div class="watch">
      <div class="watch-main">
        {watchable ? <Watch video={video} player={player} /> : <Stage video={video} left={left} />}
        <div class="watch-head">
          <Title video={video} onChange={onChange} />
          <Tags video={video} onChange={onChange} />
          <Actions video={video} onChange={onChange} />
        </div>
        {video.status === "playable" && <Growing video={video} left={left} />}
        {video.warnings.length > 0 && (
          <Notice tone="warning" title="Good to know">
            <ul>
              {video.warnings.map((warning) => (
                <li key={warning}>{warning}</li>
              ))}
            </ul>
          </Notice>
        )}
        {video.renditions.length > 0 && <Renditions renditions={video.renditions} />}
      </div>
      <aside class="watch-side" aria-label="About this video">
        <SourceFactsList video={video} />
        {video.status === "ready" && <Downloads video={video} onChange={onChange} />}
        {video.status === "ready" && <Captions key={video.id} video={video} player={player} />}
        {watchable && <Shares video={video} />}
        {watchable && video.playback && <Addresses video={video} playback={video.playback} />}
      </aside>
    </div>
  );
}

function Growing({ video, left }: { video: Video; left: string }) {
  return (
    <Notice tone="plain" title={listed("Still encoding", `${Math.floor(video.progress)} % done`, left)}>
      <Bar percent={video.progress} label={`Encoding of ${video.title}`} />
      <p>You can already watch the finished part. The rest is added automatically.</p>
    </Notice>
  );
}

function Gone() {
  return (
    <Empty title="There is no such video" alone>
      <p>It was deleted, or it belongs to someone else.</p>
      <Link to="/" class="button button-quiet">
        Back to the library
      </Link>
    </Empty>
  );
}
