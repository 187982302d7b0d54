"""The poster: a frame worth clicking on, neither black nor white nor blurred, found in one cheap pass."""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from vod.media import color
from vod.media.color import Color

_SURVEY_WIDTH, _SURVEY_HEIGHT = 320, 180
_FIRST_SECONDS = 60.0
_LATER_SECONDS = 20.0
_LATER = (0.25, 0.5, 0.75)
_SPACING_SECONDS = 0.5
_FEWEST = 4
"""With fewer keyframes than this in the first part, and no good one, its other frames are looked at, too."""
_GOOD_LUMA = (45.0, 205.0)  # of 16 to 235
_GOOD_ENTROPY = 0.5
_MIDDLE_LUMA = 115.0
_SHARP, _BLURRED = 3.0, 9.0
_LINE = re.compile(r"^(?:frame:\d+\s+pts:\S+\s+pts_time:(\S+)|lavfi\.(\S+?)=(\S+))$")

Command = list[str]


@dataclass(frozen=True, slots=True)
class Window:
    """Seconds [start, end) of a video, and whether keyframes are enough."""

    start: float
    end: float
    keyframes: bool = True


@dataclass(frozen=True, slots=True)
class Candidate:
    """What FFmpeg measured on one frame: mean luma (16 to 235), normalised entropy (0 to 1), blur (width of edges in
    pixels at 320 x 180, None without edges), mean saturation."""

    time: float
    luma: float
    entropy: float
    blur: float | None
    saturation: float

    @property
    def is_good(self) -> bool:
        """True for a frame that needs no further search: lit, and with something to see."""
        low, high = _GOOD_LUMA
        return low <= self.luma <= high and self.entropy >= _GOOD_ENTROPY and self.blur is not None

    @property
    def score(self) -> float:
        """The higher the better: variety first, then light, then sharpness, then colour."""
        light = 1 - min(1.0, abs(self.luma - _MIDDLE_LUMA) / 100)
        sharp = 0.0 if self.blur is None else min(1.0, max(0.0, (_BLURRED - self.blur) / (_BLURRED - _SHARP)))
        return 2 * self.entropy + light + sharp + 0.5 * min(1.0, self.saturation / 40)


Look = Callable[[Window], str]
"""Runs `survey` on a window and gives what FFmpeg printed; empty when it failed."""


def find(seconds: float, look: Look) -> float:
    """When the best frame is shown (s) in a video of so many seconds; 0 when nothing can be looked at."""
    seen: list[Candidate] = []
    for window in windows(seconds):
        found = candidates(look(window))
        if window.start == 0 and len(found) < _FEWEST and not _any_good(found):
            found += candidates(look(replace(window, keyframes=False)))
        seen += found
        if _any_good(found):
            break
    return max(seen, key=_rank).time if seen else 0.0


def windows(seconds: float) -> tuple[Window, ...]:
    """Where to look, in order: the first minute, then a while at each quarter."""
    first = Window(0.0, min(_FIRST_SECONDS, seconds))
    starts = [seconds * part for part in _LATER if seconds * part >= _FIRST_SECONDS]
    return (first, *(Window(start, start + _LATER_SECONDS) for start in starts))


def survey(binary: str, opened: Command, track: int, meant: Color, window: Window) -> Command:
    """Measure frames of a window, printed to standard output.

    `opened` opens the source with the plan's zero and may enter it shortly before the window; `track` is the
    picture's index in it, `meant` its colour.
    """
    # Decoding keyframes only costs a tenth; they are also the frames with the fewest traces of compression.
    only = ["-skip_frame", "nokey"] if window.keyframes else []
    looked_at = [
        f"trim=start={window.start:.3f}:end={window.end:.3f}",
        rf"select=isnan(prev_selected_t)+gte(t-prev_selected_t\,{_SPACING_SECONDS})",
        color.filters(meant, _SURVEY_WIDTH, _SURVEY_HEIGHT),
        "signalstats,entropy,blurdetect,metadata=print:file=-",
    ]
    shape = ["-map", f"0:{track}", "-vf", ",".join(looked_at), "-fps_mode", "passthrough", "-f", "null", "-"]
    return [binary, "-v", "error", "-nostdin", *only, *opened, *shape]


def candidates(printed: str) -> list[Candidate]:
    """The frames in what `survey` printed."""
    frames: list[dict[str, float]] = []
    for line in printed.splitlines():
        if found := _LINE.match(line.strip()):
            time, key, value = found.groups()
            if time is not None:
                frames.append({"time": _number(time)})
            elif frames:
                frames[-1][key] = _number(value)
    return [_candidate(frame) for frame in frames if math.isfinite(frame["time"])]


def command(
    binary: str, opened: Command, track: int, meant: Color, at: float, width: int, height: int, whole: str = ""
) -> Command:
    """The frame shown at `at` seconds as a JPEG on standard output, width x height pixels (even).

    `whole` are the filters that make pictures progressive and of one shape, each with a comma behind it.
    """
    # Half a millisecond early: the time was printed rounded.
    steps = [f"trim=start={max(0.0, at - 0.0005):.4f}", color.filters(meant, width, height), "setsar=1", color.JPEG]
    look = whole + ",".join(steps)
    shape = ["-frames:v", "1", "-c:v", "mjpeg", "-q:v", "3", "-fflags", "+bitexact", "-flags:v", "+bitexact"]
    output = ["-map", f"0:{track}", "-vf", look, *shape, "-f", "image2pipe", "pipe:1"]
    return [binary, "-v", "error", "-nostdin", *opened, *output]


def _any_good(found: list[Candidate]) -> bool:
    return any(candidate.is_good for candidate in found)


def _rank(candidate: Candidate) -> tuple[bool, float]:
    return candidate.is_good, candidate.score


def _candidate(frame: dict[str, float]) -> Candidate:
    blur = frame.get("blur", math.nan)
    return Candidate(
        time=max(0.0, frame["time"]),
        luma=frame.get("signalstats.YAVG", 0.0),
        entropy=frame.get("entropy.normalized_entropy.normal.Y", 0.0),
        blur=blur if math.isfinite(blur) else None,
        saturation=frame.get("signalstats.SATAVG", 0.0),
    )


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan
