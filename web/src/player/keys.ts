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

/** The same for people, in the order of use. */
export const SHORTCUTS: [keys: string[], meaning: string][] = [
  [["Space", "K"], "Play or pause"],
  [["J", "L"], "10 seconds back or forward"],
  [["\u2190", "\u2192"], "5 seconds back or forward"],
  [["0 \u2013 9"], "Jump to 0 % \u2013 90 % of the video"],
  [["Home", "End"], "Jump to the beginning or the end"],
  [["\u2191", "\u2193"], "Louder or quieter"],
  [["M"], "Mute or unmute"],
  [["C"], "Captions on or off"],
  [["F"], "Full screen"],
  [["?"], "Show this list"],
];

const SCROLLS = /^(ArrowUp|ArrowDown|Home|End)$/;
const TYPED_INTO = "input, textarea, select, [contenteditable], [role=menu], dialog";

/** Do what a key means that was pressed in the player; whether it meant anything. */
export function press(event: KeyboardEvent, player: Keyed): boolean {
  const key = keyOf(event);
  // A focused button or slider keeps the keys that it understands itself.
  const target = event.target as HTMLElement;
  if (target.closest("button, input, [role=menu]") && /^( |Arrow.*|Home|End|Enter)$/.test(key)) return false;
  return act(key, player);
}

/**
 * Do what a key means that was pressed elsewhere on the player's page: a letter wherever nothing is typed, and what
 * scrolls no page where nothing has the focus. Whether it meant anything.
 */
export function pressOutside(event: KeyboardEvent, player: Keyed): boolean {
  const key = keyOf(event);
  const target = event.target as HTMLElement;
  if (target.closest(TYPED_INTO) || SCROLLS.test(key)) return false;
  const isAnywhere = target === document.body || target.id === "content";
  return (isAnywhere || /^[a-z\d]$/.test(key)) && act(key, player);
}

/** "" for what belongs to the browser. */
function keyOf(event: KeyboardEvent): string {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return "";
  return event.key.length === 1 ? event.key.toLowerCase() : event.key;
}

function act(key: string, player: Keyed): boolean {
  const action = /^\d$/.test(key) ? (one: Keyed) => one.seekTo(Number(key) / 10) : ACTIONS[key];
  action?.(player);
  return action !== undefined;
}
