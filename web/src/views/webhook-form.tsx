/** Where to send which events: the form of a new webhook, and of one that is changed. */

import { useState } from "preact/hooks";
import { sentAddress } from "../address";
import type { VideoEvent, Webhook } from "../model";
import { Icon } from "../parts/icons";
import { EVENTS, FIRST_EVENTS } from "./webhook-words";

interface WebhookFormProps {
  webhook?: Webhook;
  /** Whether it was saved. */
  onSave: (url: string, events: VideoEvent[]) => Promise<boolean>;
  onClose?: () => void;
}

export function WebhookForm({ webhook, onSave, onClose }: WebhookFormProps) {
  const [url, setUrl] = useState(webhook?.url ?? "");
  const [events, setEvents] = useState<VideoEvent[]>(webhook?.events ?? FIRST_EVENTS);
  const [busy, setBusy] = useState(false);
  const toggle = (event: VideoEvent) => setEvents(events.includes(event) ? events.filter((each) => each !== event) : [...events, event]);
  const submit = async (event: Event) => {
    event.preventDefault();
    setBusy(true);
    const isSaved = await onSave(sentAddress(url), events);
    setBusy(false);
    if (isSaved && !webhook) setUrl("");
  };
  return (
    <form class={webhook ? "webhook-form" : "panel"} onSubmit={submit}>
      <label>
        <span class="label">Address</span>
        <input
          type="url"
          required
          maxLength={2000}
          placeholder="https://example.com/hook"
          value={url}
          onInput={(event) => setUrl(event.currentTarget.value)}
        />
      </label>
      <fieldset class="profiles">
        <legend class="label">Events to send</legend>
        <div class="profile-list">
          {EVENTS.map(([event, label, text]) => (
            <label class="profile" key={event}>
              <input type="checkbox" checked={events.includes(event)} onChange={() => toggle(event)} />
              <span class="profile-name">{label}</span>
              <span class="quiet">{text}</span>
            </label>
          ))}
        </div>
      </fieldset>
      <div class="actions actions-end">
        {onClose && (
          <button type="button" class="button button-quiet" onClick={onClose}>
            Cancel
          </button>
        )}
        <button type="submit" class="button" disabled={busy || events.length === 0}>
          {!webhook && <Icon name="send" />}
          {webhook ? "Save" : "Create webhook"}
        </button>
      </div>
    </form>
  );
}
