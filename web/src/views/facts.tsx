/** What a video is made of: its renditions, and the source they came from. */

import type { ComponentChildren } from "preact";
import { bitRate, bytes, channels, clock, codec, dateTime, frameRate, language, profileName, quality, usd } from "../format";
import type { Cost, Rendition, Sound, SourceFacts, Video } from "../model";

export function Renditions({ renditions }: { renditions: Rendition[] }) {
  const metric = renditions.find((rendition) => rendition.quality)?.quality?.metric;
  return (
    <section class="panel" aria-labelledby="renditions-title">
      <h2 id="renditions-title" class="panel-title">
        Renditions
      </h2>
      <div class="table-scroll" tabIndex={0} role="region" aria-label="Table of renditions">
        <table>
          <thead>
            <tr>
              <th scope="col">Quality</th>
              <th scope="col">Picture</th>
              <th scope="col" class="wide-only">Codec</th>
              <th scope="col" class="number">
                Bit rate
              </th>
              <th scope="col" class="number wide-only">
                Peak
              </th>
              <th scope="col" class="number">
                Size
              </th>
              {metric && (
                <th scope="col" class="number">
                  {metric.toUpperCase()}
                </th>
              )}
            </tr>
          </thead>
          <tbody>
            {renditions.map((rendition) => (
              <Row key={rendition.name} rendition={rendition} measured={metric !== undefined} />
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function Row({ rendition, measured }: { rendition: Rendition; measured: boolean }) {
  const { width, height, quality: score } = rendition;
  return (
    <tr>
      <th scope="row">{quality(width, height)}</th>
      <td>
        {width} × {height}, {frameRate(rendition.frameRate)} fps
      </td>
      <td class="wide-only">{codec(rendition.codec)}</td>
      <td class="number">{bitRate(rendition.bitrate)}</td>
      <td class="number wide-only">{bitRate(rendition.peakBitrate)}</td>
      <td class="number">{bytes(rendition.bytes)}</td>
      {measured && (
        <td class="number" title={score && `${score.worst.toFixed(1)} in the worst part`}>
          {score ? score.mean.toFixed(1) : "–"}
        </td>
      )}
    </tr>
  );
}

export function SourceFactsList({ video }: { video: Video }) {
  const { source } = video;
  return (
    <section class="panel" aria-labelledby="source-title">
      <h2 id="source-title" class="panel-title">
        Source
      </h2>
      <dl class="facts">
        <Fact name="File">{video.filename}</Fact>
        {video.import && <Fact name="From">{video.import.url}</Fact>}
        {video.size !== null && <Fact name="Size">{bytes(video.size)}</Fact>}
        {(video.duration ?? source?.duration) != null && <Fact name="Length">{clock(video.duration ?? source?.duration ?? 0)}</Fact>}
        {source?.video && <Fact name="Picture">{pictureText(source.video)}</Fact>}
        {source?.audio && <Fact name="Sound">{soundText(source.audio)}</Fact>}
        {video.sound.some((track) => track.loudness) && <Fact name="Loudness">{loudnessText(video.sound)}</Fact>}
        {source?.container && <Fact name="Container">{source.container}</Fact>}
        <Fact name="Profile">{profileName(video.profile)}</Fact>
        <Fact name={video.import ? "Imported" : "Uploaded"}>{dateTime(video.createdAt)}</Fact>
        {video.cost && video.cost.tasks > 0 && <Fact name="Cost">{costText(video.cost)}</Fact>}
      </dl>
    </section>
  );
}

function Fact({ name, children }: { name: string; children: ComponentChildren }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function costText({ totalUsd, storageUsdPerMonth }: Cost): string {
  const kept = storageUsdPerMonth === null ? "" : `, and ${usd(storageUsdPerMonth)} a month to keep`;
  return `${usd(totalUsd)} to encode${kept}`;
}

/** Of the tracks in stereo: those in 5.1 are the same again. */
function loudnessText(sound: Sound[]): string {
  const known = sound.flatMap(({ label, channels, loudness }) => (loudness && channels <= 2 ? [{ label, ...loudness }] : []));
  const said = ({ integrated, gain }: { integrated: number; gain: number }) =>
    `${integrated.toFixed(1)} LUFS` + (gain === 0 ? "" : gain > 0 ? `, raised by ${gain} dB` : `, lowered by ${-gain} dB`);
  return known.map((track) => (known.length > 1 ? `${track.label}: ${said(track)}` : said(track))).join("; ");
}

function pictureText(video: NonNullable<SourceFacts["video"]>): string {
  const rate = video.frameRate ? `, ${frameRate(video.frameRate)} fps` : "";
  return `${codec(video.codec)}, ${video.width} × ${video.height}${rate}`;
}

function soundText(audio: NonNullable<SourceFacts["audio"]>): string {
  if (audio.length === 0) return "none";
  return audio.map((track) => [codec(track.codec), channels(track.channels), track.language && language(track.language)].filter(Boolean).join(", ")).join("; ");
}
