/** Pages for who has no account: `/share/{token}`, and `/watch/{id}` where videos are public. */

import type { ComponentChildren } from "preact";
import { signIn } from "../auth";
import { publicDownload, publicGrant, sharedDownload, sharedGrant } from "../grants";
import type { Download } from "../model";
import { DownloadForm, pictureOffers } from "../parts/download";
import { useTitle } from "../parts/hooks";
import { Mark } from "../parts/mark";
import { type Opened, OpenedPlayer, useOpened } from "../player/opened";
import { ApiError, sentence } from "../request";

export function SharePage({ token }: { token: string }) {
  const opened = useOpened(() => sharedGrant(token), token);
  if (opened.error) return <Closed error={opened.error} title="This link is no longer valid" text="It expired or was revoked. Ask the person who sent it for a new one." />;
  return (
    <Stage opened={opened} download={(rendition) => sharedDownload(token, rendition)}>
      Shared with you
    </Stage>
  );
}

export function PublicPage({ id }: { id: string }) {
  const opened = useOpened(() => publicGrant(id), id);
  if (opened.error) return <Closed error={opened.error} title="There is no such video" text="It was deleted, or the link is wrong." />;
  return (
    <Stage opened={opened} download={(rendition) => publicDownload(id, rendition)}>
      <button type="button" class="button button-quiet button-small" onClick={() => void signIn(location.pathname)}>
        Sign in
      </button>
    </Stage>
  );
}

interface StageProps {
  opened: Opened;
  download: (rendition: string) => Promise<Download>;
  children: ComponentChildren;
}

function Stage({ opened: { grant, again }, download, children }: StageProps) {
  const title = grant?.video?.title ?? "";
  useTitle(title);
  const offers = pictureOffers(grant?.downloads ?? [], 0, download);
  return (
    <main class="share-page">
      {grant ? <OpenedPlayer grant={grant} again={again} /> : <div class="player embed-wait" role="status" aria-label="Loading the video" />}
      <div class="share-foot">
        <h1>{title || "\u00a0"}</h1>
        <div class="quiet share-brand">
          <Mark />
          {children}
        </div>
      </div>
      {offers.length > 0 && <DownloadForm offers={offers} />}
    </main>
  );
}

/** `title` and `text` are for what is not there. */
function Closed({ error, title, text }: { error: unknown; title: string; text: string }) {
  const isUnknown = error instanceof ApiError && error.status === 404;
  return (
    <main class="closed">
      <Mark />
      <h1>{isUnknown ? title : "The video cannot be played"}</h1>
      <p>{isUnknown ? text : sentence(error)}</p>
    </main>
  );
}
