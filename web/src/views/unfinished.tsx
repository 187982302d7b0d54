/** Uploads that an earlier visit left unfinished: they go on as soon as the page can read the file again. */

import { useRef, useState } from "preact/hooks";
import { bytes, when } from "../format";
import { IconButton } from "../parts/icon-button";
import { Icon } from "../parts/icons";
import { fileOf } from "../upload/handles";
import { type Begun, begunUploads, begunWith } from "../upload/resume";
import { abandon, type Upload, uploads } from "../upload/uploads";

export function Unfinished({ running }: { running: readonly Upload[] }) {
  const [, redraw] = useState(0);
  const left = begunUploads().filter((begun) => !running.some(({ videoId }) => videoId === begun.videoId));
  if (left.length === 0) return null;
  return (
    <section aria-labelledby="unfinished-title">
      <h2 id="unfinished-title" class="section-title">
        Unfinished
      </h2>
      <ul class="rows">
        {left.map((begun) => (
          <Row key={begun.videoId} begun={begun} onGone={() => redraw((count) => count + 1)} />
        ))}
      </ul>
    </section>
  );
}

function Row({ begun, onGone }: { begun: Begun; onGone: () => void }) {
  const input = useRef<HTMLInputElement>(null);
  const [wrong, setWrong] = useState(false);
  const go = (file: File) => {
    const same = begunWith(file, [begun]) !== undefined;
    setWrong(!same);
    if (same) uploads.add([{ file, handle: null }], begun.profile);
  };
  const resume = async () => {
    const file = await fileOf(begun.videoId);
    if (file) go(file);
    else input.current?.click();
  };
  return (
    <li class="row">
      <Icon name="file" />
      <div class="row-text">
        <p class="row-title">{begun.name}</p>
        <p class={wrong ? "tone-failed" : "quiet"} role={wrong ? "alert" : undefined}>
          {wrong ? `That is a different file. Choose ${begun.name} (${bytes(begun.size)}).` : `${bytes(begun.size)} · started ${when(new Date(begun.startedAt).toISOString())}`}
        </p>
      </div>
      <div class="row-buttons">
        <input
          ref={input}
          class="hidden"
          type="file"
          tabIndex={-1}
          aria-label={`File to resume: ${begun.name}`}
          onChange={(event) => event.currentTarget.files?.[0] && go(event.currentTarget.files[0])}
        />
        <button type="button" class="button button-small" onClick={resume}>
          Resume
        </button>
        <IconButton icon="trash" label={`Discard ${begun.name}`} onClick={() => void abandon(begun.videoId).then(onGone)} />
      </div>
    </li>
  );
}
