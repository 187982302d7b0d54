/** A video's title and tags, and how they are changed. */

import { useEffect, useRef, useState } from "preact/hooks";
import { changeVideo, sentence } from "../api";
import type { Video } from "../model";
import { IconButton } from "../parts/icon-button";
import { Icon } from "../parts/icons";

interface ChangeProps {
  video: Video;
  onChange: (video: Video) => void;
}

const LONGEST_TITLE = 200;
const LONGEST_TAG = 64;

export function Title({ video, onChange }: ChangeProps) {
  const [editing, setEditing] = useState(false);
  const edit = useRef<HTMLButtonElement>(null);
  const done = () => {
    setEditing(false);
    setTimeout(() => document.querySelector<HTMLElement>(".title-edit")?.focus());
  };
  if (editing) return <TitleForm video={video} onChange={onChange} onDone={done} />;
  return (
    <div class="title">
      <h1>{video.title}</h1>
      <IconButton ref={edit} icon="edit" class="title-edit" label="Rename" onClick={() => setEditing(true)} />
    </div>
  );
}

function TitleForm({ video, onChange, onDone }: ChangeProps & { onDone: () => void }) {
  const input = useRef<HTMLInputElement>(null);
  const [error, setError] = useState<string | null>(null);
  useEffect(() => input.current?.select(), []);
  const save = async (event: SubmitEvent) => {
    event.preventDefault();
    try {
      onChange(await changeVideo(video.id, { title: input.current!.value.trim() }));
      onDone();
    } catch (failure) {
      setError(sentence(failure));
    }
  };
  return (
    <form class="title-form" onSubmit={save} onKeyDown={(event) => event.key === "Escape" && onDone()}>
      <label>
        <span class="label">Title</span>
        <input ref={input} name="title" required maxLength={LONGEST_TITLE} defaultValue={video.title} aria-invalid={error !== null} />
      </label>
      <button type="submit" class="button button-small">
        Save
      </button>
      <button type="button" class="button button-quiet button-small" onClick={onDone}>
        Cancel
      </button>
      {error && (
        <p class="tone-failed" role="alert">
          {error}
        </p>
      )}
    </form>
  );
}

export function Tags({ video, onChange }: ChangeProps) {
  const input = useRef<HTMLInputElement>(null);
  const [error, setError] = useState<string | null>(null);
  const change = async (tags: string[]) => {
    try {
      onChange(await changeVideo(video.id, { tags }));
      setError(null);
    } catch (failure) {
      setError(sentence(failure));
    }
  };
  const add = (event: SubmitEvent) => {
    event.preventDefault();
    const tag = input.current!.value.trim();
    input.current!.value = "";
    if (tag && !video.tags.includes(tag)) void change([...video.tags, tag]);
  };
  return (
    <div class="tags">
      <ul class="tag-list" aria-label="Tags">
        {video.tags.map((tag) => (
          <li key={tag} class="chip">
            {tag}
            <button type="button" aria-label={`Remove tag ${tag}`} onClick={() => void change(video.tags.filter((one) => one !== tag))}>
              <Icon name="close" />
            </button>
          </li>
        ))}
      </ul>
      <form onSubmit={add}>
        <input ref={input} class="tag-input" name="tag" placeholder="Add a tag" aria-label="Add a tag" maxLength={LONGEST_TAG} />
      </form>
      {error && (
        <p class="tone-failed" role="alert">
          {error}
        </p>
      )}
    </div>
  );
}
