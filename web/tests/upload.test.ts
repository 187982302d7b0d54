import AwsS3 from "@uppy/aws-s3";
import { beforeEach, expect, test, vi } from "vitest";
import { remainingUpload } from "../src/api";
import type { Multipart, Video } from "../src/model";
import { ApiError } from "../src/request";
import { Invited } from "../src/upload/invitations";
import { arrivedBytes, fits, partCount, span } from "../src/upload/parts";
import { ARRIVED, begunUploads, begunWith, forget, remember, resumable } from "../src/upload/resume";
import { isOver, sendBytes } from "../src/upload/send";

const MIB = 2 ** 20;
const PART = 8 * MIB;
const SIZE = 20 * MIB;
let issued = 0;

vi.mock("@uppy/aws-s3", () => ({ default: { uploadPartBytes: vi.fn() } }));
vi.mock("../src/api", () => ({ remainingUpload: vi.fn() }));

function invitation(arrived: number[], missing: number[], last = 4 * MIB): Multipart {
  return {
    uploadId: "u",
    partSize: PART,
    arrived: arrived.map((partNumber) => ({ partNumber, etag: "e", size: partNumber === 3 ? last : PART })),
    parts: missing.map((partNumber) => ({ partNumber, url: `https://bucket.test/${partNumber}?${issued}` })),
    expiresAt: "2026-01-02T04:04:05.678Z",
    finishBy: "2026-01-03T03:04:05.678Z",
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

test("a file whose video waits for it no more has arrived and begins no second video", async () => {
  const file = new File(["abc"], "a.mp4", { lastModified: 5 });
  remember(BEGUN);

  vi.mocked(remainingUpload).mockRejectedValueOnce(new ApiError(409, "wrong_status", "The upload has ended."));
  expect(await resumable("v", file)).toBe(ARRIVED);

  vi.mocked(remainingUpload).mockRejectedValueOnce(new ApiError(0, "offline", "The platform cannot be reached."));
  await expect(resumable("v", file)).rejects.toThrow("cannot be reached");
  expect(begunUploads()).toEqual([BEGUN]);

  vi.mocked(remainingUpload).mockRejectedValueOnce(new ApiError(404, "not_found", "There is no such video."));
  expect(await resumable("v", file)).toBeNull();
  expect(begunUploads()).toEqual([]);
});

function answersWithFreshAddresses(): void {
  vi.mocked(remainingUpload).mockReset();
  vi.mocked(remainingUpload).mockImplementation(async () => {
    issued += 1;
    return { video: {} as Video, upload: invitation([1], [2, 3]) };
  });
}

test("addresses that are refused at once are exchanged by one question", async () => {
  answersWithFreshAddresses();
  const invited = new Invited("v", invitation([], [1, 2, 3]));
  const old = [await invited.address(2), await invited.address(3)];

  const fresh = await Promise.all(old.map(({ url }) => invited.instead(url)));

  expect(fresh.map((one) => one?.url)).toEqual([`https://bucket.test/2?${issued}`, `https://bucket.test/3?${issued}`]);
  expect(remainingUpload).toHaveBeenCalledTimes(1);
});

test("an address that is refused late gets what was asked for before", async () => {
  answersWithFreshAddresses();
  const invited = new Invited("v", invitation([], [1, 2, 3]));
  const [second, third] = [await invited.address(2), await invited.address(3)];
  await invited.instead(second.url);

  expect((await invited.instead(third.url))?.url).toBe(`https://bucket.test/3?${issued}`);
  expect(remainingUpload).toHaveBeenCalledTimes(1);
});

test("an address of a whole source is exchanged with its headers", async () => {
  const times = { expiresAt: "", finishBy: "" };
  const headers = { "If-None-Match": "*", "Content-Type": "video/mp4", "Content-Length": "5" };
  const put = (url: string) => ({ method: "PUT" as const, url, headers, ...times });
  vi.mocked(remainingUpload).mockResolvedValue({ video: {} as Video, upload: put("https://bucket.test/new") });
  const invited = new Invited("v", put("https://bucket.test/old"));
  await invited.address();

  const fresh = await invited.instead("https://bucket.test/old");

  expect(fresh).toEqual({ method: "PUT", url: "https://bucket.test/new", headers: { "If-None-Match": "*", "Content-Type": "video/mp4" } });
  expect(await invited.instead("https://bucket.test/foreign")).toBeUndefined();
});

test("a source that the platform waits for no more has arrived, and what is refused otherwise is an error", async () => {
  const times = { expiresAt: "", finishBy: "" };
  const invited = new Invited("v", { method: "PUT", url: "https://bucket.test/one", headers: {}, ...times });
  await invited.address();

  vi.mocked(remainingUpload).mockRejectedValueOnce(new ApiError(404, "not_found", "There is no such video."));
  await expect(invited.address()).rejects.toThrow("no such video");
  expect(invited.hasArrived).toBe(false);

  vi.mocked(remainingUpload).mockRejectedValueOnce(new ApiError(409, "wrong_status", "The upload has ended."));
  await invited.address();
  expect(invited.hasArrived).toBe(true);
});

test("an address is over when its hour or its session is, not when the network is", () => {
  const refused = (status: number, responseText = "") => ({ source: { status, responseText } });

  expect(isOver(refused(403))).toBe(true);
  expect(isOver(refused(400, "<Code>ExpiredToken</Code>"))).toBe(true);
  expect(isOver(refused(400, "<Code>RequestTimeout</Code>"))).toBe(false);
  expect(isOver(refused(0))).toBe(false);
  expect(isOver(new Error("lost"))).toBe(false);
});

function refusing(status: number): void {
  vi.mocked(AwsS3.uploadPartBytes).mockReset();
  vi.mocked(AwsS3.uploadPartBytes).mockRejectedValue(Object.assign(new Error("Non 2xx"), { source: { status } }));
}

const SENDING = { signature: { url: "https://bucket.test/x" } } as never;

test("a source that the bucket has already was sent before, and no fresh address is asked for", async () => {
  refusing(412);
  const instead = vi.fn();

  expect(await sendBytes(SENDING, { instead, hasArrived: false })).toEqual({ ETag: "" });
  expect(instead).not.toHaveBeenCalled();
});

test("an old address of a source that has arrived is not used again", async () => {
  refusing(403);

  expect(await sendBytes(SENDING, { instead: vi.fn(), hasArrived: true })).toEqual({ ETag: "" });
  expect(AwsS3.uploadPartBytes).not.toHaveBeenCalled();
});

test("a source that turns out to be there when its old address is refused is not sent again", async () => {
  refusing(403);
  const upload = { hasArrived: false, instead: async () => void (upload.hasArrived = true) };

  expect(await sendBytes(SENDING, upload as never)).toEqual({ ETag: "" });
  expect(AwsS3.uploadPartBytes).toHaveBeenCalledTimes(1);
});
