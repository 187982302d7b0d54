import { expect, test } from "vitest";
import { challenge } from "../src/pkce";
import { route } from "../src/routes";
import { matches } from "../src/search";

test.each([
  ["/", { view: "library" }],
  ["/upload", { view: "upload" }],
  ["/keys", { view: "keys" }],
  ["/webhooks", { view: "webhooks" }],
  ["/webhooks/1", { view: "unknown" }],
  ["/watch/0123", { view: "video", id: "0123" }],
  ["/share/abc", { view: "share", token: "abc" }],
  ["/embed/0123", { view: "unknown" }],
  ["/watch", { view: "unknown" }],
  ["/watch/1/2", { view: "unknown" }],
  ["/videos/1", { view: "unknown" }],
  ["/watch/%", { view: "video", id: "%" }],
])("%s leads to its view", (path, expected) => {
  expect(route(path)).toEqual(expected);
});

test("a challenge is the one of RFC 7636's appendix B", async () => {
  expect(await challenge("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")).toBe("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
});

test("a search finds every word in title or tags, in any order and case", () => {
  const video = { title: "Summer in Rome", tags: ["Holiday"] };
  expect(matches(video, "rome SUMMER")).toBe(true);
  expect(matches(video, "rome holi")).toBe(true);
  expect(matches(video, "rome winter")).toBe(false);
});
