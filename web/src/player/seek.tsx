/** The seek bar: a slider over what is played and loaded, with the storyboard's picture of the time one points at. */

import { useRef, useState } from "preact/hooks";
import { clock, spokenTime } from "../format";
import { type Tile, tileAt } from "../vtt";
import type { Played } from "./played";

interface SeekBarProps {
  played: Played;
  board: readonly Tile[];
  onSeek: (seconds: number) => void;
}

export function SeekBar({ played, board, onSeek }: SeekBarProps) {
  const bar = useRef<HTMLDivElement>(null);
  const [pointed, setPointed] = useState<number | null>(null); // 0 to 1
  const { time, duration, buffered } = played;
  const fraction = (seconds: number) => (duration > 0 ? Math.min(1, seconds / duration) : 0);
  const point = (event: PointerEvent) => {
    const { left, width } = bar.current!.getBoundingClientRect();
    setPointed(Math.min(1, Math.max(0, (event.clientX - left) / width)));
  };
  return (
    <div ref={bar} class="seek" onPointerMove={point} onPointerLeave={() => setPointed(null)}>
      <div class="seek-line" aria-hidden="true">
        <div class="seek-loaded" style={{ transform: `scaleX(${fraction(buffered)})` }} />
        <div class="seek-played" style={{ transform: `scaleX(${fraction(time)})` }} />
      </div>
      <input
        type="range"
        min={0}
        max={duration || 1}
        step={0.1}
        value={time}
        aria-label="Seek"
        aria-valuetext={`${spokenTime(time)} of ${spokenTime(duration)}`}
        onInput={(event) => onSeek(event.currentTarget.valueAsNumber)}
      />
      {pointed !== null && duration > 0 && <Preview at={pointed} seconds={pointed * duration} board={board} bar={bar.current} />}
    </div>
  );
}

interface PreviewProps {
  at: number;
  seconds: number;
  board: readonly Tile[];
  bar: HTMLElement | null;
}

/** The picture and the time over the bar, kept within its ends. */
function Preview({ at, seconds, board, bar }: PreviewProps) {
  const tile = tileAt(board, seconds);
  const width = bar?.clientWidth ?? 0;
  const half = (tile?.width ?? 48) / 2 + 2;
  const left = Math.min(Math.max(at * width, half), Math.max(half, width - half));
  return (
    <div class="seek-preview" style={{ left: `${left}px` }}>
      {tile && <div class="seek-tile" style={tileStyle(tile)} />}
      <span>{clock(seconds)}</span>
    </div>
  );
}

function tileStyle({ url, x, y, width, height }: Tile) {
  return {
    width: `${width}px`,
    height: `${height}px`,
    backgroundImage: `url("${url}")`,
    backgroundPosition: `-${x}px -${y}px`,
  };
}
