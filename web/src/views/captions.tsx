/** Subtitles of a ready video: which there are, files that are added, and the player, which is told of every change. */

import { useEffect, useRef, useState } from "preact/hooks";
import { addCaption, listCaptions, sentence } from "../api";
import { CAPTION_TYPES, guess, isCaptionFile, languages, shownLanguage, tagOf } from "../captions";
import { plural } from "../format";
import type { Caption, Video } from "../model";
import { useRested } from "../parts/hooks";
import { Icon } from "../parts/icons";
import type { PlayerRef } from "../player/player";
import { type Draft, Drafts } from "./caption-drafts";
import { useDrop } from "./caption-drop";
import { LANGUAGES_ID } from "./caption-fields";
import { CaptionRow } from "./caption-row";

/** A manifest may be some seconds old. */
const STALE_MS = 3000;

export function Captions({ video, player }: { video: Video; player: PlayerRef }) {
  const panel = useRef<HTMLElement>(null);
  const [list, setList] = useState<Caption[] | null>(null);
  const [error, setError] = useState<string | null>(null);
  const [said, setSaid] = useState("");
  const [changes, setChanges] = useState(0);
  const load = () => listCaptions(video.id).then(setList, (failure: unknown) => setError(sentence(failure)));
  const onChange = async (what: string) => {
    setSaid(what);
    setError(null);
    setChanges((count) => count + 1);
    await load();
  };
  const { drafts, ...files } = useDrafts(video, onChange);
  const take = (chosen: File[]) => {
    const others = chosen.filter((file) => !isCaptionFile(file)).map(({ name }) => name);
    setError(others.length > 0 ? `${others.join(", ")}: choose WebVTT or SubRip files (.vtt, .srt).` : null);
    files.take(chosen.filter(isCaptionFile));
  };
  const over = useDrop(panel, take);
  useEffect(() => void load(), []);
  // What had the focus may be gone: the keyboard goes on from the heading.
  useEffect(() => {
    if (changes > 0 && document.activeElement === document.body) panel.current!.querySelector("h2")!.focus();
  }, [list, drafts.length]);
  return (
    <section ref={panel} class={`panel captions ${over ? "captions-over" : ""}`} aria-labelledby="captions-title">
      <h2 id="captions-title" class="panel-title" tabIndex={-1}>
        Subtitles
      </h2>
      {list?.length === 0 && drafts.length === 0 && <p class="quiet small">This video has none yet.</p>}
      {list && list.length > 0 && (
        <ul class="caption-list">
          {list.map((caption) => (
            <CaptionRow key={caption.id} video={video} caption={caption} onChange={onChange} />
          ))}
        </ul>
      )}
      <datalist id={LANGUAGES_ID}>
        {languages().map((name) => (
          <option key={name} value={name} />
        ))}
      </datalist>
      {drafts.length > 0 && <Drafts drafts={drafts} onEdit={files.edit} onDrop={files.drop} onAdd={files.add} />}
      {error && (
        <p class="tone-failed" role="alert">
          {error}
        </p>
      )}
      <AddButton onFiles={take} />
      <InPlayer changes={changes} said={said} player={player} />
    </section>
  );
}

/** The files that were chosen, and how they become tracks; what is refused stays, with the reason. */
function useDrafts(video: Video, onChange: (said: string) => Promise<void>) {
  const [drafts, setDrafts] = useState<Draft[]>([]);
  const take = (files: File[]) => setDrafts((before) => [...before, ...files.map(drafted)]);
  const edit = (id: string, part: Partial<Draft>) => setDrafts((before) => before.map((draft) => (draft.id === id ? { ...draft, ...part } : draft)));
  const drop = (id: string) => setDrafts((before) => before.filter((draft) => draft.id !== id));
  const add = async () => {
    let added = 0;
    for (const { id, file, language, kind, isDefault } of drafts) {
      try {
        await addCaption(video.id, file, { language: tagOf(language), kind, isDefault });
        drop(id);
        added += 1;
      } catch (failure) {
        edit(id, { error: sentence(failure) });
      }
    }
    if (added > 0) await onChange(`Added ${plural(added, "track")}.`);
  };
  return { drafts, take, edit, drop, add };
}

function drafted(file: File): Draft {
  const { language, kind } = guess(file.name);
  return { id: crypto.randomUUID(), file, language: shownLanguage(language), kind, isDefault: false, error: null };
}

function AddButton({ onFiles }: { onFiles: (files: File[]) => void }) {
  const input = useRef<HTMLInputElement>(null);
  const choose = () => {
    onFiles([...(input.current?.files ?? [])]);
    input.current!.value = "";
  };
  return (
    <div class="file-button">
      <input ref={input} id="caption-files" class="hidden" type="file" accept={CAPTION_TYPES} multiple onChange={choose} />
      <label for="caption-files" class="button button-quiet">
        <Icon name="upload" />
        Add subtitles
      </label>
      <span class="quiet small">WebVTT or SubRip</span>
    </div>
  );
}

/** The player opens what has changed by itself while it is paused; what plays is disturbed only if somebody wants it. */
function InPlayer({ changes, said, player }: { changes: number; said: string; player: PlayerRef }) {
  const rested = useRested(changes, STALE_MS);
  const [waits, setWaits] = useState(false);
  const reload = () => {
    setWaits(false);
    void player.current?.reload();
  };
  useEffect(() => {
    if (rested === 0) return;
    if (player.current?.isPlaying()) setWaits(true);
    else reload();
  }, [rested]);
  return (
    <>
      <p class="hidden" role="status">
        {said}
      </p>
      {waits && (
        <div class="caption-waits" role="status">
          <p class="small">The player still shows the subtitles as they were.</p>
          <button type="button" class="button button-small" onClick={reload}>
            Show in the player
          </button>
        </div>
      )}
    </>
  );
}
