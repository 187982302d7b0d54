/** Numbers as people read them. */

/** 83.4 -> "1:23", 3661 -> "1:01:01"; what is no time is "0:00". */
export function clock(seconds: number): string {
  const whole = Number.isFinite(seconds) ? Math.max(0, Math.floor(seconds)) : 0;
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor((whole % 3600) / 60);
  const rest = String(whole % 60).padStart(2, "0");
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, "0")}:${rest}` : `${minutes}:${rest}`;
}

/** 3661 -> "1 hour 1 minute 1 second", for screen readers. */
export function spokenTime(seconds: number): string {
  const whole = Number.isFinite(seconds) ? Math.max(0, Math.floor(seconds)) : 0;
  const amounts: [number, string][] = [
    [Math.floor(whole / 3600), "hour"],
    [Math.floor((whole % 3600) / 60), "minute"],
    [whole % 60, "second"],
  ];
  const said = amounts.filter(([amount]) => amount > 0).map(([amount, unit]) => plural(amount, unit));
  return said.join(" ") || "0 seconds";
}

export function plural(amount: number, noun: string): string {
  return `${amount} ${noun}${amount === 1 ? "" : "s"}`;
}

const BYTE_UNITS = ["bytes", "kB", "MB", "GB", "TB"];

/** 1536000 -> "1.5 MB"; decimal units, as disks and networks count. */
export function bytes(size: number): string {
  let unit = 0;
  let value = size;
  while (value >= 999.5 && unit < BYTE_UNITS.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${threeDigits(value, unit === 0)} ${BYTE_UNITS[unit]}`;
}

/** A limit as it was set, which is in powers of two: "50 GiB". */
export function sizeLimit(size: number): string {
  return size % 2 ** 30 === 0 ? `${size / 2 ** 30} GiB` : bytes(size);
}

/** A file's name without what cannot be shown as it is (control characters, marks that reorder text): the API refuses it. */
export function shownName(filename: string): string {
  return filename.replace(/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/gu, "").trim() || "video";
}

/** A file's name as a title, without what tells its format: "Rome.mp4" -> "Rome". */
export function titleOf(filename: string): string {
  return (filename.replace(/\.[a-z0-9]{2,4}$/i, "").trim() || filename).slice(0, 200);
}

/** "hevc" -> "HEVC", "default" -> "Default". */
export function profileName(name: string): string {
  const isCodec = codec(name) !== name;
  return isCodec ? codec(name) : name.charAt(0).toUpperCase() + name.slice(1);
}

/** 2782000 -> "2.78 Mb/s". */
export function bitRate(bitsPerSecond: number): string {
  if (bitsPerSecond >= 999_500) return `${threeDigits(bitsPerSecond / 1e6)} Mb/s`;
  return `${Math.round(bitsPerSecond / 1000)} kb/s`;
}

function threeDigits(value: number, whole = false): string {
  if (whole) return String(Math.round(value));
  return value.toFixed(value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2).replace(/(\.\d*?)0+$/, "$1").replace(/\.$/, "");
}

/** 29.97002997 -> "29.97". */
export function frameRate(rate: number): string {
  return String(Math.round(rate * 100) / 100);
}

/** How long something will still take, roughly: "about 2 minutes left". */
export function timeLeft(seconds: number): string {
  if (!Number.isFinite(seconds)) return "";
  if (seconds < 60) return "less than a minute left";
  if (seconds < 3600) return `about ${plural(Math.round(seconds / 60), "minute")} left`;
  return `about ${plural(Math.round(seconds / 3600), "hour")} left`;
}

/** What is there of some words, with commas between. */
export function listed(...words: string[]): string {
  return words.filter(Boolean).join(", ");
}

const AGES: [limit: number, seconds: number, unit: Intl.RelativeTimeFormatUnit][] = [
  [3600, 60, "minute"],
  [86_400, 3600, "hour"],
  [7 * 86_400, 86_400, "day"],
];

/** "3 minutes ago", after a week the date. */
export function when(iso: string, now = Date.now()): string {
  const age = (now - Date.parse(iso)) / 1000;
  if (Math.abs(age) < 60) return "just now";
  const fitting = AGES.find(([limit]) => Math.abs(age) < limit);
  if (!fitting) return new Intl.DateTimeFormat("en-GB", { dateStyle: "medium" }).format(new Date(iso));
  return new Intl.RelativeTimeFormat("en").format(-Math.round(age / fitting[1]), fitting[2]);
}

/** "3 Mar 2026, 14:05" for the reader's own time zone. */
export function dateTime(iso: string): string {
  return new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "short" }).format(new Date(iso));
}

const CODECS: [RegExp, string][] = [
  [/^(avc|h264)/i, "H.264"],
  [/^(hvc|hev|hevc|h265)/i, "HEVC"],
  [/^av0?1/i, "AV1"],
  [/^vp0?9/i, "VP9"],
  [/^vp0?8/i, "VP8"],
  [/^mp4a|^aac/i, "AAC"],
  [/^opus/i, "Opus"],
  [/^ac-?3/i, "Dolby Digital"],
  [/^e-?c-?3|^eac3/i, "Dolby Digital Plus"],
];

/** "avc1.64001f" -> "H.264". */
export function codec(name: string): string {
  return CODECS.find(([pattern]) => pattern.test(name))?.[1] ?? name;
}

/** A rendition by its short side, as viewers name it: 1920x1080 -> "1080p". */
export function quality(width: number, height: number): string {
  return `${Math.min(width, height)}p`;
}

/** The name of a language tag: "de" -> "German". */
export function language(tag: string): string {
  if (!tag || tag === "und") return "Unknown language";
  try {
    return new Intl.DisplayNames(["en"], { type: "language" }).of(tag) ?? tag;
  } catch {
    return tag;
  }
}

const CHANNELS: Record<number, string> = { 1: "mono", 2: "stereo", 6: "5.1", 8: "7.1" };

export function channels(count: number): string {
  return CHANNELS[count] ?? plural(count, "channel");
}

/** 0.0123 -> "1.2 cents", 3.4 -> "3.40 USD"; what is less than a tenth of a cent says so. */
export function usd(amount: number): string {
  if (amount < 0.001) return amount > 0 ? "less than 0.1 cents" : "nothing";
  return amount < 1 ? `${threeDigits(amount * 100)} cents` : `${amount.toFixed(2)} USD`;
}
