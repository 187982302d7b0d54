/** The library: every video of the caller, newest first, with what is happening to it. */

import { useEffect, useState } from "preact/hooks";
import { sentence } from "../api";
import { plural } from "../format";
import type { Status, Video } from "../model";
import { Empty, Link, Notice, Skeleton } from "../parts/basics";
import { useRested, useTitle } from "../parts/hooks";
import { Icon } from "../parts/icons";
import { Card } from "./card";
import { OffWebhooks } from "./off-webhooks";
import { useShelf } from "./shelf";

const FILTERS: [value: Status | "", label: string][] = [
  ["", "All videos"],
  ["ready", "Ready"],
  ["transcoding", "Encoding"],
  ["playable", "Encoding, can be watched"],
  ["queued", "Waiting"],
  ["failed", "Failed"],
  ["cancelled", "Cancelled"],
  ["awaiting_upload", "Upload or import unfinished"],
];

export function Library() {
  useTitle("Library");
  const [typed, setTyped] = useState(() => new URLSearchParams(location.search).get("q") ?? "");
  const [status, setStatus] = useState<Status | "">(
    () => (new URLSearchParams(location.search).get("status") as Status | null) ?? "",
  );
  const words = useRested(typed.trim(), 200);
  const shelf = useShelf(status || null, words);
  useEffect(() => noteInAddress(words, status), [words, status]);
  const clear = () => {
    setTyped("");
    setStatus("");
  };
  return (
    <>
      <div class="page-head">
        <h1>Library</h1>
        <form class="filters" role="search" onSubmit={(event) => event.preventDefault()}>
          <label class="search">
            <span class="hidden">Search by title</span>
            <Icon name="search" />
            <input type="search" placeholder="Search by title" value={typed} onInput={(event) => setTyped(event.currentTarget.value)} />
          </label>
          <label class="select">
            <span class="hidden">Show</span>
            <select value={status} onChange={(event) => setStatus(event.currentTarget.value as Status | "")}>
              {FILTERS.map(([value, label]) => (
                <option key={value} value={value}>
                  {label}
                </option>
              ))}
            </select>
          </label>
        </form>
      </div>
      <OffWebhooks />
      {shelf.error !== null && (
        <Notice tone="error" title="The library could not be loaded">
          <p>{sentence(shelf.error)}</p>
          <button type="button" class="button button-small" onClick={shelf.reload}>
            Try again
          </button>
        </Notice>
      )}
      {shelf.videos === null ? !shelf.error && <Skeletons /> : <Shown videos={shelf.videos} filtered={Boolean(words || status)} onClear={clear} />}
      {shelf.videos !== null && (
        <p class="hidden" role="status">
          {plural(shelf.videos.length, "video")} shown
        </p>
      )}
      {shelf.more && (
        <div class="more">
          <button type="button" class="button button-quiet" disabled={shelf.loading} onClick={shelf.more}>
            {shelf.loading ? "Loading…" : "Show more"}
          </button>
        </div>
      )}
    </>
  );
}

function Shown({ videos, filtered, onClear }: { videos: Video[]; filtered: boolean; onClear: () => void }) {
  if (videos.length > 0) {
    return (
      <ul class="grid">
        {videos.map((video) => (
          <li key={video.id}>
            <Card video={video} />
          </li>
        ))}
      </ul>
    );
  }
  return filtered ? (
    <Empty title="Nothing matches">
      <p>No video has that title and status.</p>
      <button type="button" class="button button-quiet" onClick={onClear}>
        Show all videos
      </button>
    </Empty>
  ) : (
    <Empty title="No videos yet">
      <p>Upload a video. It will play in every resolution, on every device.</p>
      <Link to="/upload" class="button">
        <Icon name="upload" />
        Upload a video
      </Link>
    </Empty>
  );
}

function Skeletons() {
  return (
    <div class="grid" role="status" aria-label="Loading the library">
      {Array.from({ length: 8 }, (_, index) => (
        <Skeleton key={index} kind="card" />
      ))}
    </div>
  );
}

/** The filter stays when one comes back, and can be linked to. */
function noteInAddress(words: string, status: string): void {
  const query = new URLSearchParams({ ...(words && { q: words }), ...(status && { status }) });
  history.replaceState(history.state, "", query.size > 0 ? `/?${query}` : "/");
}
