/** Files that the platform fetches itself: how far they are, in words and percent. */

import { bytes } from "./format";
import type { Video } from "./model";

type Fetched = Pick<Video, "status" | "import">;

/** Whether the platform is fetching a video's file. */
export function isImporting({ status, import: file }: Fetched): boolean {
  return status === "awaiting_upload" && file !== null;
}

/** Whether a video failed because its file did not come. */
export function isNotImported({ status, import: file, size }: Fetched & Pick<Video, "size">): boolean {
  return status === "failed" && file !== null && size === null;
}

/** How much has come, 0 to 100; null where the server does not tell of how much. */
export function importPercent({ import: file }: Pick<Video, "import">): number | null {
  if (!file || file.total === null) return null;
  return file.total > 0 ? Math.min(100, (100 * file.received) / file.total) : 0;
}

/** "12 MB of 40 MB"; "" while nothing has come. */
export function importAmount({ import: file }: Pick<Video, "import">): string {
  if (!file || file.received === 0) return file?.total ? bytes(file.total) : "";
  return file.total === null ? bytes(file.received) : `${bytes(file.received)} of ${bytes(file.total)}`;
}

/** "Importing 42 %", "Importing, 12 MB so far", or "Importing". */
export function importText(video: Pick<Video, "import">): string {
  const percent = importPercent(video);
  if (percent !== null) return percent > 0 ? `Importing ${Math.floor(percent)} %` : "Importing";
  const amount = importAmount(video);
  return amount ? `Importing, ${amount} so far` : "Importing";
}
