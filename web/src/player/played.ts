/** What the video element says of itself, followed as it changes. */

import type { RefObject } from "preact";
import { useEffect, useState } from "preact/hooks";

/** What the video element says of itself, in seconds where it is a time. */
export interface Played {
  time: number;
  duration: number;
  buffered: number;
  paused: boolean;
  ended: boolean;
  waiting: boolean;
  muted: boolean;
  volume: number;
  rate: number;
}

const EVENTS =
  "timeupdate durationchange progress play pause ended waiting playing canplay seeking seeked volumechange ratechange loadedmetadata emptied";

export function usePlayed(video: RefObject<HTMLVideoElement | null>): Played {
  const [played, setPlayed] = useState<Played>(NOTHING);
  useEffect(() => {
    const element = video.current!;
    const note = () => setPlayed(playedBy(element));
    EVENTS.split(" ").forEach((name) => element.addEventListener(name, note));
    note();
    return () => EVENTS.split(" ").forEach((name) => element.removeEventListener(name, note));
  }, []);
  return played;
}

const NOTHING: Played = {
  time: 0,
  duration: 0,
  buffered: 0,
  paused: true,
  ended: false,
  waiting: false,
  muted: false,
  volume: 1,
  rate: 1,
};

function playedBy(video: HTMLVideoElement): Played {
  const { seekable } = video;
  const growing = seekable.length > 0 ? seekable.end(seekable.length - 1) : 0;
  return {
    time: video.currentTime,
    duration: Number.isFinite(video.duration) ? video.duration : growing,
    buffered: bufferedTo(video),
    paused: video.paused,
    ended: video.ended,
    waiting: video.readyState < HTMLMediaElement.HAVE_FUTURE_DATA && !video.ended,
    muted: video.muted,
    volume: video.volume,
    rate: video.playbackRate,
  };
}

function bufferedTo({ buffered, currentTime }: HTMLVideoElement): number {
  for (let index = 0; index < buffered.length; index += 1) {
    if (buffered.start(index) <= currentTime + 0.1 && buffered.end(index) >= currentTime) return buffered.end(index);
  }
  return currentTime;
}
