/** Downloads: the files that an owner can keep of a video, and whether viewers can too. */

import { useState } from "preact/hooks";
import { changeVideo, downloadOriginal, downloadVideo, sentence } from "../api";
import { bytes } from "../format";
import type { Downloaders, Sound, Video } from "../model";
import { DownloadForm, type Offer, pictureOffers } from "../parts/download";

const WHO: [who: Downloaders | null, label: string][] = [
  [null, "Viewers: as on the whole platform"],
  ["owner", "Viewers cannot download"],
  ["viewers", "Viewers can download"],
];

export function Downloads({ video, onChange }: { video: Video; onChange: (video: Video) => void }) {
  const [error, setError] = useState<string | null>(null);
  const choose = (who: string) =>
    changeVideo(video.id, { downloads: (who || "default") as Downloaders | "default" }).then(
      (changed) => {
        setError(null);
        onChange(changed);
      },
      (failure: unknown) => setError(sentence(failure)),
    );
  return (
    <section class="panel" aria-labelledby="downloads-title">
      <h2 id="downloads-title" class="panel-title">
        Download
      </h2>
      <DownloadForm offers={offersOf(video)} />
      <label class="select">
        <span class="hidden">Who can download it</span>
        <select value={video.downloads ?? ""} onChange={(event) => void choose(event.currentTarget.value)}>
          {WHO.map(([who, label]) => (
            <option key={label} value={who ?? ""}>
              {label}
            </option>
          ))}
        </select>
      </label>
      {error && (
        <p class="tone-failed" role="alert">
          {error}
        </p>
      )}
    </section>
  );
}

/** Renditions, the largest that everything plays first; sound alone; and the uploaded file. */
function offersOf(video: Video): Offer[] {
  const ofPicture = pictureOffers(video.renditions, soundBytes(video.sound), (rendition) => downloadVideo(video.id, { rendition }));
  const ofSound = video.sound.map((sound) => ({
    label: `Sound only${video.sound.length > 1 ? `, ${sound.label}` : ""} (M4A) · ${bytes(sound.bytes)}`,
    ask: () => downloadVideo(video.id, { rendition: "none", sound: sound.name }),
  }));
  const original = {
    label: `Original file${video.source?.size ? ` · ${bytes(video.source.size)}` : ""}`,
    ask: () => downloadOriginal(video.id),
  };
  return [...ofPicture, ...ofSound, original];
}

function soundBytes(sound: Sound[]): number {
  return (sound.find((each) => each.default) ?? sound[0])?.bytes ?? 0;
}
