/** The row of buttons under the picture, and the seek bar over it. */

import type { RefObject } from "preact";
import { useEffect, useState } from "preact/hooks";
import { clock, spokenTime } from "../format";
import { IconButton } from "../parts/icon-button";
import type { Tile } from "../vtt";
import type { Choices, Engine } from "./engine";
import { Menu } from "./menu";
import { type Played, usePlayed } from "./played";
import type { Remote } from "./remote";
import { SeekBar } from "./seek";

interface ControlsProps {
  video: RefObject<HTMLVideoElement | null>;
  stage: RefObject<HTMLElement | null>;
  control: Remote;
  choices: Choices;
  board: readonly Tile[];
  engine: Engine | null;
}

export function Controls({ video, stage, control, choices, board, engine }: ControlsProps) {
  const played = usePlayed(video);
  const expanded = useExpanded(stage);
  const captionsOn = choices.captions.length > 1 && !choices.captions[0]?.active;
  const never = played.paused && played.time === 0;
  const start = () => {
    control.toggle();
    // The button goes away: the keys must not go with it.
    video.current?.focus();
  };
  return (
    <>
      {never && (
        <button type="button" class="player-start" aria-label="Play" onClick={start} disabled={!engine}>
          <svg viewBox="0 0 24 24" aria-hidden="true">
            <path d="M8.5 5.8v12.4L18.5 12z" />
          </svg>
        </button>
      )}
      {played.waiting && !played.paused && <div class="player-waiting" role="status" aria-label="Loading" />}
      <div class={`controls ${played.paused ? "controls-stay" : ""}`}>
        <SeekBar played={played} board={board} onSeek={control.seek} />
        <div class="controls-row">
          <PlayButton played={played} control={control} />
          <Volume played={played} control={control} />
          <span class="controls-time" aria-label={`${spokenTime(played.time)} of ${spokenTime(played.duration)}`} role="timer">
            {clock(played.time)} <span class="controls-total">/ {clock(played.duration)}</span>
          </span>
          {choices.captions.length > 1 && (
            <IconButton
              icon="captions"
              label={captionsOn ? "Captions off (c)" : "Captions on (c)"}
              aria-pressed={captionsOn}
              onClick={() => control.toggleCaptions()}
            />
          )}
          {engine && <Menu choices={choices} engine={engine} video={video} rate={played.rate} />}
          {document.pictureInPictureEnabled && (
            <IconButton icon="pip" class="controls-wide" label="Picture in picture" onClick={() => control.togglePip()} />
          )}
          <IconButton
            icon={expanded ? "shrink" : "expand"}
            label={expanded ? "Leave full screen (f)" : "Full screen (f)"}
            onClick={() => control.toggleFullscreen()}
          />
        </div>
      </div>
    </>
  );
}

function PlayButton({ played, control }: { played: Played; control: Remote }) {
  const icon = played.ended ? "replay" : played.paused ? "play" : "pause";
  const label = played.ended ? "Play again (k)" : played.paused ? "Play (k)" : "Pause (k)";
  return <IconButton icon={icon} label={label} onClick={() => control.toggle()} />;
}

function Volume({ played, control }: { played: Played; control: Remote }) {
  const shown = played.muted ? 0 : played.volume;
  return (
    <div class="volume">
      <IconButton
        icon={shown === 0 ? "muted" : "volume"}
        label={played.muted ? "Sound on (m)" : "Mute (m)"}
        onClick={() => control.toggleMute()}
      />
      <input
        class="volume-slider controls-wide"
        type="range"
        min={0}
        max={1}
        step={0.05}
        value={shown}
        aria-label="Volume"
        aria-valuetext={`${Math.round(shown * 100)} %`}
        onInput={(event) => control.setVolume(event.currentTarget.valueAsNumber)}
      />
    </div>
  );
}

function useExpanded(stage: RefObject<HTMLElement | null>): boolean {
  const [expanded, setExpanded] = useState(false);
  useEffect(() => {
    const note = () => setExpanded(document.fullscreenElement === stage.current);
    document.addEventListener("fullscreenchange", note);
    return () => document.removeEventListener("fullscreenchange", note);
  }, []);
  return expanded;
}
