/** What stands where the player will be while there is nothing to play: how far the video is, or why it ended. */

import type { ComponentChildren } from "preact";
import { hostOf } from "../address";
import { listed } from "../format";
import { importAmount, importPercent, importText, isImporting, isNotImported } from "../imports";
import type { Status, Video } from "../model";
import { Bar, Link } from "../parts/basics";
import { Icon } from "../parts/icons";

const STEPS: [name: string, status: Status][] = [
  ["Upload", "awaiting_upload"],
  ["Wait", "queued"],
  ["Encode", "transcoding"],
  ["Watch", "ready"],
];

const TEXTS: Partial<Record<Status, [title: string, text: string]>> = {
  awaiting_upload: ["Upload unfinished", "Resume it on the upload page with the same file."],
  queued: ["Waiting for an encoder", "Encoding starts in a moment. You can leave this page."],
  transcoding: ["Encoding", "You can leave this page. Encoding continues."],
  cancelled: ["Cancelled", "The source is kept. Encode it again, or delete the video."],
  deleting: ["Deleting", "The video will be deleted in a moment."],
};

const WAITING: Record<"budget" | "turn", [title: string, text: string]> = {
  budget: ["Waiting for the budget", "Today's is spent. Encoding starts after midnight UTC, or when the operator raises the budget."],
  turn: ["Waiting for its turn", "Other videos are being encoded first; owners take turns. Encoding starts by itself. You can leave this page."],
};

/** `left`: "about 2 minutes left" of an encode, or "". */
export function Stage({ video, left }: { video: Video; left: string }) {
  const { status, progress } = video;
  if (status === "failed") return <Failed video={video} />;
  if (isImporting(video)) return <Importing video={video} />;
  const [title, text] = video.waitsFor ? WAITING[video.waitsFor] : (TEXTS[status] ?? ["Nothing to watch yet", ""]);
  const encoding = status === "transcoding" && progress > 0;
  return (
    <Panel>
      <p class="stage-title">{encoding ? listed(`${title} ${Math.floor(progress)} %`, left) : title}</p>
      {(status === "transcoding" || status === "queued") && <Bar percent={progress} label={`Encoding of ${video.title}`} />}
      <p class="quiet">{text}</p>
      {status !== "cancelled" && status !== "deleting" && <Steps video={video} />}
    </Panel>
  );
}

function Importing({ video }: { video: Video }) {
  const percent = importPercent(video);
  const { url = "", total = null } = video.import ?? {};
  return (
    <Panel>
      <p class="stage-title">{importText(video)}</p>
      {percent !== null && <Bar percent={percent} label={`Import of ${video.title}`} />}
      <p class="stage-advice quiet">{total ? `${importAmount(video)} from ${hostOf(url)}` : `From ${hostOf(url)}`}</p>
      <p class="quiet">You can leave this page. The import continues.</p>
      <Steps video={video} />
    </Panel>
  );
}

function Steps({ video }: { video: Video }) {
  const at = STEPS.findIndex(([, one]) => one === video.status);
  return (
    <ol class="steps" aria-label="Steps">
      {STEPS.map(([name], index) => (
        <li key={name} class={index < at ? "step-done" : index === at ? "step-now" : ""} aria-current={index === at ? "step" : undefined}>
          {index === 0 && video.import ? "Import" : name}
        </li>
      ))}
    </ol>
  );
}

function Failed({ video }: { video: Video }) {
  return (
    <Panel>
      <Icon name="alert" />
      <p class="stage-title tone-failed">{isNotImported(video) ? "The file could not be imported" : "This video could not be encoded"}</p>
      <p class="stage-advice" role="alert">
        {video.error?.message ?? "Try again."}
      </p>
      {video.error && <p class="quiet code">{video.error.code}</p>}
      {isNotImported(video) && (
        <Link to="/upload" class="button button-quiet">
          Import it again
        </Link>
      )}
    </Panel>
  );
}

function Panel({ children }: { children: ComponentChildren }) {
  return <div class="stage">{children}</div>;
}
