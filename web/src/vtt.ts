/** The storyboard: a WebVTT track whose cues name a picture and a rectangle in it (`sheet.jpg#xywh=0,0,160,90`). */

export interface Tile {
  start: number;
  end: number;
  url: string;
  x: number;
  y: number;
  width: number;
  height: number;
}

/** The tiles of a storyboard; `base` is the track's own address. Cues that are none are left out. */
export function tiles(text: string, base: string): Tile[] {
  return text
    .replace(/\r\n?/g, "\n")
    .split(/\n{2,}/)
    .flatMap((block) => tile(block, base) ?? []);
}

function tile(block: string, base: string): Tile | null {
  const lines = block.split("\n").filter(Boolean);
  const timing = lines.findIndex((line) => line.includes("-->"));
  const target = lines[timing + 1];
  if (timing < 0 || !target) return null;
  const [start, end] = (lines[timing] ?? "").split("-->").map(seconds);
  const place = /^(.*)#xywh=(?:pixel:)?(\d+),(\d+),(\d+),(\d+)$/.exec(target.trim());
  if (start === undefined || end === undefined || Number.isNaN(start + end) || !place) return null;
  const [x, y, width, height] = place.slice(2).map(Number) as [number, number, number, number];
  return { start, end, url: new URL(place[1] ?? "", base).href, x, y, width, height };
}

/** "01:02:03.500" or "02:03.500" in seconds; NaN for anything else. */
export function seconds(text: string): number {
  const found = /^(?:(\d+):)?(\d{1,2}):(\d{1,2}[.,]\d{3})/.exec(text.trim());
  if (!found) return NaN;
  return Number(found[1] ?? 0) * 3600 + Number(found[2]) * 60 + Number((found[3] ?? "").replace(",", "."));
}

/** The tile that shows a time; the nearest one before it where there is a gap. */
export function tileAt(board: readonly Tile[], time: number): Tile | undefined {
  return board.findLast((one) => one.start <= time) ?? board[0];
}
