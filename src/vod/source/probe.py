"""The probe: the technical description of a source, and the limits it must keep to be admitted."""

import re
from fractions import Fraction
from typing import Annotated

from pydantic import BeforeValidator

from vod.errors import SourceRefused
from vod.frozen import Frozen
from vod.media.color import Color
from vod.media.sound_role import SoundRole
from vod.media.text import on_one_line
from vod.source.byte_ranges import PRE_ROLL_SECONDS, SourceIndex


class Rate(Frozen):
    """A number of frames per second as a fraction."""

    num: int
    den: int

    @property
    def fraction(self) -> Fraction:
        """The rate as an exact number."""
        return Fraction(self.num, self.den)

    @classmethod
    def of(cls, value: Fraction) -> "Rate":
        """The rate of an exact number."""
        return cls(num=value.numerator, den=value.denominator)


class Shape(Frozen):
    """The pixels of a picture track are `num` wide and `den` high from `begin` (s) on."""

    begin: float
    num: int
    den: int


class VideoTrack(Frozen):
    """The chosen picture track: `width` x `height` as shown (upright, square pixels), `end` in s from the start; its
    last picture stands `until` then, which may be later. It `ends_with_pause` where that comes long after the others.

    Of one that is `interlaced`, parts may be progressive; one that is `telecined` is a film in video, whose `rate` is
    the film's. One that changes size or shape on the way has those of its
    largest pictures, and `shapes` in order of time. `decoder` is FFmpeg's name of one that is not its usual choice.
    To have a picture whole, the source is entered `pre_roll` (s) before it; one with `partial_keyframes` cannot be.
    """

    index: int
    codec: str
    width: int
    height: int
    rotation: int = 0
    pixel_format: str = ""
    interlaced: bool = False
    progressive_parts: bool = False
    telecined: bool = False
    shapes: tuple[Shape, ...] = ()
    decoder: str | None = None
    color: Color = Color()
    rate: Rate
    frames: int | None = None
    end: float
    until: float = 0.0
    ends_with_pause: bool = False
    pre_roll: float = PRE_ROLL_SECONDS
    partial_keyframes: bool = False

    @property
    def length(self) -> float:
        """How long (s) there is a picture."""
        return max(self.end, self.until)


def _language(told: str | None) -> str | None:
    """A language tag, or None for what is none (RFC 5646's shape); it ends up in manifests and comes from strangers."""
    return told if told and told != "und" and re.fullmatch(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8}){0,4}", told) else None


def _title(told: str | None) -> str | None:
    return on_one_line(told) or None


Language = Annotated[str | None, BeforeValidator(_language)]
Title = Annotated[str | None, BeforeValidator(_title)]


class AudioTrack(Frozen):
    """One decodable sound track; it is heard from `begin` to `end`, in s from the start, None when not known.

    `drift` is the part by which its clock is slower than its samples; `right` the index of the track that holds the
    right channel, of two mono ones; `is_discrete`: no channel says what it is for.
    """

    index: int
    codec: str
    channels: int
    sample_rate: int
    language: Language = None
    title: Title = None
    is_default: bool = False
    role: SoundRole = SoundRole.MAIN
    begin: float | None = None
    end: float | None = None
    drift: float = 0.0
    right: int | None = None
    is_discrete: bool = False


class SubtitleTrack(Frozen):
    """One text track of a source; `codec` and `language` as FFmpeg says them."""

    index: int
    codec: str
    language: Language = None
    title: Title = None
    is_forced: bool = False
    is_hearing_impaired: bool = False


class Joint(Frozen):
    """Where the clock of a source starts again or jumps: from a track's packet number `packet` on (from 0, in the order
    of the file), `shift` s are added to its times."""

    track: int
    packet: int
    shift: float


class Probe(Frozen):
    """What a source is: `container` is the demuxer's name, `size` in bytes, `start` and `duration` in seconds.

    A source without `video` has sound; `cover` is the index of the picture that is attached to it. With a `raw_clock`,
    times are as stored: libav would take a step back for the end of the clock.
    """

    container: str
    size: int
    start: float = 0.0
    duration: float
    video: VideoTrack | None = None
    cover: int | None = None
    index: SourceIndex | None = None
    audio: tuple[AudioTrack, ...] = ()
    subtitles: tuple[SubtitleTrack, ...] = ()
    joints: tuple[Joint, ...] = ()
    raw_clock: bool = False
    warnings: tuple[str, ...] = ()

    @property
    def picture(self) -> VideoTrack:
        """The picture track of a source that has one; LookupError when it has none."""
        if self.video is None:
            raise LookupError("a source without picture")
        return self.video


class Limits(Frozen):
    """What a source may be: bytes, seconds, pixels per picture, tracks."""

    max_bytes: int
    max_seconds: float
    max_pixels: int = 8192 * 4320
    max_streams: int = 64

    @classmethod
    def of(cls, gibibytes: int, hours: int) -> "Limits":
        """What is admitted where an operator allows so much."""
        return cls(max_bytes=gibibytes * 2**30, max_seconds=hours * 3600)


def check_size(size: int, declared: int | None, limits: Limits) -> None:
    """SourceRefused when the stored object is empty, too large, or not of the declared size (bytes)."""
    if size == 0:
        raise SourceRefused("empty")
    if declared is not None and size != declared:
        raise SourceRefused("size_mismatch", f"declared {declared} bytes, received {size}")
    if size > limits.max_bytes:
        raise SourceRefused("too_large", f"{size} bytes, at most {limits.max_bytes}")


MOST_BYTES = 160 * 1024
"""Of a probe as JSON: Step Functions carries 256 KiB from state to state."""


def check_probe(probe: Probe, limits: Limits) -> None:
    """SourceRefused when the source lasts too long, its picture is too large, or it cannot be described in short."""
    if len(probe.model_dump_json().encode()) > MOST_BYTES:
        raise SourceRefused("too_complex", "its description")
    if probe.duration > limits.max_seconds:
        raise SourceRefused("too_long", f"{probe.duration:.0f} s, at most {limits.max_seconds:.0f} s")
    if probe.video and probe.video.width * probe.video.height > limits.max_pixels:
        raise SourceRefused("too_many_pixels", f"{probe.video.width}x{probe.video.height}")
    if not probe.video and not probe.audio:
        raise SourceRefused("no_video_stream")
