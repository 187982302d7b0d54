/** The form that changes a subtitle track; another file in its place needs no further question. */

import { useState } from "preact/hooks";
import type { CaptionChange } from "../api";
import { CAPTION_TYPES, shownLanguage, tagOf } from "../captions";
import type { Caption } from "../model";
import { Icon } from "../parts/icons";
import { CaptionFields, type Said } from "./caption-fields";

const MOST_SECONDS = 86_400;

interface CaptionFormProps {
  caption: Caption;
  onSave: (change: CaptionChange) => Promise<void>;
  onReplace: (file: File) => Promise<void>;
  onClose: () => void;
}

export function CaptionForm({ caption, onSave, onReplace, onClose }: CaptionFormProps) {
  const [label, setLabel] = useState(caption.label);
  const [said, setSaid] = useState<Said>({ ...caption, language: shownLanguage(caption.language) });
  const [shift, setShift] = useState("");
  const [busy, setBusy] = useState(false);
  const during = async (act: Promise<void>) => {
    setBusy(true);
    await act;
    setBusy(false);
  };
  const submit = (event: Event) => {
    event.preventDefault();
    const change = changed(caption, { ...said, label, shift });
    if (Object.keys(change).length === 0) onClose();
    else void during(onSave(change));
  };
  return (
    <form onSubmit={submit}>
      <fieldset class="caption-form" disabled={busy}>
        <legend class="hidden">{caption.label}</legend>
        <label>
          <span class="label">Name in players' menus</span>
          <input type="text" required maxLength={100} value={label} onInput={(event) => setLabel(event.currentTarget.value)} />
        </label>
        <CaptionFields {...said} isAnyLanguage={!caption.language} onEdit={(part) => setSaid({ ...said, ...part })} />
        <label>
          <span class="label">Show later, in seconds (negative: earlier)</span>
          <input type="number" step="any" min={-MOST_SECONDS} max={MOST_SECONDS} placeholder="0" value={shift} onInput={(event) => setShift(event.currentTarget.value)} />
        </label>
        <ReplaceButton id={caption.id} onFile={(file) => void during(onReplace(file))} />
        <div class="actions actions-end">
          <button type="button" class="button button-quiet" onClick={onClose}>
            Cancel
          </button>
          <button type="submit" class="button">
            Save
          </button>
        </div>
      </fieldset>
    </form>
  );
}

function ReplaceButton({ id, onFile }: { id: string; onFile: (file: File) => void }) {
  const choose = (event: { currentTarget: HTMLInputElement }) => {
    const [file] = event.currentTarget.files ?? [];
    event.currentTarget.value = "";
    if (file) onFile(file);
  };
  return (
    <div class="file-button">
      <input id={`replace-${id}`} class="hidden" type="file" accept={CAPTION_TYPES} onChange={choose} />
      <label for={`replace-${id}`} class="button button-quiet button-small">
        <Icon name="upload" />
        Replace with another file
      </label>
    </div>
  );
}

/** What of a form is not as it was. */
function changed(caption: Caption, form: Said & { label: string; shift: string }): CaptionChange {
  const change: CaptionChange = {};
  const language = tagOf(form.language);
  if (form.label.trim() !== caption.label) change.label = form.label;
  if (language && language !== caption.language) change.language = language;
  if (form.kind !== caption.kind) change.kind = form.kind;
  if (form.isDefault !== caption.isDefault) change.isDefault = form.isDefault;
  if (Number(form.shift)) change.shiftSeconds = Number(form.shift);
  return change;
}
