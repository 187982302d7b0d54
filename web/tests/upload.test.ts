import { beforeEach, expect, test, vi } from "vitest";
import type { Multipart } from "../src/model";
import { arrivedBytes, fits, partCount, span } from "../src/upload/parts";
import { begunUploads, begunWith, forget, remember } from "../src/upload/resume";

const MIB = 2 ** 20;
const PART = 8 * MIB;
const SIZE = 20 * MIB;

function invitation(arrived: number[], missing: number[], last = 4 * MIB): Multipart {
  return {
    uploadId: "u",
    partSize: PART,
    arrived: arrived.map((partNumber) => ({ partNumber, etag: "e", size: partNumber === 3 ? last : PART })),
    parts: missing.map((partNumber) => ({ partNumber, url: `https://bucket.test/${partNumber}` })),
  };
}

test("parts cover a file without a gap", () => {
  const spans = [1, 2, 3].map((number) => span(number, SIZE, PART));

  expect(partCount(SIZE, PART)).toBe(3);
  expect(spans.map(({ start, end }) => end - start)).toEqual([PART, PART, 4 * MIB]);
  expect(spans.map(({ start }) => start)).toEqual([0, PART, 2 * PART]);
});

test("even an empty file has a part", () => {
  expect(partCount(0, PART)).toBe(1);
  expect(partCount(PART, PART)).toBe(1);
  expect(partCount(PART + 1, PART)).toBe(2);
});

test("an upload fits the file it was begun with, and no other", () => {
  expect(fits(invitation([1, 3], [2]), SIZE)).toBe(true);
  expect(fits(invitation([1, 3], [2]), SIZE + 1)).toBe(false);
  expect(fits(invitation([1], [2]), SIZE)).toBe(false);
  expect(fits(invitation([1, 3], [2], 3 * MIB), SIZE)).toBe(false);
});

test("what has arrived is added up", () => {
  expect(arrivedBytes(invitation([1, 3], [2]))).toBe(12 * MIB);
});

beforeEach(() => {
  const kept = new Map<string, string>();
  vi.stubGlobal("localStorage", {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => kept.set(key, value),
  });
});

const BEGUN = { videoId: "v", name: "a.mp4", size: 3, lastModified: 5, profile: "default", startedAt: Date.now() };

test("an unfinished upload is remembered until it is forgotten", () => {
  remember(BEGUN);
  remember({ ...BEGUN, profile: "fast" });
  expect(begunUploads()).toEqual([{ ...BEGUN, profile: "fast" }]);

  forget("v");
  expect(begunUploads()).toEqual([]);
});

test("an upload older than a week is not offered any more", () => {
  remember({ ...BEGUN, startedAt: Date.now() - 8 * 86_400_000 });

  expect(begunUploads()).toEqual([]);
});

test("a file is known again by its name, size and date", () => {
  remember(BEGUN);

  const file = new File(["abc"], "a.mp4", { lastModified: 5 });
  expect(begunWith(file)?.videoId).toBe("v");
  expect(begunWith(new File(["abcd"], "a.mp4", { lastModified: 5 }))).toBeUndefined();
  expect(begunWith(new File(["abc"], "a.mp4", { lastModified: 6 }))).toBeUndefined();
});
