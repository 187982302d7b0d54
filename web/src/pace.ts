/** How long an encode will still take, by how fast it has come on while somebody watched. */

const WINDOW_MS = 60_000;
const LEAST_MS = 5_000;

interface Point {
  at: number;
  percent: number;
}

export class Pace {
  private points: Point[] = [];

  /** It has come to so many percent now (ms); one that goes back was begun anew. */
  note(percent: number, now: number): void {
    const last = this.points.at(-1);
    if (last && percent < last.percent) this.points = [];
    this.points = [...this.points.filter(({ at }) => now - at <= WINDOW_MS), { at: now, percent }];
  }

  /** Seconds until 100 percent; null while nobody can say. */
  secondsLeft(): number | null {
    const [first, last] = [this.points[0], this.points.at(-1)];
    if (!first || !last || last.at - first.at < LEAST_MS || last.percent <= first.percent) return null;
    return ((100 - last.percent) * (last.at - first.at)) / (last.percent - first.percent) / 1000;
  }
}
