"""The plan: what will be made of one source, as pure data."""

from fractions import Fraction
from math import ceil

from vod import byte_ranges, chunks, ladder, profiles, sizing, sound, storyboard, subtitles
from vod.chunks import Chunk, ChunkPolicy
from vod.color import Color
from vod.frozen import Frozen
from vod.ladder import Rung
from vod.probe import Probe, Rate, VideoTrack
from vod.profile import DEFAULT, Codec, CodecLadder, Profile
from vod.rate import within
from vod.sizing import Encode, TaskSize
from vod.sound import AudioRendition
from vod.storyboard import Storyboard
from vod.subtitles import SubtitleRendition

SEGMENT_SECONDS = 4
GOP_SECONDS = 2
GOPS_PER_SEGMENT = SEGMENT_SECONDS // GOP_SECONDS
EXTRAS_CPU = 1024

SEEKABLE = ("mov", "matroska")
"""Containers that are entered exactly through their index; all others are read from their beginning, as one chunk.

Entering a transport stream between its keyframes gave right counts and times and wrong pictures.
"""
ONE_CHUNK = ChunkPolicy(most=1)
SMALLEST_SIDE = 64
"""HEVC and AV1 begin here: their encoders refuse, or crash on, pictures of a few pixels."""


class Rendition(Frozen):
    """One rung of this source: name, size in pixels, codec and its preset, constant rate factor, peak in kbit/s."""

    name: str
    width: int
    height: int
    codec: Codec = Codec.H264
    preset: str
    crf: int
    peak_kbps: int


class SourceObject(Frozen):
    """The exact object version to encode; `size` in bytes."""

    bucket: str
    key: str
    version: str | None
    size: int


class Plan(Frozen):
    """All that the encoders and the publisher need to know; frame numbers count on the output grid of `rate`.

    A source without picture has no renditions, no frames and no `video_index`, perhaps a `cover`: an attached picture.
    """

    video_id: str
    run: str
    profile: str
    source: SourceObject
    demuxer: str
    start: float
    video_index: int | None
    cover: int | None = None
    is_seekable: bool
    interlaced: bool
    color: Color
    rate: Rate
    gop_frames: int
    gops_per_segment: int
    frames: int
    duration: float
    renditions: tuple[Rendition, ...]
    audio: tuple[AudioRendition, ...]
    subtitles: tuple[SubtitleRendition, ...]
    storyboard: Storyboard | None
    measure_quality: bool
    chunks: tuple[Chunk, ...]

    @property
    def segment_frames(self) -> int:
        """Frames in every segment but the last."""
        return self.gop_frames * self.gops_per_segment

    @property
    def seconds(self) -> float:
        """Length of the picture, of the sound where there is no picture."""
        return self.frames / float(self.rate.fraction) if self.renditions else self.duration

    @property
    def segments(self) -> int:
        """Segments expected in every rung."""
        return max(1, ceil(self.frames / self.segment_frames))

    @property
    def timescale(self) -> int:
        """Ticks per second of the video tracks; a frame is a whole number of them."""
        return self.rate.num * (1000 if self.rate.den == 1 else 1)

    @property
    def frame_ticks(self) -> int:
        """Ticks per frame."""
        return self.timescale * self.rate.den // self.rate.num

    def frames_of(self, chunk: Chunk) -> tuple[int, int | None]:
        """A chunk's frames [first, end) on the grid; end None = to the last."""
        end = None if chunk.end_segment is None else chunk.end_segment * self.segment_frames
        return chunk.first_segment * self.segment_frames, end


DEFAULT_POLICY = ChunkPolicy(target_seconds=300)


def make_plan(
    video_id: str,
    run: str,
    source: SourceObject,
    probe: Probe,
    policy: ChunkPolicy = DEFAULT_POLICY,
    profile: Profile | None = None,
) -> Plan:
    """The plan for a probed source. Pure: the same source, policy and profile give the same plan."""
    recipe = profile or profiles.named(DEFAULT)
    if (video := probe.video) is None:
        return _of_sound(video_id, run, source, probe, recipe)
    rate = within(video.rate.fraction, Fraction(recipe.max_frame_rate))
    renditions = tuple(made for codec in recipe.ladders for made in _renditions(video, rate, codec))
    gop = max(1, round(rate * GOP_SECONDS))
    frames = max(1, round(Fraction(video.end).limit_denominator(10**6) * rate))
    is_seekable = probe.container in SEEKABLE
    return Plan(
        video_id=video_id,
        run=run,
        profile=recipe.name,
        source=source,
        demuxer=probe.container,
        start=probe.start,
        video_index=video.index,
        is_seekable=is_seekable,
        interlaced=video.interlaced,
        color=video.color,
        rate=Rate.of(rate),
        gop_frames=gop,
        gops_per_segment=GOPS_PER_SEGMENT,
        frames=frames,
        duration=probe.duration,
        renditions=renditions,
        audio=sound.renditions(probe.audio),
        subtitles=subtitles.renditions(probe.subtitles),
        storyboard=_storyboard(recipe, renditions[0], frames, rate),
        measure_quality=recipe.measure_quality,
        chunks=_with_ranges(
            _chunks(
                probe,
                renditions,
                frames,
                gop * GOPS_PER_SEGMENT,
                rate,
                policy if is_seekable else ONE_CHUNK,
                recipe.measure_quality,
            ),
            probe,
            Fraction(gop * GOPS_PER_SEGMENT) / rate,
        ),
    )


def _of_sound(video_id: str, run: str, source: SourceObject, probe: Probe, recipe: Profile) -> Plan:
    """The plan for a source without picture: its sound in one task; the empty grid has a frame a second."""
    return Plan(
        video_id=video_id,
        run=run,
        profile=recipe.name,
        source=source,
        demuxer=probe.container,
        start=probe.start,
        video_index=None,
        cover=probe.cover,
        is_seekable=False,
        interlaced=False,
        color=Color(),
        rate=Rate(num=1, den=1),
        gop_frames=GOP_SECONDS,
        gops_per_segment=GOPS_PER_SEGMENT,
        frames=0,
        duration=probe.duration,
        renditions=(),
        audio=sound.renditions(probe.audio),
        subtitles=subtitles.renditions(probe.subtitles),
        storyboard=None,
        measure_quality=False,
        chunks=(_extras(0),),
    )


def _renditions(video: VideoTrack, rate: Fraction, codec: CodecLadder) -> tuple[Rendition, ...]:
    shown = video.width, video.height
    made = [_rendition(rung, codec, *shown) for rung in ladder.rungs_for(*shown, rate, codec.rungs)]
    return tuple(r for r in made if r.codec is Codec.H264 or min(r.width, r.height) >= SMALLEST_SIDE)


def _rendition(rung: Rung, codec: CodecLadder, width: int, height: int) -> Rendition:
    size = ladder.size_on(rung, width, height)
    # H.264 is what everybody plays: its names are the plain ones.
    ending = "" if codec.codec is Codec.H264 else f"-{codec.codec}"
    return Rendition(
        name=f"v{min(size.width, size.height)}{ending}",
        width=size.width,
        height=size.height,
        codec=codec.codec,
        preset=codec.preset,
        crf=rung.crf,
        peak_kbps=rung.peak_kbps,
    )


def _storyboard(recipe: Profile, top: Rendition, frames: int, rate: Fraction) -> Storyboard | None:
    if not recipe.storyboard:
        return None
    return storyboard.plan_storyboard(frames, Rate.of(rate), top.width, top.height)


def _chunks(
    probe: Probe,
    renditions: tuple[Rendition, ...],
    frames: int,
    per_segment: int,
    rate: Fraction,
    policy: ChunkPolicy,
    is_measured: bool,
) -> tuple[Chunk, ...]:
    """Video in as many chunks as the policy says; with more than one, the extras are a task of their own."""
    encodes = [Encode(made.codec, made.preset, made.width * made.height) for made in renditions]
    pixels = probe.picture.width * probe.picture.height
    size = sizing.task_size(pixels, encodes, float(rate))
    seconds = sizing.wall_seconds(frames, sizing.cpu_seconds(pixels, encodes, is_measured), size)
    runs = chunks.split(ceil(frames / per_segment), chunks.count(frames / rate, seconds, policy))
    alone = len(runs) == 1
    made = [_video_chunk(number, run, alone, size) for number, run in enumerate(runs)]
    return tuple(made) if alone else (*made, _extras(len(runs)))


def _video_chunk(index: int, run: tuple[int, int | None], alone: bool, size: TaskSize) -> Chunk:
    first, end = run
    return Chunk(
        index=index,
        video=True,
        first_segment=first,
        end_segment=end,
        extras=alone,
        cpu=size.cpu,
        memory=size.memory,
    )


def _with_ranges(made: tuple[Chunk, ...], probe: Probe, segment_seconds: Fraction) -> tuple[Chunk, ...]:
    """Each chunk with the bytes it needs, where the index tells; the extras read everything."""
    index = probe.index
    if index is None or len(made) == 1:
        return made

    def ranged(chunk: Chunk) -> Chunk:
        if not chunk.video:
            return chunk
        end = None if chunk.end_segment is None else chunk.end_segment * segment_seconds
        first = chunk.first_segment * segment_seconds
        bytes_needed = byte_ranges.needed(index, probe.size, first, end, probe.picture.rate.fraction)
        return chunk.model_copy(update={"ranges": bytes_needed})

    return tuple(ranged(chunk) for chunk in made)


def _extras(index: int) -> Chunk:
    cpu = EXTRAS_CPU
    return Chunk(index=index, video=False, first_segment=0, end_segment=0, extras=True, cpu=cpu, memory=cpu * 2)
