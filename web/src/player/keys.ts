/** The player's keys, as viewers know them from elsewhere. */

export interface Keyed {
  toggle(): void;
  seekBy(seconds: number): void;
  seekTo(fraction: number): void;
  changeVolume(step: number): void;
  toggleMute(): void;
  toggleFullscreen(): void;
  toggleCaptions(): void;
}

const ACTIONS: Record<string, (player: Keyed) => void> = {
  " ": (player) => player.toggle(),
  k: (player) => player.toggle(),
  j: (player) => player.seekBy(-10),
  l: (player) => player.seekBy(10),
  ArrowLeft: (player) => player.seekBy(-5),
  ArrowRight: (player) => player.seekBy(5),
  ArrowUp: (player) => player.changeVolume(0.1),
  ArrowDown: (player) => player.changeVolume(-0.1),
  Home: (player) => player.seekTo(0),
  End: (player) => player.seekTo(1),
  m: (player) => player.toggleMute(),
  f: (player) => player.toggleFullscreen(),
  c: (player) => player.toggleCaptions(),
};

/** Do what a key means; whether it meant anything. */
export function press(event: KeyboardEvent, player: Keyed): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey) return false;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  // A focused button or slider keeps the keys that it understands itself.
  const target = event.target as HTMLElement;
  if (target.closest("button, input, [role=menu]") && /^( |Arrow.*|Home|End|Enter)$/.test(key)) return false;
  const action = /^\d$/.test(key) ? (one: Keyed) => one.seekTo(Number(key) / 10) : ACTIONS[key];
  action?.(player);
  return action !== undefined;
}
