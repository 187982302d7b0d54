/** Which of a video's two manifests is played: both hold the same. */

import type { PlaybackUrls } from "../model";

/**
 * DASH, or HLS when the address asks for it (`?format=hls`) or the browser plays nothing else. Shaka Player is better at
 * DASH: the length of what still grows, and captions that come although nothing else does.
 */
export function manifestOf({ hls, dash }: PlaybackUrls): string {
  const hasMediaSource = "MediaSource" in window || "ManagedMediaSource" in window;
  const asksForHls = new URLSearchParams(location.search).get("format") === "hls";
  return asksForHls || !hasMediaSource ? hls : dash;
}
