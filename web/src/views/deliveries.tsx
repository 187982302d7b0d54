/** The log of a webhook, asked for when it is opened: what was sent, how it was taken, and "Send again". */

import { useEffect, useState } from "preact/hooks";
import { listDeliveries, listVideos, sendAgain, sentence } from "../api";
import { dateTime, when } from "../format";
import type { Delivery, Webhook } from "../model";
import { Link } from "../parts/basics";
import { usePolling } from "../parts/hooks";
import { Icon } from "../parts/icons";
import { deliveryText, eventName } from "./webhook-words";

const POLL_MS = 2500;
const IDLE_POLL_MS = 10_000;
const MOST_TITLES = 100;

export function Deliveries({ webhook }: { webhook: Webhook }) {
  const [open, setOpen] = useState(false);
  const id = `deliveries-${webhook.id}`;
  return (
    <>
      <button
        type="button"
        class="button button-quiet button-small"
        aria-expanded={open}
        aria-controls={open ? id : undefined}
        onClick={() => setOpen(!open)}
      >
        Deliveries<span class="hidden"> to {webhook.url}</span>
      </button>
      {open && (
        <div id={id} class="deliveries">
          <Log webhook={webhook} />
        </div>
      )}
    </>
  );
}

function Log({ webhook }: { webhook: Webhook }) {
  const [sent, setSent] = useState<Delivery[] | null>(null);
  const [error, setError] = useState<string | null>(null);
  const titles = useTitles(sent ?? []);
  const attempt = (act: () => Promise<void>) => act().then(() => setError(null), (failure: unknown) => setError(sentence(failure)));
  const load = async () => setSent(await listDeliveries(webhook.id));
  useEffect(() => void attempt(load), [webhook.id]);
  usePolling(() => attempt(load), sent?.some(({ state }) => state === "pending") ? POLL_MS : IDLE_POLL_MS);
  const again = (id: string) =>
    attempt(async () => {
      const fresh = await sendAgain(webhook.id, id);
      setSent((held) => (held ?? []).map((each) => (each.id === id ? fresh : each)));
    });
  return (
    <>
      {error && (
        <p class="tone-failed" role="alert">
          {error}
        </p>
      )}
      {sent === null && !error && <p class="quiet small">Loading…</p>}
      {sent?.length === 0 && <p class="quiet small">Nothing was sent yet. Events are kept here for 30 days.</p>}
      {sent && sent.length > 0 && !webhook.isOn && <p class="quiet small">Switch the webhook on before you send an event again.</p>}
      <ul>
        {sent?.map((delivery) => (
          <Row
            key={delivery.id}
            delivery={delivery}
            title={titles.get(delivery.videoId) ?? delivery.videoId}
            isOn={webhook.isOn}
            onAgain={() => again(delivery.id)}
          />
        ))}
      </ul>
    </>
  );
}

interface RowProps {
  delivery: Delivery;
  title: string;
  isOn: boolean;
  onAgain: () => Promise<void>;
}

function Row({ delivery, title, isOn, onAgain }: RowProps) {
  const [busy, setBusy] = useState(false);
  const again = () => {
    setBusy(true);
    void onAgain().finally(() => setBusy(false));
  };
  return (
    <li class="delivery">
      <div class="row-text">
        <span class="delivery-title">
          {eventName(delivery.event)}: <Link to={`/watch/${delivery.videoId}`}>{title}</Link>
        </span>
        <span class={delivery.state === "failed" ? "tone-failed" : "quiet"}>
          {deliveryText(delivery)} ·{" "}
          <time dateTime={delivery.createdAt} title={dateTime(delivery.createdAt)}>
            {when(delivery.createdAt)}
          </time>
        </span>
      </div>
      <button type="button" class="button button-quiet button-small" disabled={busy || !isOn} onClick={again}>
        <Icon name="replay" />
        Send again<span class="hidden">: {title}</span>
      </button>
    </li>
  );
}

/** Titles of videos that deliveries name, as far as they are among the newest; asked for once for each new name. */
function useTitles(sent: Delivery[]): Map<string, string> {
  const [titles, setTitles] = useState(new Map<string, string>());
  const missing = [...new Set(sent.map(({ videoId }) => videoId))].filter((id) => !titles.has(id)).join();
  useEffect(() => {
    if (!missing) return;
    const known = new Map([...titles, ...missing.split(",").map((id) => [id, id] as const)]);
    listVideos(null, MOST_TITLES, null)
      .then(({ videos }) => videos.forEach(({ id, title }) => known.set(id, title)))
      .catch(() => undefined)
      .finally(() => setTitles(known));
  }, [missing]);
  return titles;
}
