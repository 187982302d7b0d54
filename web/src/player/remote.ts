/** Everything that can be asked of the player, by a click or by a key. */

import type { RefObject } from "preact";
import type { Choices, Engine } from "./engine";
import type { Keyed } from "./keys";

export interface Remote extends Keyed {
  setVolume(volume: number): void;
  seek(seconds: number): void;
  togglePip(): void;
}

type AppleVideo = HTMLVideoElement & { webkitEnterFullscreen?: () => void };

export function remote(
  video: RefObject<HTMLVideoElement | null>,
  stage: RefObject<HTMLElement | null>,
  engine: Engine | null,
  choices: Choices,
): Remote {
  const element = () => video.current!;
  const seek = (seconds: number) => {
    const end = Number.isFinite(element().duration) ? element().duration : element().seekable.end(0);
    element().currentTime = Math.min(Math.max(0, seconds), end);
  };
  const setVolume = (volume: number) => {
    element().volume = Math.min(1, Math.max(0, volume));
    element().muted = element().volume === 0;
  };
  return {
    seek,
    setVolume,
    toggle: () => void (element().paused ? element().play().catch(() => undefined) : element().pause()),
    seekBy: (seconds) => seek(element().currentTime + seconds),
    seekTo: (fraction) => seek(fraction * (element().duration || 0)),
    changeVolume: (step) => setVolume((element().muted ? 0 : element().volume) + step),
    toggleMute: () => {
      element().muted = !element().muted;
    },
    toggleFullscreen: () => toggleFullscreen(stage.current!, element()),
    togglePip: () => void togglePip(element()).catch(() => undefined),
    toggleCaptions: () => toggleCaptions(engine, choices),
  };
}

function toggleCaptions(engine: Engine | null, choices: Choices): void {
  const isOff = choices.captions[0]?.active ?? true;
  if (choices.captions.length > 1) engine?.chooseCaptions(isOff ? 0 : -1);
}

function toggleFullscreen(stage: HTMLElement, video: AppleVideo): void {
  if (document.fullscreenElement) void document.exitFullscreen();
  else if (stage.requestFullscreen) void stage.requestFullscreen().catch(() => undefined);
  else video.webkitEnterFullscreen?.();
}

async function togglePip(video: HTMLVideoElement): Promise<void> {
  if (document.pictureInPictureElement) await document.exitPictureInPicture();
  else await video.requestPictureInPicture();
}
