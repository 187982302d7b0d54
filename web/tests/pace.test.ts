import { describe, expect, it } from "vitest";
import { Pace } from "../src/pace";

function noted(...points: [seconds: number, percent: number][]): Pace {
  const pace = new Pace();
  for (const [seconds, percent] of points) pace.note(percent, seconds * 1000);
  return pace;
}

describe("how long an encode will still take", () => {
  it("is told by how fast it came on", () => {
    expect(noted([0, 10], [10, 20]).secondsLeft()).toBe(80);
  });

  it("is not told from too short a look, nor where nothing moves", () => {
    expect(noted().secondsLeft()).toBeNull();
    expect(noted([0, 10], [3, 20]).secondsLeft()).toBeNull();
    expect(noted([0, 10], [10, 10]).secondsLeft()).toBeNull();
  });

  it("follows the last minute", () => {
    expect(noted([0, 0], [100, 50], [110, 60], [150, 80]).secondsLeft()).toBeCloseTo(33.3, 1);
  });

  it("begins anew with an encode that does", () => {
    expect(noted([0, 80], [10, 90], [20, 0], [30, 10]).secondsLeft()).toBe(90);
  });
});
