/** Subtitle files that are dropped on the page of a video. */

import { useEffect, useRef, useState } from "preact/hooks";
import { isCaptionFile } from "../captions";

/** Whether files are dragged over the panel. Subtitle files are taken wherever they are dropped: they are no videos. */
export function useDrop(panel: { current: HTMLElement | null }, onFiles: (files: File[]) => void): boolean {
  const [over, setOver] = useState(false);
  const take = useRef(onFiles);
  take.current = onFiles;
  useEffect(() => {
    let leaving = 0;
    const isInside = (event: DragEvent) => panel.current!.contains(event.target as Node) && event.dataTransfer?.types.includes("Files");
    const drag = (event: DragEvent) => {
      if (!isInside(event)) return;
      event.preventDefault();
      setOver(true);
      clearTimeout(leaving);
      leaving = window.setTimeout(() => setOver(false), 300);
    };
    const drop = (event: DragEvent) => {
      setOver(false);
      const files = [...(event.dataTransfer?.files ?? [])];
      if (files.length === 0 || !(isInside(event) || files.every(isCaptionFile))) return;
      event.preventDefault();
      take.current(files);
      panel.current!.scrollIntoView({ block: "nearest" });
    };
    document.addEventListener("dragover", drag, true);
    document.addEventListener("drop", drop, true);
    return () => {
      clearTimeout(leaving);
      document.removeEventListener("dragover", drag, true);
      document.removeEventListener("drop", drop, true);
    };
  }, []);
  return over;
}
