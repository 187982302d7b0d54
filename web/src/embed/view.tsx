/** What a frame shows: the player, or why not. */

import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import { publicGrant, sharedGrant } from "../grants";
import { Mark } from "../parts/mark";
import { OpenedPlayer, useOpened } from "../player/opened";
import { ApiError, sentence } from "../request";
import { framers, refused } from "./sites";

export function Embed({ id, share }: { id: string; share: string | null }) {
  const { grant, error, again } = useOpened(() => (share ? sharedGrant(share) : publicGrant(id)), id);
  const title = grant?.video?.title ?? "Video";
  useEffect(() => {
    document.title = title;
  }, [title]);
  if (error) return <Refusal error={error} id={id} isShared={share !== null} again={again} />;
  if (!grant) return <div class="embed-wait" role="status" aria-label="Loading the video" />;
  if (grant.video?.id !== id) return <NoSuchVideo />;
  const [stranger] = refused(grant.sites ?? [], framers(), location.origin);
  if (stranger) return <WrongSite origin={stranger} />;
  return (
    <main class="embed">
      <h1 class="hidden">{title}</h1>
      <OpenedPlayer grant={grant} again={again} />
    </main>
  );
}

export function NoSuchVideo() {
  return (
    <Closed title="There is no such video">
      <p>It was deleted, or the link is wrong.</p>
    </Closed>
  );
}

function WrongSite({ origin }: { origin: string }) {
  const who = origin === "null" ? "this site" : origin;
  return (
    <Closed title="This video cannot be shown here">
      <p>Its owner allows it only on certain sites, and {who} is not one of them.</p>
    </Closed>
  );
}

interface RefusalProps {
  error: unknown;
  id: string;
  isShared: boolean;
  again: () => Promise<boolean>;
}

function Refusal({ error, id, isShared, again }: RefusalProps) {
  const status = error instanceof ApiError ? error.status : 0;
  if (status === 401) return <SignInNeeded id={id} />;
  if (status === 404 && !isShared) return <NoSuchVideo />;
  if (status === 404) {
    return (
      <Closed title="This link is no longer valid">
        <p>It expired or was revoked. Ask the person who sent it for a new one.</p>
      </Closed>
    );
  }
  return (
    <Closed title="The video cannot be played">
      <p>{sentence(error)}</p>
      <button type="button" class="button" onClick={() => void again()}>
        Try again
      </button>
    </Closed>
  );
}

/** Nobody can be signed in within another site's frame: the video's own page opens beside it. */
function SignInNeeded({ id }: { id: string }) {
  return (
    <Closed title="This video is private">
      <p>Open the video's own page and sign in to watch it.</p>
      <a class="button" href={`/watch/${encodeURIComponent(id)}`} target="_blank" rel="noopener">
        Open the video's page
      </a>
    </Closed>
  );
}

function Closed({ title, children }: { title: string; children: ComponentChildren }) {
  return (
    <main class="closed">
      <Mark />
      <h1>{title}</h1>
      {children}
    </main>
  );
}
