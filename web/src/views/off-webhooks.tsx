/** A word to the owner: a webhook that accepted nothing for days was switched off, and its program waits in vain. */

import { useEffect, useState } from "preact/hooks";
import { listWebhooks } from "../api";
import { dateTime } from "../format";
import type { Webhook } from "../model";
import { Link, Notice } from "../parts/basics";
import { isOffByItself } from "./webhook-words";

/** Asked for once; where that fails nothing is said, the library is what people came for. */
export function OffWebhooks() {
  const [off, setOff] = useState<Webhook[]>([]);
  useEffect(() => {
    listWebhooks().then(
      (found) => setOff(found.filter(isOffByItself)),
      () => undefined,
    );
  }, []);
  if (off.length === 0) return null;
  return (
    <Notice tone="warning" title={off.length === 1 ? "A webhook was switched off" : `${off.length} webhooks were switched off`}>
      {off.map(({ id, url, offSince }) => (
        <p key={id} class="notice-address">
          <strong>{url}</strong> did not accept any event for three days. Nothing has been sent there since {dateTime(offSince ?? "")}.
        </p>
      ))}
      <Link to="/webhooks" class="button button-small">
        Show webhooks
      </Link>
    </Notice>
  );
}
