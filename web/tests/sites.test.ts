import { afterEach, expect, test, vi } from "vitest";
import { framers, refused } from "../src/embed/sites";

afterEach(() => vi.unstubAllGlobals());

const OWN = "https://videos.example";

test.each([
  [[], ["https://any.example"], []],
  [["https://a.example"], [], []],
  [["https://a.example"], ["https://a.example"], []],
  [["https://a.example"], [OWN], []],
  [["https://a.example"], ["https://b.example"], ["https://b.example"]],
  [["https://a.example"], ["https://a.example", "https://b.example"], ["https://b.example"]],
  [["https://a.example"], ["http://a.example"], ["http://a.example"]],
  [["https://a.example"], ["null"], ["null"]],
  [["https://*.a.example"], ["https://x.a.example", "https://x.y.a.example"], []],
  [["https://*.a.example"], ["https://a.example"], ["https://a.example"]],
  [["https://*.a.example"], ["https://evila.example"], ["https://evila.example"]],
  [["https://*.a.example:81"], ["https://x.a.example:81"], []],
])("of a link for %s, framed by %s, these are refused: %s", (sites, framers, strangers) => {
  expect(refused(sites, framers, OWN)).toEqual(strangers);
});

function framed(ancestorOrigins: string[] | undefined, referrer: string): void {
  vi.stubGlobal("window", { self: 1, top: 2 });
  vi.stubGlobal("location", { ancestorOrigins });
  vi.stubGlobal("document", { referrer });
}

test.each([
  [["https://a.example", "https://b.example"], "https://a.example/", ["https://a.example", "https://b.example"]],
  [undefined, "https://a.example/page", ["https://a.example"]],
  [undefined, "", ["null"]],
])("a browser that names %s and the referrer %s tells of these pages: %s", (ancestors, referrer, told) => {
  framed(ancestors, referrer);

  expect(framers()).toEqual(told);
});

test("a window of its own is framed by nobody", () => {
  vi.stubGlobal("window", { self: 1, top: 1 });

  expect(framers()).toEqual([]);
});
