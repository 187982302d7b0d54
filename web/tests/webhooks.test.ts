import { expect, test } from "vitest";
import { dateTime } from "../src/format";
import type { Delivery, Webhook } from "../src/model";
import { deliveryText, eventNames, isOffByItself, stateOf } from "../src/views/webhook-words";

const SINCE = "2026-03-03T14:05:00.000Z";

function webhook(part: Partial<Webhook>): Webhook {
  return { id: "1", url: "https://example.com/", events: [], isOn: true, createdAt: SINCE, failingSince: null, offSince: null, ...part };
}

function delivery(part: Partial<Delivery>): Delivery {
  return { id: "1", event: "VideoReady", videoId: "2", createdAt: SINCE, state: "delivered", tries: 1, status: 204, ...part };
}

test("a webhook's state says since when it fails, and whether the platform gave it up", () => {
  expect(stateOf(webhook({}))).toEqual({ tone: "", text: "On" });
  expect(stateOf(webhook({ isOn: false }))).toEqual({ tone: "", text: "Off" });
  expect(stateOf(webhook({ failingSince: SINCE })).text).toBe(`On, failing since ${dateTime(SINCE)}`);
  const off = webhook({ isOn: false, failingSince: SINCE, offSince: SINCE });
  expect(stateOf(off)).toEqual({
    tone: "failed",
    text: `Switched off by itself on ${dateTime(SINCE)} because nothing was taken for three days`,
  });
  expect([off, webhook({ isOn: false }), webhook({})].map(isOffByItself)).toEqual([true, false, false]);
});

test.each([
  [{}, "Delivered, 1 try, last answer 204"],
  [{ state: "pending", tries: 0, status: 204 }, "On its way"],
  [{ state: "pending", tries: 3, status: null }, "Not accepted yet, will be sent again, 3 tries, no answer"],
  [{ state: "failed", tries: 9, status: 500 }, "Failed, 9 tries, last answer 500"],
  [{ state: "failed", tries: 0, status: null }, "Failed"],
] as [Partial<Delivery>, string][])("a delivery %j is told as %j", (part, text) => {
  expect(deliveryText(delivery(part))).toBe(text);
});

test("events are named in the order in which they are offered", () => {
  expect(eventNames(["VideoFailed", "VideoReady"])).toBe("Video ready, Video failed");
});
