/** What webhooks and their deliveries are doing, in words. */

import { dateTime, listed } from "../format";
import type { Delivery, VideoEvent, Webhook } from "../model";

export const EVENTS: [event: VideoEvent, label: string, text: string][] = [
  ["VideoReady", "Video ready", "All of it can be watched"],
  ["VideoFailed", "Video failed", "It could not be fetched or encoded"],
  ["RenditionFailed", "Rendition failed", "One that was added later"],
];
export const FIRST_EVENTS: VideoEvent[] = ["VideoReady", "VideoFailed"];

export function eventName(event: VideoEvent): string {
  return EVENTS.find(([name]) => name === event)?.[1] ?? event;
}

/** Chosen events in the order in which they are offered. */
export function eventNames(events: VideoEvent[]): string {
  return listed(...EVENTS.map(([event, label]) => (events.includes(event) ? label : "")));
}

/** Whether the platform gave it up, and nobody has switched it on since. */
export function isOffByItself({ isOn, offSince }: Webhook): boolean {
  return offSince !== null && !isOn;
}

/** "On, failing since 3 Mar 2026, 14:05", and how it should look. */
export function stateOf({ isOn, failingSince, offSince }: Webhook): { tone: "" | "warning" | "failed"; text: string } {
  if (offSince !== null && !isOn) {
    return { tone: "failed", text: `Switched off by itself on ${dateTime(offSince)} because nothing was taken for three days` };
  }
  if (!isOn) return { tone: "", text: "Off" };
  return failingSince ? { tone: "warning", text: `On, failing since ${dateTime(failingSince)}` } : { tone: "", text: "On" };
}

/** "Delivered, 2 tries, last answer 204". */
export function deliveryText({ state, tries, status }: Delivery): string {
  if (state === "pending" && tries === 0) return "On its way";
  const words = { pending: "Not accepted yet, will be sent again", delivered: "Delivered", failed: "Failed" }[state];
  if (tries === 0) return words;
  return listed(words, tries === 1 ? "1 try" : `${tries} tries`, status === null ? "no answer" : `last answer ${status}`);
}
