/** The player with leave to play: cookies are fetched before the first request and again before they run out. */

import { useEffect, useState } from "preact/hooks";
import { ApiError, grant, localized, sentence } from "../api";
import type { Grant, Video } from "../model";
import { Notice, Skeleton } from "../parts/basics";
import { manifestOf } from "../player/choice";
import { Player, type PlayerRef } from "../player/player";

const RENEW_BEFORE_MS = 60_000;
const RENEW_AT_LEAST_MS = 10_000;

export function Watch({ video, player }: { video: Video; player?: PlayerRef }) {
  const ask = () => granted(video);
  const given = useGrant(ask, video.id);
  const [began] = useState(video.status);
  useEffect(() => {
    if (video.status !== began) given.refresh(); // when it is ready there are more pictures
  }, [video.status]);
  if (given.error) return <Refused error={given.error} onRetry={given.renew} />;
  if (!given.grant) return <Skeleton kind="player" />;
  const { playback } = given.grant;
  const { poster, storyboard } = playback;
  return <Player manifest={manifestOf(playback)} poster={poster} storyboard={storyboard} title={video.title} onRefused={given.renew} handle={player} />;
}

/** Leave by the API; a platform without that call lets everybody watch. */
async function granted(video: Video): Promise<Grant> {
  try {
    return await grant(video.id);
  } catch (error) {
    const isOlder = error instanceof ApiError && (error.status === 404 || error.status === 403);
    if (isOlder && video.playback) return { playback: localized(video.playback) };
    throw error;
  }
}

export function Refused({ error, onRetry }: { error: unknown; onRetry: () => Promise<boolean> }) {
  return (
    <Notice tone="error" title="The video cannot be played">
      <p>{sentence(error)}</p>
      <button type="button" class="button button-small" onClick={onRetry}>
        Try again
      </button>
    </Notice>
  );
}

interface Given {
  grant: Grant | null;
  error: unknown;
  /** Ask again after a refusal; whether that helped. */
  renew: () => Promise<boolean>;
  /** Ask again for who is let in already; a failure changes nothing. */
  refresh: () => void;
}

/** Leave to watch, renewed by itself; what is played keeps its address, so that a renewal disturbs nobody. */
export function useGrant(ask: () => Promise<Grant>, key: string): Given {
  const [held, setHeld] = useState<Grant | null>(null);
  const [error, setError] = useState<unknown>(null);
  const keep = (fresh: Grant) => {
    setHeld((before) => (before?.playback.hls === fresh.playback.hls ? { ...before, ...fresh } : fresh));
  };
  const renew = async () => {
    try {
      keep(await ask());
      setError(null);
      return true;
    } catch (failure) {
      setError((before: unknown) => before ?? failure);
      return false;
    }
  };
  const refresh = () => void ask().then(keep, () => undefined);
  useEffect(() => {
    setHeld(null);
    void renew();
  }, [key]);
  const expiresAt = held?.expiresAt;
  useEffect(() => {
    if (!expiresAt) return undefined;
    const wait = Math.max(RENEW_AT_LEAST_MS, Date.parse(expiresAt) - Date.now() - RENEW_BEFORE_MS);
    const timer = setTimeout(refresh, wait);
    return () => clearTimeout(timer);
  }, [expiresAt]);
  return { grant: held, error, renew, refresh };
}
