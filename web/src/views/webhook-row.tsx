/** One webhook: what it is told, how it is doing, and what can be done with it. */

import { useState } from "preact/hooks";
import { changeWebhook, deleteWebhook, renewSecret, sentence } from "../api";
import type { VideoEvent, Webhook } from "../model";
import { Confirm, CopyField } from "../parts/basics";
import { IconButton } from "../parts/icon-button";
import { Icon } from "../parts/icons";
import { Deliveries } from "./deliveries";
import { WebhookForm } from "./webhook-form";
import { eventNames, stateOf } from "./webhook-words";

interface WebhookRowProps {
  webhook: Webhook;
  onChange: (webhook: Webhook) => void;
  onGone: () => void;
}

export function WebhookRow({ webhook, onChange, onGone }: WebhookRowProps) {
  const { id, url, isOn } = webhook;
  const [editing, setEditing] = useState(false);
  const [asking, setAsking] = useState<"secret" | "delete" | null>(null);
  const [secret, setSecret] = useState<string | null>(null);
  const [error, setError] = useState<string | null>(null);
  const attempt = async (act: () => Promise<void>) => {
    setError(null);
    try {
      await act();
      return true;
    } catch (failure) {
      setError(sentence(failure));
      return false;
    }
  };
  const change = (what: Parameters<typeof changeWebhook>[1]) => attempt(async () => onChange(await changeWebhook(id, what)));
  const save = async (address: string, events: VideoEvent[]) => {
    const isSaved = await change({ url: address, events });
    if (isSaved) setEditing(false);
    return isSaved;
  };
  const renew = async () => {
    await attempt(async () => setSecret(await renewSecret(id)));
    setAsking(null);
  };
  const remove = async () => {
    const isGone = await attempt(() => deleteWebhook(id));
    setAsking(null);
    if (isGone) onGone();
  };
  return (
    <li class="row webhook">
      <Facts webhook={webhook} />
      {error && (
        <p class="tone-failed" role="alert">
          {error}
        </p>
      )}
      {secret && (
        <div class="share-made" role="status">
          <CopyField label={`Secret of ${url} (shown only once)`} text={secret} />
        </div>
      )}
      {editing && <WebhookForm webhook={webhook} onSave={save} onClose={() => setEditing(false)} />}
      <label class="switch">
        <input type="checkbox" role="switch" checked={isOn} onChange={() => void change({ isOn: !isOn })} />
        Send events<span class="hidden"> to {url}</span>
      </label>
      <div class="row-buttons">
        <IconButton icon="edit" label={`Change ${url}`} aria-expanded={editing} onClick={() => setEditing(!editing)} />
        <IconButton icon="key" label={`New secret for ${url}`} onClick={() => setAsking("secret")} />
        <IconButton icon="trash" label={`Delete ${url}`} onClick={() => setAsking("delete")} />
      </div>
      <Deliveries webhook={webhook} />
      {asking === "secret" && (
        <Confirm title="Make a new secret?" action="Make a new secret" onConfirm={renew} onClose={() => setAsking(null)}>
          <p>
            Events to <strong>{url}</strong> are signed with the new one at once. Your server refuses them until it has it.
          </p>
        </Confirm>
      )}
      {asking === "delete" && (
        <Confirm title="Delete this webhook?" action="Delete" onConfirm={remove} onClose={() => setAsking(null)}>
          <p>
            Nothing is sent to <strong>{url}</strong> any more, and its log is gone. This cannot be undone.
          </p>
        </Confirm>
      )}
    </li>
  );
}

function Facts({ webhook }: { webhook: Webhook }) {
  const { tone, text } = stateOf(webhook);
  return (
    <div class="webhook-head">
      <Icon name={tone ? "alert" : "send"} />
      <div class="row-text">
        <span class="row-title">{webhook.url}</span>
        <span class="quiet">{eventNames(webhook.events)}</span>
        <span class={tone ? `tone-${tone}` : "quiet"}>{text}</span>
      </div>
    </div>
  );
}
