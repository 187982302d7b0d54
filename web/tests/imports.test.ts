import { expect, test } from "vitest";
import { importAmount, importPercent, importText, isImporting, isNotImported } from "../src/imports";
import type { Import } from "../src/model";
import { statusText } from "../src/parts/status";

const URL = "https://example.com/film.mp4";

test.each([
  [{ received: 0, total: null }, null, "", "Importing"],
  [{ received: 0, total: 40e6 }, 0, "40 MB", "Importing"],
  [{ received: 12e6, total: null }, null, "12 MB", "Importing, 12 MB so far"],
  [{ received: 12e6, total: 40e6 }, 30, "12 MB of 40 MB", "Importing 30 %"],
  [{ received: 0, total: 0 }, 0, "", "Importing"],
] as [Omit<Import, "url">, number | null, string, string][])("an import of which %j has come says so", (part, percent, amount, text) => {
  const video = { status: "awaiting_upload" as const, progress: 0, import: { url: URL, ...part } };
  expect([importPercent(video), importAmount(video), importText(video), statusText(video)]).toEqual([percent, amount, text, text]);
});

test("a video is an import until its file is there, and failed as one where it never came", () => {
  const file = { url: URL, received: 5, total: 5 };
  expect(isImporting({ status: "awaiting_upload", import: file })).toBe(true);
  expect(isImporting({ status: "awaiting_upload", import: null })).toBe(false);
  expect(isImporting({ status: "queued", import: file })).toBe(false);
  expect(isNotImported({ status: "failed", import: file, size: null })).toBe(true);
  expect(isNotImported({ status: "failed", import: file, size: 5 })).toBe(false);
  expect(isNotImported({ status: "failed", import: null, size: null })).toBe(false);
});
