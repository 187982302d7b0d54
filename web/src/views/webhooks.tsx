/** Webhooks: addresses that are told what becomes of videos, made, listed and followed. */

import { useEffect, useState } from "preact/hooks";
import { createWebhook, listWebhooks, sentence } from "../api";
import type { VideoEvent, Webhook } from "../model";
import { CopyField, Notice } from "../parts/basics";
import { usePolling, useTitle } from "../parts/hooks";
import { ApiHead } from "./api-head";
import { WebhookForm } from "./webhook-form";
import { WebhookRow } from "./webhook-row";

const POLL_MS = 10_000;

export function Webhooks() {
  useTitle("Webhooks");
  const [webhooks, setWebhooks] = useState<Webhook[] | null>(null);
  const [made, setMade] = useState<{ webhook: Webhook; secret: string } | null>(null);
  const [unknown, setUnknown] = useState<string | null>(null);
  const [refused, setRefused] = useState<string | null>(null);
  const load = () =>
    listWebhooks().then(
      (found) => {
        setWebhooks(found);
        setUnknown(null);
      },
      (failure: unknown) => setUnknown(sentence(failure)),
    );
  useEffect(() => void load(), []);
  usePolling(
    async () => {
      const fresh = await listWebhooks();
      setWebhooks((held) => (held === webhooks ? fresh : held)); // a change meanwhile is newer
    },
    webhooks?.length ? POLL_MS : null,
  );
  const create = async (url: string, events: VideoEvent[]) => {
    try {
      const { webhook, secret } = await createWebhook(url, events);
      setMade({ webhook, secret });
      setWebhooks((held) => [...(held ?? []).filter(({ id }) => id !== webhook.id), webhook]);
      setRefused(null);
      return true;
    } catch (failure) {
      setRefused(sentence(failure));
      return false;
    }
  };
  const change = (fresh: Webhook) => setWebhooks((held) => (held ?? []).map((each) => (each.id === fresh.id ? fresh : each)));
  const remove = (gone: Webhook) => {
    setWebhooks((held) => (held ?? []).filter(({ id }) => id !== gone.id));
    if (made?.webhook.id === gone.id) setMade(null);
  };
  return (
    <div class="narrow">
      <ApiHead at="webhooks" />
      <p class="quiet">A webhook sends events of your videos to a server of yours. Each is signed with the webhook's secret.</p>
      <WebhookForm onSave={create} />
      {refused && (
        <p class="tone-failed" role="alert">
          {refused}
        </p>
      )}
      {made && (
        <div class="share-made" role="status">
          <CopyField label={`Secret of ${made.webhook.url} (shown only once)`} text={made.secret} />
        </div>
      )}
      {unknown !== null && (
        <Notice tone="error" title="Your webhooks could not be loaded">
          <p>{unknown}</p>
          <button type="button" class="button button-small" onClick={() => void load()}>
            Try again
          </button>
        </Notice>
      )}
      {webhooks && (
        <section aria-labelledby="webhooks-title">
          <h2 id="webhooks-title" class="section-title">
            Your webhooks
          </h2>
          {webhooks.length === 0 ? (
            <p class="quiet">You have no webhooks yet.</p>
          ) : (
            <ul class="rows">
              {webhooks.map((webhook) => (
                <WebhookRow key={webhook.id} webhook={webhook} onChange={change} onGone={() => remove(webhook)} />
              ))}
            </ul>
          )}
        </section>
      )}
    </div>
  );
}
