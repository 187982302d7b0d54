/** The player for who has no account. Its addresses are signed, so that no cookie is needed: other sites' frames have none. */

import { useEffect, useState } from "preact/hooks";
import type { Grant } from "../model";
import { manifestOf } from "./choice";
import { Player } from "./player";

export interface Opened {
  grant: Grant | null;
  error: unknown;
  /** Ask again; whether that helped. */
  again: () => Promise<boolean>;
}

/** What `ask` answers. It is asked once: signed addresses outlast the longest video, and what plays must keep its own. */
export function useOpened(ask: () => Promise<Grant>, key: string): Opened {
  const [grant, setGrant] = useState<Grant | null>(null);
  const [error, setError] = useState<unknown>(null);
  const again = async () => {
    try {
      setGrant(await ask());
      setError(null);
      return true;
    } catch (failure) {
      setError(failure);
      return false;
    }
  };
  useEffect(() => {
    setGrant(null);
    void again();
  }, [key]);
  return { grant, error, again };
}

export function OpenedPlayer({ grant, again }: { grant: Grant; again: () => Promise<boolean> }) {
  const from = grant.signed ?? grant.playback;
  const title = grant.video?.title ?? "Video";
  return <Player manifest={manifestOf(from)} poster={from.poster} storyboard={from.storyboard} title={title} onRefused={again} />;
}
