/** Share links: who has one may watch without an account, until it expires or is revoked, and on some sites only if one likes. */

import { useEffect, useState } from "preact/hooks";
import { ApiError, createShare, listShares, revokeShare, sentence } from "../api";
import { dateTime, when } from "../format";
import type { Share, Video } from "../model";
import { CopyField } from "../parts/basics";
import { IconButton } from "../parts/icon-button";
import { Icon } from "../parts/icons";
import { embedCode } from "./addresses";

const LENGTHS: [hours: number, label: string][] = [
  [24, "1 day"],
  [168, "1 week"],
  [720, "30 days"],
];
const DEFAULT_HOURS = 168;

export function Shares({ video }: { video: Video }) {
  const [shares, setShares] = useState<Share[] | null>(null);
  const [made, setMade] = useState<Share | null>(null);
  const [hours, setHours] = useState(DEFAULT_HOURS);
  const [sites, setSites] = useState("");
  const [error, setError] = useState<string | null>(null);
  const [supported, setSupported] = useState(true);
  const attempt = (act: () => Promise<void>) => act().then(() => setError(null), (failure: unknown) => setError(sentence(failure)));
  useEffect(() => {
    listShares(video.id).then(setShares, (failure: unknown) => {
      // A platform whose playback is open to everybody has no such call.
      if (failure instanceof ApiError && (failure.status === 404 || failure.status === 403)) setSupported(false);
      else setError(sentence(failure));
    });
  }, [video.id]);
  if (!supported) return null;
  const create = () =>
    attempt(async () => {
      const share = await createShare(video.id, hours, sites.split(/[\s,]+/).filter(Boolean));
      setMade(share);
      setShares([share, ...(shares ?? [])]);
    });
  const revoke = (id: string) =>
    attempt(async () => {
      await revokeShare(video.id, id);
      setShares((shares ?? []).filter((share) => share.id !== id));
      if (made?.id === id) setMade(null);
    });
  return (
    <section class="panel" aria-labelledby="shares-title">
      <h2 id="shares-title" class="panel-title">
        Share links
      </h2>
      <p class="quiet small">Anyone with the link can watch this video without an account.</p>
      <div class="share-new">
        <label class="select">
          <span class="hidden">Valid for</span>
          <select value={hours} onChange={(event) => setHours(Number(event.currentTarget.value))}>
            {LENGTHS.map(([value, label]) => (
              <option key={value} value={value}>
                Valid for {label}
              </option>
            ))}
          </select>
        </label>
        <button type="button" class="button" onClick={create}>
          <Icon name="link" />
          Create link
        </button>
      </div>
      <label class="share-sites">
        <span class="label">Sites that can embed it (leave empty to allow all)</span>
        <input type="text" inputMode="url" spellcheck={false} placeholder="https://example.com" value={sites} onInput={(event) => setSites(event.currentTarget.value)} />
      </label>
      {error && (
        <p class="tone-failed" role="alert">
          {error}
        </p>
      )}
      {made?.url && <Made share={made} url={made.url} video={video} />}
      {shares && shares.length > 0 && (
        <ul class="share-list">
          {shares.map((share) => (
            <li key={share.id}>
              <span>
                Created {when(share.createdAt)}
                <span class="quiet"> · until {dateTime(share.expiresAt)}</span>
                {share.sites.length > 0 && <span class="quiet"> · on {share.sites.join(", ")}</span>}
              </span>
              <IconButton icon="trash" label={`Revoke the link created ${when(share.createdAt)}`} onClick={() => void revoke(share.id)} />
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

/** A new link, shown this once: the platform keeps no copy of it. */
function Made({ url, video }: { share: Share; url: string; video: Video }) {
  return (
    <div class="share-made" role="status">
      <CopyField label="Link (shown only once)" text={url} />
      <CopyField label="Embed code with this link" text={embedCode(video, url.split("/").pop())} />
    </div>
  );
}
