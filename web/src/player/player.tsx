/** The player: a video element, Shaka Player behind it, and controls of our own in front. */

import { useEffect, useRef, useState } from "preact/hooks";
import { language, quality } from "../format";
import type { Tile } from "../vtt";
import { tiles } from "../vtt";
import { Controls } from "./controls";
import { type Choices, Engine } from "./engine";
import { press, pressOutside } from "./keys";
import { remote, type Remote } from "./remote";

interface PlayerProps {
  /** Addresses of manifests, the first one the browser can play is played. */
  manifest: string;
  poster: string | null;
  storyboard: string | null;
  title: string;
  /** Called when what is played may no longer be fetched; answers whether it may again. */
  onRefused?: () => Promise<boolean>;
  /** Where the page around finds what it can ask of the player. */
  handle?: PlayerRef | undefined;
}

export type PlayerRef = { current: PlayerHandle | null };

export interface PlayerHandle {
  isPlaying(): boolean;
  /** Open the manifest again, after what it lists has changed, and go on at the same place. */
  reload(): Promise<void>;
}

const IDLE_MS = 2600;
const NO_CHOICES: Choices = { qualities: [], audio: [], captions: [], height: null };

export function Player({ manifest, poster, storyboard, title, onRefused, handle }: PlayerProps) {
  const stage = useRef<HTMLDivElement>(null);
  const video = useRef<HTMLVideoElement>(null);
  const [engine, setEngine] = useState<Engine | null>(null);
  const [choices, setChoices] = useState(NO_CHOICES);
  const [error, setError] = useState<string | null>(null);
  const [attempt, setAttempt] = useState(0);
  const board = useBoard(storyboard);
  const idle = useIdle(stage);

  useEffect(() => {
    const opening = open(video.current!, stage.current!, manifest, setChoices, setError);
    let last: Engine | null = null;
    void opening.then((made) => setEngine((last = made)));
    return () => {
      setEngine(null);
      void opening.then((made) => (last ?? made)?.destroy());
    };
  }, [manifest, attempt]);

  const again = async () => {
    await onRefused?.();
    setError(null);
    setAttempt(attempt + 1);
  };
  useEffect(() => {
    if (!handle || !engine) return undefined; // what is being opened is new anyway
    handle.current = {
      isPlaying: () => !video.current!.paused && !video.current!.ended,
      reload: () => reload(engine, video.current!, manifest).then(setChoices, () => setError(COULD_NOT)),
    };
    return () => void (handle.current = null);
  }, [engine, manifest]);
  const control = remote(video, stage, engine, choices);
  const onKey = useRef((_: KeyboardEvent): void => undefined);
  onKey.current = (event) => {
    const isInside = stage.current!.contains(event.target as Node);
    if (isInside ? press(event, control) : pressOutside(event, control)) event.preventDefault();
  };
  useEffect(() => {
    const listen = (event: KeyboardEvent) => onKey.current(event);
    document.addEventListener("keydown", listen);
    return () => document.removeEventListener("keydown", listen);
  }, []);
  return (
    <section ref={stage} class={`player ${idle ? "player-idle" : ""}`} aria-label={`Player: ${title}`}>
      <video
        ref={video}
        class="player-video"
        poster={poster ?? undefined}
        playsInline
        preload="metadata"
        tabIndex={0}
        aria-label={title}
        onClick={() => control.toggle()}
        onDblClick={() => control.toggleFullscreen()}
      />
      {error ? <Stopped message={error} onRetry={again} /> : <Controls {...{ video, stage, control, choices, board, engine }} />}
    </section>
  );
}

function Stopped({ message, onRetry }: { message: string; onRetry: () => Promise<void> }) {
  return (
    <div class="player-stopped" role="alert">
      <p>{message}</p>
      <button type="button" class="button" onClick={onRetry}>
        Try again
      </button>
    </div>
  );
}

async function open(
  video: HTMLVideoElement,
  stage: HTMLElement,
  manifest: string,
  onChoices: (choices: Choices) => void,
  onError: (message: string) => void,
): Promise<Engine | null> {
  try {
    const engine = await Engine.attach(video, stage, { language, quality });
    engine.onError(onError);
    engine.onChange(() => onChoices(engine.choices()));
    // Said even when it is 0: what still grows would begin at its end.
    await engine.load(manifest, video.currentTime);
    onChoices(engine.choices());
    return engine;
  } catch (failure) {
    onError(failure instanceof Error && failure.message.startsWith("This browser") ? failure.message : COULD_NOT);
    return null;
  }
}

async function reload(engine: Engine, video: HTMLVideoElement, manifest: string): Promise<Choices> {
  const wasPlaying = !video.paused && !video.ended;
  await engine.reload(manifest, video.currentTime);
  if (wasPlaying) await video.play().catch(() => undefined);
  return engine.choices();
}

const COULD_NOT = "The video could not be opened. Check your connection and try again.";

/** The storyboard's tiles; none while they load or when there are none. */
function useBoard(address: string | null): readonly Tile[] {
  const [board, setBoard] = useState<readonly Tile[]>([]);
  useEffect(() => {
    setBoard([]);
    if (!address) return;
    const base = new URL(address, location.origin).href;
    fetch(base)
      .then((answer) => (answer.ok ? answer.text() : ""))
      .then((text) => setBoard(tiles(text, base)))
      .catch(() => undefined);
  }, [address]);
  return board;
}

/** Whether nobody has moved over or typed into an element for a while. */
function useIdle(element: { current: HTMLElement | null }): boolean {
  const [idle, setIdle] = useState(false);
  useEffect(() => {
    let timer = 0;
    const wake = () => {
      setIdle(false);
      clearTimeout(timer);
      timer = window.setTimeout(() => setIdle(true), IDLE_MS);
    };
    const names = ["pointermove", "pointerdown", "keydown", "focusin"];
    names.forEach((name) => element.current?.addEventListener(name, wake));
    return () => clearTimeout(timer);
  }, []);
  return idle;
}

export type { Remote };
