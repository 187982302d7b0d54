/** API keys: how programs act for somebody, made, listed and revoked. */

import { useEffect, useState } from "preact/hooks";
import { createKey, listKeys, revokeKey, sentence } from "../api";
import { dateTime, when } from "../format";
import type { ApiKey, Scope } from "../model";
import { Confirm, CopyField } from "../parts/basics";
import { useTitle } from "../parts/hooks";
import { IconButton } from "../parts/icon-button";
import { Icon } from "../parts/icons";
import { ApiHead } from "./api-head";

const SCOPES: [scope: Scope, label: string, text: string][] = [
  ["read", "Read", "See and play your videos"],
  ["upload", "Upload", "Create videos and send their files"],
  ["manage", "Manage", "Change, delete, cancel, retry and share"],
];
const LENGTHS: [days: number, label: string][] = [
  [30, "30 days"],
  [90, "90 days"],
  [365, "1 year"],
  [0, "until it is revoked"],
];

export function Keys() {
  useTitle("API keys");
  const [keys, setKeys] = useState<ApiKey[] | null>(null);
  const [secret, setSecret] = useState<string | null>(null);
  const [revoking, setRevoking] = useState<ApiKey | null>(null);
  const [error, setError] = useState<string | null>(null);
  const attempt = (act: () => Promise<void>) => act().then(() => setError(null), (failure: unknown) => setError(sentence(failure)));
  useEffect(() => {
    listKeys().then(setKeys, (failure: unknown) => setError(sentence(failure)));
  }, []);
  const create = (name: string, scopes: Scope[], days: number) =>
    attempt(async () => {
      const made = await createKey(name, scopes, days || null);
      setSecret(made.secret);
      setKeys([...(keys ?? []), made.key]);
    });
  const revoke = (key: ApiKey) =>
    attempt(async () => {
      await revokeKey(key.id);
      setKeys((keys ?? []).filter(({ id }) => id !== key.id));
      setRevoking(null);
    });
  return (
    <div class="narrow">
      <ApiHead at="keys" />
      <p class="quiet">A program that has a key acts for you. Give it no more than it needs, and revoke keys that nobody uses.</p>
      <NewKey onCreate={create} />
      {error && (
        <p class="tone-failed" role="alert">
          {error}
        </p>
      )}
      {secret && (
        <div class="share-made" role="status">
          <CopyField label="Key (shown only once)" text={secret} />
        </div>
      )}
      {keys && keys.length > 0 && (
        <section aria-labelledby="keys-title">
          <h2 id="keys-title" class="section-title">
            Your keys
          </h2>
          <ul class="rows">
            {keys.map((key) => (
              <Row key={key.id} apiKey={key} onRevoke={() => setRevoking(key)} />
            ))}
          </ul>
        </section>
      )}
      {revoking && (
        <Confirm title={`Revoke \u201c${revoking.name}\u201d?`} action="Revoke" onConfirm={() => revoke(revoking)} onClose={() => setRevoking(null)}>
          <p>Programs that use this key stop working within a minute. This cannot be undone.</p>
        </Confirm>
      )}
    </div>
  );
}

function NewKey({ onCreate }: { onCreate: (name: string, scopes: Scope[], days: number) => Promise<void> }) {
  const [name, setName] = useState("");
  const [scopes, setScopes] = useState<Scope[]>(["read"]);
  const [days, setDays] = useState(365);
  const [busy, setBusy] = useState(false);
  const toggle = (scope: Scope) => setScopes(scopes.includes(scope) ? scopes.filter((each) => each !== scope) : [...scopes, scope]);
  const submit = (event: Event) => {
    event.preventDefault();
    setBusy(true);
    void onCreate(name, scopes, days).finally(() => {
      setBusy(false);
      setName("");
    });
  };
  return (
    <form class="panel" onSubmit={submit}>
      <label>
        <span class="label">Name</span>
        <input type="text" required maxLength={100} placeholder="What it is for" value={name} onInput={(event) => setName(event.currentTarget.value)} />
      </label>
      <fieldset class="profiles">
        <legend class="label">It may</legend>
        <div class="profile-list">
          {SCOPES.map(([scope, label, text]) => (
            <label class="profile" key={scope}>
              <input type="checkbox" checked={scopes.includes(scope)} onChange={() => toggle(scope)} />
              <span class="profile-name">{label}</span>
              <span class="quiet">{text}</span>
            </label>
          ))}
        </div>
      </fieldset>
      <div class="share-new">
        <label class="select">
          <span class="hidden">Valid for</span>
          <select value={days} onChange={(event) => setDays(Number(event.currentTarget.value))}>
            {LENGTHS.map(([value, label]) => (
              <option key={value} value={value}>
                {value ? `Valid for ${label}` : `Valid ${label}`}
              </option>
            ))}
          </select>
        </label>
        <button type="submit" class="button" disabled={busy || scopes.length === 0}>
          <Icon name="key" />
          Create key
        </button>
      </div>
    </form>
  );
}

function Row({ apiKey, onRevoke }: { apiKey: ApiKey; onRevoke: () => void }) {
  const labels = SCOPES.filter(([scope]) => apiKey.scopes.includes(scope)).map(([, label]) => label);
  return (
    <li class="row">
      <Icon name="key" />
      <div class="row-text">
        <span class="row-title">{apiKey.name}</span>
        <span class="quiet small">
          {labels.join(", ")} · {apiKey.lastUsedAt ? `last used ${when(apiKey.lastUsedAt)}` : "never used"} · {ends(apiKey)}
        </span>
      </div>
      <IconButton icon="trash" label={`Revoke ${apiKey.name}`} onClick={onRevoke} />
    </li>
  );
}

function ends({ expiresAt }: ApiKey): string {
  if (!expiresAt) return "until it is revoked";
  return new Date(expiresAt) <= new Date() ? "expired" : `until ${dateTime(expiresAt)}`;
}
