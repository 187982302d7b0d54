import { expect, test } from "vitest";
import { seconds, tileAt, tiles } from "../src/vtt";

const BASE = "https://videos.test/videos/a/run/storyboard.vtt";
const TRACK = `WEBVTT

00:00.000 --> 00:02.000
storyboard/00000.jpg#xywh=0,0,160,90

1
00:00:02.000 --> 00:00:04.500
storyboard/00000.jpg#xywh=160,0,160,90
`;

test("cues become tiles with the addresses of their sheets", () => {
  const [first, second] = tiles(TRACK, BASE);
  expect(first).toEqual({
    start: 0,
    end: 2,
    url: "https://videos.test/videos/a/run/storyboard/00000.jpg",
    x: 0,
    y: 0,
    width: 160,
    height: 90,
  });
  expect([second?.start, second?.end, second?.x]).toEqual([2, 4.5, 160]);
});

test("the line ends of other systems make no difference", () => {
  expect(tiles(TRACK.replaceAll("\n", "\r\n"), BASE)).toEqual(tiles(TRACK, BASE));
});

test("what is no tile is left out", () => {
  expect(tiles("WEBVTT\n\nNOTE nothing\n\n00:01.000 --> 00:02.000\nwords", BASE)).toEqual([]);
  expect(tiles("WEBVTT\n\nx --> y\na.jpg#xywh=0,0,1,1", BASE)).toEqual([]);
});

test("times have hours or not", () => {
  expect(seconds("01:02:03.500")).toBe(3723.5);
  expect(seconds("02:03,250")).toBe(123.25);
  expect(seconds("soon")).toBeNaN();
});

test("every time has the tile that was drawn last", () => {
  const board = tiles(TRACK, BASE);
  expect([0, 1.99, 2, 99].map((time) => tileAt(board, time)?.x)).toEqual([0, 0, 160, 160]);
  expect(tileAt([], 1)).toBeUndefined();
});
