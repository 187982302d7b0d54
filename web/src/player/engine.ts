/** Shaka Player behind the few words that our controls need. It is loaded when something is played, not before. */

import type shaka from "shaka-player/dist/shaka-player.compiled-es2021";

/** One choice of a menu; `id` is its place in the engine's own list, -1 for "automatic" or "off". */
export interface Choice {
  id: number;
  label: string;
  active: boolean;
}

export interface Choices {
  qualities: Choice[];
  audio: Choice[];
  captions: Choice[];
  /** The height being shown, for "Auto (720p)". */
  height: number | null;
}

export interface Labels {
  language: (tag: string) => string;
  quality: (width: number, height: number) => string;
}

const CHANGES = ["trackschanged", "variantchanged", "adaptation", "textchanged", "abrstatuschanged", "audiotrackschanged"];

type VideoTrack = shaka.extern.VideoTrack;

export class Engine {
  private automatic = true;
  private spoken: shaka.extern.TextTrack | null = null;
  private hasChosen = false;

  private constructor(
    private readonly player: shaka.Player,
    private readonly labels: Labels,
  ) {}

  /** An engine for a video element; captions are drawn into `container`. Throws where no video can be played. */
  static async attach(video: HTMLVideoElement, container: HTMLElement, labels: Labels): Promise<Engine> {
    const { default: library } = await import("shaka-player/dist/shaka-player.compiled-es2021");
    library.polyfill.installAll();
    if (!library.Player.isBrowserSupported()) throw new Error("This browser cannot play streamed video.");
    const player = new library.Player(null, container);
    // Shaka Player 5.2.12 asks for ever for an init segment that a seek interrupted while it was prefetched.
    player.configure({ streaming: { segmentPrefetchLimit: 0 }, abr: { restrictToElementSize: false } });
    await player.attach(video);
    return new Engine(player, labels);
  }

  async load(manifest: string, startAt: number): Promise<void> {
    await this.player.load(manifest, startAt);
    this.showFirst();
  }

  /** Load a manifest again, after what it lists has changed; what was chosen stays chosen where it is still there. */
  async reload(manifest: string, startAt: number): Promise<void> {
    const before = this.choices();
    await this.player.load(manifest, startAt);
    const now = this.choices();
    this.chooseQuality(again(before.qualities, now.qualities) ?? -1);
    this.chooseAudio(again(before.audio, now.audio) ?? -1);
    if (this.hasChosen) this.chooseCaptions(again(before.captions, now.captions) ?? -1);
    else this.showFirst();
  }

  onChange(listener: () => void): void {
    CHANGES.forEach((name) => this.player.addEventListener(name, listener));
  }

  onError(listener: (message: string) => void): void {
    this.player.addEventListener("error", (event) => {
      const { severity, code } = (event as unknown as { detail: shaka.util.Error }).detail;
      if (severity === 2) listener(errorText(code));
    });
  }

  choices(): Choices {
    const videos = this.videos();
    const shown = videos.find((track) => track.active);
    const text = this.player.getTextTracks();
    return {
      qualities: this.qualities(videos),
      audio: this.player.getAudioTracks().map((track, id) => ({ id, label: this.audioLabel(track), active: track.active })),
      captions: [
        { id: -1, label: "Off", active: this.spoken === null },
        ...text.map((track, id) => ({ id, label: this.textLabel(track), active: track.id === this.spoken?.id })),
      ],
      height: shown?.height && shown.width ? Math.min(shown.width, shown.height) : null,
    };
  }

  chooseQuality(id: number): void {
    this.automatic = id < 0;
    this.player.configure({ abr: { enabled: this.automatic } });
    const track = this.videos()[id];
    if (track) this.player.selectVideoTrack(track, true);
  }

  chooseAudio(id: number): void {
    const track = this.player.getAudioTracks()[id];
    if (track) this.player.selectAudioTrack(track);
  }

  chooseCaptions(id: number): void {
    this.hasChosen = true;
    this.spoken = this.player.getTextTracks()[id] ?? null;
    this.player.selectTextTrack(this.spoken);
  }

  /** Numbers for tests and for the curious. */
  stats(): shaka.extern.Stats {
    return this.player.getStats();
  }

  destroy(): Promise<unknown> {
    return this.player.destroy();
  }

  /** The captions that are shown without being chosen: the default ones, else those that Shaka Player shows by itself. */
  private showFirst(): void {
    const tracks = this.player.getTextTracks();
    this.spoken = tracks.find((track) => track.primary) ?? tracks.find((track) => track.active) ?? null;
    if (this.spoken) this.player.selectTextTrack(this.spoken);
  }

  private qualities(videos: VideoTrack[]): Choice[] {
    if (videos.length < 2) return [];
    const fixed = videos.map((track, id) => ({
      id,
      label: this.labels.quality(track.width ?? 0, track.height ?? 0),
      active: !this.automatic && track.active,
    }));
    return [{ id: -1, label: "Auto", active: this.automatic }, ...fixed];
  }

  /** Best first; of renditions of one size the one with most bits. */
  private videos(): VideoTrack[] {
    const sorted = this.player
      .getVideoTracks()
      .sort((a, b) => (b.height ?? 0) - (a.height ?? 0) || b.bandwidth - a.bandwidth);
    return sorted.filter((track, index) => track.active || track.height !== sorted[index - 1]?.height);
  }

  private audioLabel(track: shaka.extern.AudioTrack): string {
    const name = track.label || this.labels.language(track.language);
    return (track.channelsCount ?? 0) > 2 ? `${name} (surround)` : name;
  }

  private textLabel(track: shaka.extern.TextTrack): string {
    return track.label || this.labels.language(track.language);
  }
}

/** The id that the active choice of one list has in another. */
function again(before: Choice[], now: Choice[]): number | undefined {
  const chosen = before.find(({ active }) => active)?.label;
  return now.find(({ label }) => label === chosen)?.id;
}

/** Shaka Player's codes: 1xxx are the network's, 3xxx the media element's. */
function errorText(code: number): string {
  if (code >= 1000 && code < 2000) return "The video could not be fetched. Check your connection and try again.";
  if (code >= 3000 && code < 4000) return "This browser could not decode the video.";
  return `The video stopped (player error ${code}).`;
}
