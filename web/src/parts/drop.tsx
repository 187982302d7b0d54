/** A file dropped anywhere is uploaded: the upload view shows how. */

import { useEffect, useState } from "preact/hooks";
import { go } from "../routes";
import { dropped } from "../upload/handles";
import { uploads } from "../upload/uploads";
import { Icon } from "./icons";

export function DropAnywhere() {
  const [over, setOver] = useState(false);
  useEffect(() => {
    let leaving = 0;
    let isOurs = false; // a picture of the page itself is a file, too
    const isForeign = (event: DragEvent) => !isOurs && !event.defaultPrevented && event.dataTransfer?.types.includes("Files");
    const begin = () => {
      isOurs = true;
    };
    const end = () => {
      isOurs = false;
    };
    const drag = (event: DragEvent) => {
      if (!isForeign(event)) return;
      event.preventDefault();
      setOver(true);
      clearTimeout(leaving);
      leaving = window.setTimeout(() => setOver(false), 300);
    };
    const drop = async (event: DragEvent) => {
      setOver(false);
      if (!isForeign(event)) return;
      event.preventDefault();
      const chosen = await dropped(event.dataTransfer!);
      uploads.add(chosen);
      go("/upload");
    };
    document.addEventListener("dragstart", begin);
    document.addEventListener("dragend", end);
    document.addEventListener("dragover", drag);
    document.addEventListener("drop", drop);
    return () => {
      clearTimeout(leaving);
      document.removeEventListener("dragstart", begin);
      document.removeEventListener("dragend", end);
      document.removeEventListener("dragover", drag);
      document.removeEventListener("drop", drop);
    };
  }, []);
  if (!over) return null;
  return (
    <div class="drop-anywhere" aria-hidden="true">
      <Icon name="upload" />
      <p class="drop-title">Drop to upload</p>
    </div>
  );
}
