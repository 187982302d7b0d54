/** Upload: drop files or name their addresses, choose how they are encoded, and watch them go. */

import { useRef, useState } from "preact/hooks";
import { config } from "../config";
import { profileName, sizeLimit } from "../format";
import { useTitle, useUploads } from "../parts/hooks";
import { Icon } from "../parts/icons";
import { type Chosen, dropped, ENDINGS } from "../upload/handles";
import { uploads } from "../upload/uploads";
import { Imports } from "./imports";
import { Unfinished } from "./unfinished";
import { UploadRow } from "./upload-row";

export function UploadView() {
  useTitle("Upload");
  const [profile, setProfile] = useState(uploads.profile);
  const list = useUploads();
  const choose = (name: string) => setProfile((uploads.profile = name));
  return (
    <div class="narrow">
      <div class="page-head">
        <h1>Upload</h1>
      </div>
      <Profiles chosen={profile} onChoose={choose} />
      <DropZone onFiles={(chosen) => uploads.add(chosen)} />
      <Imports profile={profile} />
      <Unfinished running={list} />
      {list.length > 0 && (
        <section aria-labelledby="uploads-title">
          <h2 id="uploads-title" class="section-title">
            Uploads
          </h2>
          <ul class="rows">
            {[...list].reverse().map((upload) => (
              <UploadRow key={upload.id} upload={upload} />
            ))}
          </ul>
        </section>
      )}
    </div>
  );
}

function DropZone({ onFiles }: { onFiles: (chosen: Chosen[]) => void }) {
  const input = useRef<HTMLInputElement>(null);
  const [over, setOver] = useState(false);
  const drop = async (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    if (event.dataTransfer) onFiles(await dropped(event.dataTransfer));
  };
  const choose = () => {
    const files = [...(input.current?.files ?? [])];
    if (files.length > 0) onFiles(files.map((file) => ({ file, handle: null })));
    input.current!.value = "";
  };
  return (
    <div
      class={`drop ${over ? "drop-over" : ""}`}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
    >
      <Icon name="upload" />
      <p class="drop-title">Drop videos here</p>
      <p class="quiet">Up to {sizeLimit(config().limits.maxSourceBytes)} each. Uploads resume when the connection is back or this page is opened again.</p>
      <input ref={input} id="files" class="hidden" type="file" accept={["video/*", "audio/*", ...ENDINGS].join()} multiple onChange={choose} />
      <label for="files" class="button">
        Choose files
      </label>
    </div>
  );
}

function Profiles({ chosen, onChoose }: { chosen: string; onChoose: (name: string) => void }) {
  const { profiles } = config();
  if (profiles.length < 2) return null;
  return (
    <fieldset class="profiles">
      <legend class="section-title">How to encode</legend>
      <div class="profile-list">
        {profiles.map(({ name, description }) => (
          <label key={name} class="profile">
            <input type="radio" name="profile" value={name} checked={name === chosen} onChange={() => onChoose(name)} />
            <span class="profile-name">{profileName(name)}</span>
            <span class="profile-text quiet">{description}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}
