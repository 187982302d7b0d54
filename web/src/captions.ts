/** Subtitle files: what their names tell, and what their languages are called. */

import { language as nameOf, listed, titleOf } from "./format";
import type { Caption, CaptionKind, Video } from "./model";

/** What the API takes: WebVTT and SubRip. */
const ENDINGS = [".vtt", ".srt"];
export const CAPTION_TYPES = [...ENDINGS, "text/vtt", "application/x-subrip"].join();

export const KINDS: [kind: CaptionKind, label: string][] = [
  ["subtitles", "Subtitles"],
  ["captions", "For the deaf and hard of hearing"],
  ["forced", "Forced: only foreign passages"],
];

/** Languages that are offered. Any other one is given by its tag. */
const TAGS = (
  "ar bg bn ca cs cy da de el en es es-419 et eu fa fi fil fr ga gl gu he hi hr hu hy id is it ja ka kk km kn ko lt lv mk " +
  "ml mn mr ms my nb ne nl nn no pa pl pt pt-BR ro ru si sk sl sq sr sv sw ta te th tr uk ur uz vi yue zh zh-Hans zh-Hant zu"
).split(" ");

let found: Map<string, string> | null = null;

/** Tags by the names of their languages, in English and as their speakers call them; made when first asked for. */
function tagsByName(): Map<string, string> {
  found ??= new Map([...TAGS.map((tag) => [ownName(tag), tag] as const), ...TAGS.map((tag) => [nameOf(tag).toLowerCase(), tag] as const)]);
  return found;
}

function ownName(tag: string): string {
  return (new Intl.DisplayNames([tag], { type: "language" }).of(tag) ?? tag).toLowerCase();
}

/** The names of the languages that are offered, in the order of the alphabet. */
export function languages(): string[] {
  return TAGS.map((tag) => nameOf(tag)).sort((one, other) => one.localeCompare(other));
}

/** The tag of a language's name; what is no known name is left as it is: "German" -> "de", "pt-BR" -> "pt-BR". */
export function tagOf(text: string): string {
  return tagsByName().get(text.trim().toLowerCase()) ?? text.trim();
}

/** A language as a field shows it: by its name where that leads back to the tag. */
export function shownLanguage(tag: string | null): string {
  if (!tag) return "";
  const name = nameOf(tag);
  return tagOf(name) === tag ? name : tag;
}

const KIND_FACTS: Record<CaptionKind, string> = { subtitles: "", captions: "for the deaf and hard of hearing", forced: "forced" };

/** What a track is that its label does not say: "German, forced, shown by default". */
export function captionFacts({ label, language, kind, isDefault }: Caption): string {
  const name = nameOf(language ?? "");
  return listed(name === label ? "" : name, KIND_FACTS[kind], isDefault ? "shown by default" : "");
}

/** What to call a track's text on a disk, so that its name tells what `guess` reads of it. */
export function captionFilename({ title }: Pick<Video, "title">, { language, kind }: Caption): string {
  const words = [titleOf(title), language ?? "", { subtitles: "", captions: "sdh", forced: "forced" }[kind], "vtt"];
  return words.filter(Boolean).join(".");
}

/** Whether a file is one of subtitles, by its name. */
export function isCaptionFile({ name }: { name: string }): boolean {
  return ENDINGS.some((ending) => name.toLowerCase().endsWith(ending));
}

export interface Guess {
  /** "" where the name does not tell. */
  language: string;
  kind: CaptionKind;
}

const KIND_WORDS: Record<string, CaptionKind> = { sdh: "captions", cc: "captions", forced: "forced" };

/** What a file's name tells of its text, as its last words: "film.de.forced.srt", "Film_pt_BR.vtt", "Film [German].srt". */
export function guess(filename: string): Guess {
  const words = wordsOf(filename);
  const last = takenKind(words);
  const language = tagOfWord(words.at(-1) ?? "");
  if (!language) return { language, kind: last ?? "subtitles" };
  words.pop();
  // "film.en.hi" is for the hearing impaired, "film.hi" is Hindi.
  const spoken = language === "hi" ? tagOfWord(words.at(-1) ?? "") : "";
  if (spoken) return { language: spoken, kind: "captions" };
  return { language, kind: last ?? takenKind(words) ?? "subtitles" };
}

/** The kind that the last word names, which is taken away. */
function takenKind(words: string[]): CaptionKind | undefined {
  const kind = KIND_WORDS[words.at(-1)?.toLowerCase() ?? ""];
  if (kind) words.pop();
  return kind;
}

function wordsOf(filename: string): string[] {
  const words = filename
    .replace(/\.[^.]*$/, "")
    .replace(/(^|[._\s([])([a-z]{2,3})_([A-Z]{2})(?=$|[._\s)\]])/g, "$1$2-$3")
    .replace(/-(cc|sdh|forced)(?![a-z])/gi, ".$1")
    .split(/[._\s()[\]]+/)
    .filter(Boolean);
  return words.flatMap((word) => (tagOfWord(word) ? [word] : word.split("-")));
}

/** The tag that a word of a file's name is; "" for any other word. A title has words such as "It". */
function tagOfWord(word: string): string {
  const named = tagOf(word);
  if (named !== word) return named;
  if (!/^([a-z]{2,3}|[A-Z]{2,3})(-[A-Za-z\d]{2,8})*$/.test(word)) return "";
  try {
    const { baseName, language, region, script } = new Intl.Locale(word);
    const isKnown = TAGS.includes(language) && baseName.split("-").length <= 1 + Number(!!region) + Number(!!script);
    return isKnown && new Intl.DisplayNames(["en"], { type: "language", fallback: "none" }).of(baseName) ? baseName : "";
  } catch {
    return "";
  }
}
