import { expect, test } from "vitest";
import { refused } from "../src/embed/sites";

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
