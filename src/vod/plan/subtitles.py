"""Subtitles: text tracks of a source as WebVTT renditions, one file each, with times counted from the plan's zero."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import pairwise

from vod.frozen import Frozen
from vod.media import webvtt
from vod.media.charset import iconv_name
from vod.media.language import bcp47, language_name, told_apart
from vod.media.text import LONGEST, quoted
from vod.media.webvtt import Cue
from vod.source.probe import SubtitleTrack

TEXT_CODECS = frozenset(
    {
        *("mov_text", "subrip", "srt", "ass", "ssa", "webvtt", "text", "eia_608", "cc_dec"),
        *("dvb_teletext", "libzvbi_teletextdec"),
    }
)
"""Codecs that hold letters, by FFmpeg's names; DVD, PGS and DVB subtitles are pictures and are left out."""
SUBRIP = ("subrip", "srt")
IN_ANY_CHARSET = (*SUBRIP, "ass", "ssa", "text")
"""Codecs whose texts are UTF-8 by their containers' rules, and often are not."""
# A cue before zero would shift all others; it is cut by `sanitised` instead.
_KEPT_TIMES = ["-avoid_negative_ts", "disabled"]
_TELETEXT = ("dvb_teletext", "libzvbi_teletextdec")
MAYBE_EMPTY = (*_TELETEXT, "eia_608", "cc_dec")
"""Tracks that broadcasts announce with or without a word in them."""
# Of all pages only those marked as subtitles, as text and not as pictures; fix_sub_duration: a page lasts until the
# next one clears it, which FFmpeg by itself ignores.
_TELETEXT_DECODER = ["-txt_page", "subtitle", "-txt_format", "text", "-fix_sub_duration"]
MOST_TRACKS = 32
MOST_CUES = 20_000
_ENDLESS_SECONDS = 3600.0
_UNSAID_SECONDS = 5.0
_MOST_NAMED = 300
_MOST_SAID_BEHIND = " (SDH) (forced) 32"

_ASS_OVERRIDE = re.compile(r"\{\\[^{}]*\}")
_ASS_DRAWING = re.compile(r"^[mn](\s+-?\d+(\.\d+)?){2}(\s+([mnlbspc]|-?\d+(\.\d+)?))*\s*$")
_ALLOWED_TAG = re.compile(r"(</?(?:b|i|u|ruby|rt)>)")
_STRAY_AMPERSAND = re.compile(r"&(?!(?:amp|lt|gt|nbsp|lrm|rlm);)")
_SETTING = re.compile(r"(?:vertical|line|position|size|align):[\w%.,-]+")

Command = list[str]


class SubtitleRendition(Frozen):
    """One WebVTT rendition; `language` as BCP 47, `label` is what a viewer picks from a menu, unique in a video."""

    name: str
    source_index: int
    codec: str
    label: str
    language: str | None = None
    is_forced: bool = False
    is_hearing_impaired: bool = False
    is_default: bool = False


def renditions(tracks: Iterable[SubtitleTrack]) -> tuple[SubtitleRendition, ...]:
    """A rendition of every track that holds text."""
    chosen = [track for track in tracks if track.codec in TEXT_CODECS][:MOST_TRACKS]
    labels = told_apart([_label(track) for track in chosen])
    return tuple(
        SubtitleRendition(
            name=f"s{number}",
            source_index=track.index,
            codec=track.codec,
            label=labels[number],
            language=bcp47(track.language),
            is_forced=track.is_forced,
            is_hearing_impaired=track.is_hearing_impaired,
        )
        for number, track in enumerate(chosen)
    )


def left_out(tracks: Iterable[SubtitleTrack]) -> Iterator[str]:
    """Warnings about the tracks that are no renditions."""
    pictures, texts = [], 0
    for number, track in enumerate(tracks, start=1):
        texts += track.codec in TEXT_CODECS
        if track.codec not in TEXT_CODECS:
            pictures.append(f"{number} ({', '.join(filter(None, [_language_name(track), track.codec]))})")
    if pictures:
        yield f"Subtitle tracks that are pictures or unknown were left out: {'; '.join(pictures)[:_MOST_NAMED]}."
    if texts > MOST_TRACKS:
        yield f"The source has {texts} subtitle tracks; the first {MOST_TRACKS} were taken."


def _language_name(track: SubtitleTrack) -> str | None:
    tag = bcp47(track.language)
    return language_name(tag) if tag else None


def vtt_name(track: str) -> str:
    """A subtitle rendition's only file, relative to the run."""
    return f"{track}/subtitles.vtt"


def command(binary: str, opened: Command, rendition: SubtitleRendition, charset: str | None = None) -> Command:
    """One track as WebVTT on standard output; `opened` opens the source with the plan's zero.

    `charset` is that of a track that is not UTF-8.
    """
    decoder = _TELETEXT_DECODER if rendition.codec in _TELETEXT else []
    decoder = [*decoder, *(["-sub_charenc", iconv_name(charset)] if charset else [])]
    shape = ["-c:s", "webvtt", *_KEPT_TIMES, "-f", "webvtt", "pipe:1"]
    return [binary, "-v", "error", "-nostdin", *decoder, *opened, "-map", f"0:{rendition.source_index}", *shape]


def stored_command(binary: str, opened: Command, rendition: SubtitleRendition, shape: str) -> Command:
    """One track as it is stored, on standard output: with its times (`srt`), or its texts alone (`data`)."""
    copied = ["-c:s", "copy", *_KEPT_TIMES, "-f", shape, "pipe:1"]
    return [binary, "-v", "error", "-nostdin", *opened, "-map", f"0:{rendition.source_index}", *copied]


def sanitised(text: str, seconds: float) -> str | None:
    """FFmpeg's WebVTT as a file for players of a video of so many seconds; None when no cue is left."""
    cues = tidied(webvtt.parse(text), seconds)
    return webvtt.written(cues) if cues else None


def tidied(cues: Iterable[Cue], seconds: float) -> list[Cue]:
    """The cues that a viewer can read, in order, inside [0, seconds], each once and with an end."""
    clean = (replace(cue, text=_clean(cue.text), settings=_settings(cue.settings)) for cue in cues)
    ordered = sorted({cue for cue in clean if cue.text and cue.end >= cue.start}, key=_order)[:MOST_CUES]
    nexts = [after.start for _, after in pairwise(ordered)]
    ended = [_ended(cue, after) for cue, after in zip(ordered, [*nexts, seconds], strict=False)]
    clamped = [replace(cue, start=max(0.0, cue.start), end=min(cue.end, seconds)) for cue in ended]
    return [cue for cue in clamped if round(cue.end, 3) > round(cue.start, 3)]


def _order(cue: Cue) -> tuple[float, float, str]:
    return cue.start, cue.end, cue.text


def _ended(cue: Cue, after: float) -> Cue:
    """A cue whose container said no end, or none in earnest (teletext), lasts until the next, for some seconds."""
    if 0 < cue.end - cue.start < _ENDLESS_SECONDS:
        return cue
    return replace(cue, end=cue.start + min(_UNSAID_SECONDS, max(0.0, after - cue.start) or _UNSAID_SECONDS))


def _clean(text: str) -> str:
    lines = [_line(line) for line in text.split("\n")]
    return "\n".join(line for line in lines if line and not _is_bare(line))


def _line(line: str) -> str:
    """One line without what ASS draws or moves, with everything but plain formatting shown as letters."""
    visible = "".join(character for character in _ASS_OVERRIDE.sub("", line) if character >= " ")
    visible = visible.replace(r"\h", " ").strip()
    if _ASS_DRAWING.match(visible):
        return ""
    pieces = _ALLOWED_TAG.split(visible)
    return "".join(piece if number % 2 else _escaped(piece) for number, piece in enumerate(pieces))


def _is_bare(line: str) -> bool:
    return not _ALLOWED_TAG.sub("", line).strip()


def _escaped(text: str) -> str:
    return _STRAY_AMPERSAND.sub("&amp;", text).replace("<", "&lt;").replace(">", "&gt;")


def _settings(settings: str) -> str:
    return " ".join(setting for setting in settings.split() if _SETTING.fullmatch(setting))


def _label(track: SubtitleTrack) -> str:
    language = bcp47(track.language)
    name = quoted(track.title)[: LONGEST - len(_MOST_SAID_BEHIND)] or (
        language_name(language) if language else "Subtitles"
    )
    if track.is_hearing_impaired and "sdh" not in name.lower():
        name += " (SDH)"
    return f"{name} (forced)" if track.is_forced and "forced" not in name.lower() else name
