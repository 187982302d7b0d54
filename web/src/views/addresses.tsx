/** What one takes along: code that embeds the player, and the addresses of the manifests. */

import { config } from "../config";
import type { PlaybackUrls, Video } from "../model";
import { CopyField } from "../parts/basics";

export function Addresses({ video, playback }: { video: Video; playback: PlaybackUrls }) {
  const isPrivate = config().playbackAccess === "private";
  return (
    <section class="panel" aria-labelledby="addresses-title">
      <h2 id="addresses-title" class="panel-title">
        Embed code and URLs
      </h2>
      {!isPrivate && <CopyField label="Embed code" text={embedCode(video)} />}
      <CopyField label="HLS URL" text={playback.hls} />
      <CopyField label="DASH URL" text={playback.dash} />
      {isPrivate && <p class="quiet small">Playback is private: these URLs are signed and expire. For other people and other sites, create a share link. It includes embed code.</p>}
    </section>
  );
}

/** An iframe with the player of a public video, or of a share link's token. */
export function embedCode({ id, title }: Pick<Video, "id" | "title">, token?: string): string {
  const query = token ? `?share=${encodeURIComponent(token)}` : "";
  const address = `${location.origin}/embed/${id}${query}`;
  return `<iframe src="${address}" title="${escaped(title)}" width="640" height="360" referrerpolicy="origin" allow="fullscreen; picture-in-picture" style="border:0"></iframe>`;
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("<", "&lt;");
}
