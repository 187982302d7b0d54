"""WebVTT (W3C): cues as values, read leniently, written strictly."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

_STAMP = r"(-?(?:-?\d{1,9}:)?-?\d{1,2}:-?\d{1,2}[.,]-?\d{3})"
_TIMING = re.compile(rf"^{_STAMP}[ \t]+-->[ \t]+{_STAMP}(?:[ \t]+(.*))?$")
_NO_TEXT = ("WEBVTT", "NOTE", "STYLE", "REGION")


@dataclass(frozen=True, slots=True)
class Cue:
    """A text on screen from `start` to `end` (s), with its cue settings; the text may have several lines."""

    start: float
    end: float
    text: str
    settings: str = ""


def parse(text: str) -> list[Cue]:
    """The cues in a WebVTT (or SubRip) text, in its order; blocks that are none are passed over.

    FFmpeg leaves blank lines inside a text: what follows them is taken for more of it.
    """
    cues: list[Cue] = []
    texts: list[list[str]] = []
    for lines in _blocks(text):
        if cue := _cue(lines):
            cues.append(cue)
            texts.append([cue.text])
        elif cues and not lines[0].startswith(_NO_TEXT):
            texts[-1].extend(lines)
    whole = ("\n".join(lines).strip("\n") if len(lines) > 1 else lines[0] for lines in texts)
    return [replace(cue, text=text) for cue, text in zip(cues, whole, strict=True)]


def written(cues: Iterable[Cue]) -> str:
    """The cues as a WebVTT file."""
    return "\n\n".join(["WEBVTT", *(_block(cue) for cue in cues)]) + "\n"


def stamp(seconds: float) -> str:
    """A time as WebVTT writes it, in whole milliseconds."""
    milliseconds = round(seconds * 1000)
    minutes, rest = divmod(milliseconds, 60_000)
    return f"{minutes // 60:02d}:{minutes % 60:02d}:{rest // 1000:02d}.{rest % 1000:03d}"


def _block(cue: Cue) -> str:
    settings = f" {cue.settings}" if cue.settings else ""
    return f"{stamp(cue.start)} --> {stamp(cue.end)}{settings}\n{cue.text}"


def _blocks(text: str) -> list[list[str]]:
    plain = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    return [block.strip("\n").split("\n") for block in re.split(r"\n[ \t]*\n", plain) if block.strip()]


def _cue(lines: list[str]) -> Cue | None:
    for number, line in enumerate(lines[:2]):  # an identifier may stand above the times
        if found := _TIMING.match(line.strip()):
            start, end, settings = found.groups()
            return Cue(_seconds(start), _seconds(end), "\n".join(lines[number + 1 :]), (settings or "").strip())
    return None


def _seconds(time: str) -> float:
    """Seconds of a time; FFmpeg writes -1.8 s as `00:-1.-800`, so that one sign anywhere makes it negative."""
    parts = [int(part) for part in re.split(r"[:.,]", time.replace("-", ""))]
    hours, minutes, seconds, thousandths = [0] * (4 - len(parts)) + parts
    milliseconds = ((hours * 60 + minutes) * 60 + seconds) * 1000 + thousandths
    return (-milliseconds if "-" in time else milliseconds) / 1000
