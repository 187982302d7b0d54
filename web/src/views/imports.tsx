/** Import: the platform fetches a file from its address; who asked for it may leave. */

import { useEffect, useState } from "preact/hooks";
import { sentAddress } from "../address";
import { importVideo, listVideos, sentence } from "../api";
import { isImporting } from "../imports";
import type { Video } from "../model";
import { Icon } from "../parts/icons";
import { ImportRow } from "./import-row";

const MOST_LOOKED_AT = 24;

export function Imports({ profile }: { profile: string }) {
  const [videos, setVideos] = useState<Video[]>([]);
  const add = (found: Video[]) => setVideos((held) => [...found.filter(({ id }) => held.every((one) => one.id !== id)), ...held]);
  useEffect(() => {
    // Those that an earlier visit began; where this fails, they are in the library all the same.
    listVideos(null, MOST_LOOKED_AT, "awaiting_upload").then(
      (page) => add(page.videos.filter(isImporting)),
      () => undefined,
    );
  }, []);
  return (
    <>
      <ImportForm profile={profile} onBegun={(video) => add([video])} />
      {videos.length > 0 && (
        <section aria-labelledby="imports-title">
          <h2 id="imports-title" class="section-title">
            Imports
          </h2>
          <ul class="rows">
            {videos.map((video) => (
              <ImportRow key={video.id} begun={video} onGone={() => setVideos((held) => held.filter(({ id }) => id !== video.id))} />
            ))}
          </ul>
        </section>
      )}
    </>
  );
}

function ImportForm({ profile, onBegun }: { profile: string; onBegun: (video: Video) => void }) {
  const [url, setUrl] = useState("");
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const submit = async (event: Event) => {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      onBegun(await importVideo(sentAddress(url), profile));
      setUrl("");
    } catch (failure) {
      setError(sentence(failure));
    }
    setBusy(false);
  };
  return (
    <form class="import" onSubmit={submit}>
      <label>
        <span class="import-label">Or fetch it from an address</span>
        <input
          type="text"
          inputMode="url"
          autoComplete="off"
          autoCapitalize="off"
          spellcheck={false}
          required
          placeholder="https://example.com/film.mp4"
          value={url}
          aria-invalid={error !== null}
          aria-describedby={error ? "import-error" : undefined}
          onInput={(event) => setUrl(event.currentTarget.value)}
        />
      </label>
      <button type="submit" class="button" disabled={busy}>
        <Icon name="fetch" />
        Import
      </button>
      {error && (
        <p id="import-error" class="tone-failed" role="alert">
          {error}
        </p>
      )}
    </form>
  );
}
