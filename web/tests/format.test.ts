import { expect, test } from "vitest";
import { bitRate, bytes, clock, codec, frameRate, profileName, quality, sizeLimit, spokenTime, timeLeft, shownName, titleOf, usd, when } from "../src/format";

test.each([
  [0, "0:00"],
  [83.9, "1:23"],
  [3661, "1:01:01"],
  [36_000, "10:00:00"],
  [-1, "0:00"],
  [NaN, "0:00"],
  [Infinity, "0:00"],
])("%s seconds are %s", (seconds, text) => {
  expect(clock(seconds)).toBe(text);
});

test.each([
  [0, "0 seconds"],
  [61, "1 minute 1 second"],
  [7322, "2 hours 2 minutes 2 seconds"],
])("%s seconds are spoken as %s", (seconds, text) => {
  expect(spokenTime(seconds)).toBe(text);
});

test.each([
  [0, "0 bytes"],
  [999, "999 bytes"],
  [1000, "1 kB"],
  [1_536_000, "1.54 MB"],
  [100_000_000, "100 MB"],
  [999_999_999, "1 GB"],
  [53_687_091_200, "53.7 GB"],
])("%s bytes are %s", (size, text) => {
  expect(bytes(size)).toBe(text);
});

test.each([
  [814_000, "814 kb/s"],
  [2_782_000, "2.78 Mb/s"],
  [999_900, "1 Mb/s"],
  [12_000_000, "12 Mb/s"],
])("%s bits a second are %s", (rate, text) => {
  expect(bitRate(rate)).toBe(text);
});

test("limits are said as they were set", () => {
  expect(sizeLimit(50 * 2 ** 30)).toBe("50 GiB");
  expect(sizeLimit(1500)).toBe("1.5 kB");
});

test("rates, codecs, profiles and renditions have the names viewers know", () => {
  expect(frameRate(30000 / 1001)).toBe("29.97");
  expect(codec("avc1.64001f")).toBe("H.264");
  expect(codec("something")).toBe("something");
  expect([profileName("default"), profileName("av1")]).toEqual(["Default", "AV1"]);
  expect([quality(1920, 1080), quality(576, 1024)]).toEqual(["1080p", "576p"]);
});

test("the time left is rough, and unknown times are not said", () => {
  expect(timeLeft(12)).toBe("less than a minute left");
  expect(timeLeft(125)).toBe("about 2 minutes left");
  expect(timeLeft(Infinity)).toBe("");
});

test("what is old has a date, what is new an age", () => {
  const now = Date.parse("2026-03-10T12:00:00Z");
  expect(when("2026-03-10T11:59:30Z", now)).toBe("just now");
  expect(when("2026-03-10T09:00:00Z", now)).toBe("3 hours ago");
  expect(when("2026-01-02T12:00:00Z", now)).toBe("2 Jan 2026");
});

test("a title is a file's name without its format", () => {
  expect(titleOf("Rome, day 2.mp4")).toBe("Rome, day 2");
  expect(titleOf("v1.0 final")).toBe("v1.0 final");
  expect(titleOf(".mp4")).toBe(".mp4");
});

test.each([
  [0, "nothing"],
  [0.0004, "less than 0.1 cents"],
  [0.0123, "1.23 cents"],
  [0.5, "50 cents"],
  [3.4, "3.40 USD"],
])("%s USD are %s", (amount, text) => {
  expect(usd(amount)).toBe(text);
});

test.each([
  ["Зима 1.mp4", "Зима 1.mp4"],
  ["exe.\u202e4pm", "exe.4pm"],
  ["a\u0000\u001b[31m\n.mp4", "a[31m.mp4"],
  ["\u2066", "video"],
])("%j is shown as %j", (name, shown) => {
  expect(shownName(name)).toBe(shown);
});
