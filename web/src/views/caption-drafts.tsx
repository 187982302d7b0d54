/** Subtitle files that were chosen and are not added yet: their language and kind are asked where names do not tell. */

import { useEffect, useRef, useState } from "preact/hooks";
import { plural } from "../format";
import { IconButton } from "../parts/icon-button";
import { CaptionFields, type Said } from "./caption-fields";

export interface Draft extends Said {
  id: string;
  file: File;
  error: string | null;
}

interface DraftsProps {
  drafts: Draft[];
  onEdit: (id: string, part: Partial<Draft>) => void;
  onDrop: (id: string) => void;
  onAdd: () => Promise<void>;
}

export function Drafts({ drafts, onEdit, onDrop, onAdd }: DraftsProps) {
  const form = useRef<HTMLFormElement>(null);
  const [busy, setBusy] = useState(false);
  // The first field that lacks something is the next thing to do, else the button is.
  useEffect(() => form.current?.querySelector<HTMLElement>("input:invalid, [type=submit]")?.focus(), [drafts.length]);
  const submit = async (event: Event) => {
    event.preventDefault();
    setBusy(true);
    await onAdd();
    setBusy(false);
  };
  return (
    <form ref={form} class="caption-drafts" onSubmit={submit}>
      {drafts.map((draft) => (
        <fieldset key={draft.id} class="caption-form" disabled={busy}>
          <legend>{draft.file.name}</legend>
          <IconButton icon="close" class="caption-drop" label={`Do not add ${draft.file.name}`} onClick={() => onDrop(draft.id)} />
          <CaptionFields {...draft} onEdit={(part) => onEdit(draft.id, { ...part, error: null })} />
          {draft.error && (
            <p class="tone-failed" role="alert">
              {draft.error}
            </p>
          )}
        </fieldset>
      ))}
      <button type="submit" class="button" disabled={busy}>
        {drafts.length > 1 ? `Add ${plural(drafts.length, "track")}` : "Add track"}
      </button>
    </form>
  );
}
