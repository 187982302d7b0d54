/** A file to keep: chosen from a list, made if it has to be, and handed to the browser. */

import { useEffect, useRef, useState } from "preact/hooks";
import { bytes, codec, quality } from "../format";
import type { Download, Offered } from "../model";
import { sentence } from "../request";
import { Bar } from "./basics";
import { Icon } from "./icons";

/** One file of the list, and how to ask for it. */
export interface Offer {
  label: string;
  ask: () => Promise<Download>;
}

const ASK_AGAIN_MS = 2000;

export function DownloadForm({ offers }: { offers: Offer[] }) {
  const [chosen, setChosen] = useState(0);
  const [preparing, setPreparing] = useState<Download | null>(null);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const isHere = useRef(true);
  useEffect(() => () => void (isHere.current = false), []);
  const prepare = async (offer: Offer) => {
    let found = await offer.ask();
    while (found.state === "preparing" && isHere.current) {
      setPreparing(found);
      await new Promise((resolve) => setTimeout(resolve, ASK_AGAIN_MS));
      found = await offer.ask();
    }
    if (found.url && isHere.current) location.assign(found.url);
  };
  const download = async (event: SubmitEvent) => {
    event.preventDefault();
    setBusy(true);
    setError(null);
    await prepare(offers[chosen]!).catch((failure: unknown) => setError(sentence(failure)));
    setPreparing(null);
    setBusy(false);
  };
  return (
    <form class="download" onSubmit={download}>
      <label class="select">
        <span class="hidden">File</span>
        <select value={chosen} disabled={busy} onChange={(event) => setChosen(Number(event.currentTarget.value))}>
          {offers.map(({ label }, index) => (
            <option key={label} value={index}>
              {label}
            </option>
          ))}
        </select>
      </label>
      <button type="submit" class="button" disabled={busy}>
        <Icon name="fetch" />
        Download
      </button>
      {preparing && (
        <div class="download-progress" role="status">
          <span class="quiet small">Preparing {preparing.filename}: {Math.floor(preparing.progress)} %. The download begins by itself.</span>
          <Bar percent={preparing.progress} label={`Preparing ${preparing.filename}`} />
        </div>
      )}
      {error && (
        <p class="tone-failed" role="alert">
          {error}
        </p>
      )}
    </form>
  );
}

/** One for each rendition, the largest that everything plays first; `more` are the bytes of the sound with it. */
export function pictureOffers(renditions: Offered[], more: number, ask: (rendition: string) => Promise<Download>): Offer[] {
  const codecs = new Set(renditions.map((rendition) => rendition.codec.split(".")[0]));
  const isForAll = (rendition: Offered) => Number(rendition.codec.startsWith("avc1"));
  const inOrder = [...renditions].sort((one, other) => isForAll(other) - isForAll(one) || other.height - one.height);
  return inOrder.map((rendition) => ({
    label: `${quality(rendition.width, rendition.height)}${codecs.size > 1 ? `, ${codec(rendition.codec)}` : ""} (MP4) · ${bytes(rendition.bytes + more)}`,
    ask: () => ask(rendition.name),
  }));
}
