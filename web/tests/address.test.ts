import { expect, test } from "vitest";
import { hostOf, sentAddress } from "../src/address";

test.each([
  [" https://example.com/a?X-Sig=%2f'1' ", "https://example.com/a?X-Sig=%2f'1'"],
  ["https://müller.example/rom été.mp4", "https://xn--mller-kva.example/rom%20%C3%A9t%C3%A9.mp4"],
  ["s3://films/a.mp4", "s3://films/a.mp4"],
  ["näm", "näm"],
])("%j is sent as %j", (typed, sent) => {
  expect(sentAddress(typed)).toBe(sent);
});

test("an address names its host", () => {
  expect(hostOf("https://example.com:8443/a.mp4")).toBe("example.com:8443");
  expect(hostOf("s3://films/a.mp4")).toBe("films");
});
