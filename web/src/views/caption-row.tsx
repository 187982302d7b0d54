/** One subtitle track: what it is, its text to keep, and how it is changed, replaced and removed. */

import { useRef, useState } from "preact/hooks";
import { type CaptionChange, changeCaption, removeCaption, replaceCaption, sentence } from "../api";
import { captionFacts, captionFilename } from "../captions";
import type { Caption, Video } from "../model";
import { Confirm } from "../parts/basics";
import { IconButton } from "../parts/icon-button";
import { Icon } from "../parts/icons";
import { CaptionForm } from "./caption-form";

interface CaptionRowProps {
  video: Video;
  caption: Caption;
  onChange: (said: string) => Promise<void>;
}

export function CaptionRow({ video, caption, onChange }: CaptionRowProps) {
  const { id, label } = caption;
  const item = useRef<HTMLLIElement>(null);
  const [editing, setEditing] = useState(false);
  const [asking, setAsking] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const close = () => {
    setEditing(false);
    item.current?.querySelector<HTMLElement>("[aria-expanded]")?.focus();
  };
  const attempt = async (act: () => Promise<unknown>, said: string) => {
    setError(null);
    try {
      await act();
    } catch (failure) {
      return setError(sentence(failure));
    }
    await onChange(said);
    if (editing) close();
  };
  const save = (change: CaptionChange) => attempt(() => changeCaption(video.id, id, change), `Changed ${label}.`);
  const replace = (file: File) => attempt(() => replaceCaption(video.id, id, file), `Replaced the text of ${label}.`);
  const remove = async () => {
    setAsking(false);
    await attempt(() => removeCaption(video.id, id), `Removed ${label}.`);
  };
  return (
    <li ref={item} class="caption">
      <div class="caption-head">
        <div class="row-text">
          <span class="row-title">{label}</span>
          <span class="quiet">{captionFacts(caption)}</span>
        </div>
        <div class="row-buttons">
          <a class="icon-button" href={caption.url} download={captionFilename(video, caption)} aria-label={`Download ${label}`} title={`Download ${label}`}>
            <Icon name="fetch" />
          </a>
          <IconButton icon="edit" label={`Change ${label}`} aria-expanded={editing} onClick={() => setEditing(!editing)} />
          <IconButton icon="trash" label={`Remove ${label}`} onClick={() => setAsking(true)} />
        </div>
      </div>
      {editing && <CaptionForm caption={caption} onSave={save} onReplace={replace} onClose={close} />}
      {error && (
        <p class="tone-failed" role="alert">
          {error}
        </p>
      )}
      {asking && (
        <Confirm title="Remove these subtitles?" action="Remove" onConfirm={remove} onClose={() => setAsking(false)}>
          <p>
            Players no longer show <strong>{label}</strong>. This cannot be undone.
          </p>
        </Confirm>
      )}
    </li>
  );
}
