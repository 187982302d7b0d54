/** Player pages without the rest: `/embed/{id}` for frames, `/share/{token}` for who has a link. */

import { useEffect } from "preact/hooks";
import { ApiError, grant, sharedGrant } from "../api";
import { isSignedIn, signIn } from "../auth";
import type { Grant } from "../model";
import { useTitle } from "../parts/hooks";
import { Mark } from "../parts/frame";
import { Player } from "../player/player";
import { chosen, chosenSigned, useGrant } from "./watch";

export function Embed({ id, share }: { id: string; share: string | null }) {
  const given = useGrant(() => (share ? sharedGrant(share) : grant(id)), share ?? id);
  useTitle(given.grant?.video?.title ?? "");
  useEffect(() => document.documentElement.classList.add("is-embed"), []);
  if (given.error) return <Closed error={given.error} id={id} />;
  return (
    <main class="embed">
      <h1 class="hidden">{given.grant?.video?.title ?? "Video"}</h1>
      {given.grant ? <Full grant={given.grant} renew={given.renew} /> : <div class="embed-wait" role="status" aria-label="Loading the video" />}
    </main>
  );
}

export function SharePage({ token }: { token: string }) {
  const given = useGrant(() => sharedGrant(token), token);
  const title = given.grant?.video?.title ?? "";
  useTitle(title);
  if (given.error) return <Closed error={given.error} />;
  return (
    <main class="share-page">
      {given.grant ? <Full grant={given.grant} renew={given.renew} /> : <div class="player embed-wait" role="status" aria-label="Loading the video" />}
      <div class="share-foot">
        <h1>{title || "\u00a0"}</h1>
        <p class="quiet share-brand">
          <Mark />
          Shared with you
        </p>
      </div>
    </main>
  );
}

function Full({ grant: given, renew }: { grant: Grant; renew: () => Promise<boolean> }) {
  const { playback } = given;
  const title = given.video?.title ?? "Video";
  return <Player manifest={reachable(given)} poster={playback.poster} storyboard={playback.storyboard} title={title} onRefused={renew} />;
}

/** In somebody else's frame browsers keep cookies away, so the signed manifests are played there. */
function reachable(given: Grant): string {
  const isForeign = window.self !== window.top;
  const signed = isForeign && chosenSigned(given);
  if (!signed) return chosen(given);
  const { pathname, search } = new URL(signed, location.origin);
  return pathname + search;
}

function Closed({ error, id }: { error: unknown; id?: string }) {
  const isUnknown = error instanceof ApiError && error.status === 404;
  const isSignedOut = error instanceof ApiError && error.status === 401 && !isSignedIn();
  return (
    <main class="closed">
      <Mark />
      <h1>{isSignedOut ? "This video is private" : isUnknown ? "This link is no longer valid" : "The video cannot be played"}</h1>
      <p>{isSignedOut ? "Sign in to watch it." : isUnknown ? "It expired or was revoked. Ask who sent it for a new one." : "Try again in a moment."}</p>
      {isSignedOut && id && (
        <button type="button" class="button" onClick={() => void signIn(`/embed/${id}`)}>
          Sign in
        </button>
      )}
    </main>
  );
}
