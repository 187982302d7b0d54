"""The plan: what will be made of one source, as pure data."""

from fractions import Fraction
from math import ceil

from vod import keys, profiles
from vod.frozen import Frozen
from vod.media.color import Color
from vod.media.rate import within
from vod.plan import sound, storyboard, subtitles
from vod.plan.chunks import Chunk, ChunkPolicy
from vod.plan.renditions import Rendition, renditions
from vod.plan.sound import AudioRendition
from vod.plan.storyboard import Storyboard
from vod.plan.subtitles import SubtitleRendition
from vod.plan.tasks import Work, of_extras, tasks
from vod.profiles.profile import DEFAULT, Profile
from vod.source.probe import Probe, Rate

SEGMENT_SECONDS = 4
GOP_SECONDS = 2
GOPS_PER_SEGMENT = SEGMENT_SECONDS // GOP_SECONDS
LEAST_GROWING_SECONDS = 24
"""A shorter video is ready about when somebody could begin to watch it."""

SEEKABLE = ("mov", "matroska")
"""Containers that are entered exactly through their index; all others are read from their beginning, as one chunk.

Entering a transport stream between its keyframes gave right counts and times and wrong pictures.
"""
ONE_CHUNK = ChunkPolicy(most=1)


class SourceObject(Frozen):
    """The exact object version to encode; `size` in bytes."""

    bucket: str
    key: str
    version: str | None
    size: int


class Remade(Frozen):
    """What a plan is for that makes one rendition anew: the track to make, the one it replaces, and the runs whose plan
    tells of all the others (`base_run`) and whose objects are served (`stored_run`)."""

    track: str
    replaced: str
    base_run: str
    stored_run: str


class Plan(Frozen):
    """All that the encoders and the publisher need to know; frame numbers count on the output grid of `rate`.

    Of `frames`, the last `held` repeat the last picture, up to where the longest sound track ends. A source without
    picture has no renditions, no frames and no `video_index`, perhaps a `cover`: an attached picture.
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
    held: int = 0
    duration: float
    renditions: tuple[Rendition, ...]
    audio: tuple[AudioRendition, ...]
    subtitles: tuple[SubtitleRendition, ...]
    storyboard: Storyboard | None
    measure_quality: bool
    chunks: tuple[Chunk, ...]
    remade: Remade | None = None

    @property
    def prefix(self) -> str:
        """Where what is made is stored and served from."""
        return keys.run_prefix(self.video_id, self.remade.stored_run if self.remade else self.run)

    @property
    def of_encoders(self) -> "Plan":
        """What encoders do of it: all, or the one rendition that is made anew, in the same chunks."""
        if self.remade is None:
            return self
        return self.model_copy(
            update={
                "renditions": tuple(each for each in self.renditions if each.name == self.remade.track),
                "audio": (),
                "subtitles": (),
                "storyboard": None,
                "chunks": tuple(chunk.model_copy(update={"extras": False}) for chunk in self.chunks),
            }
        )

    @property
    def segment_frames(self) -> int:
        """Frames in every segment but the last."""
        return self.gop_frames * self.gops_per_segment

    @property
    def seconds(self) -> float:
        """Length of the picture, of the sound where there is no picture."""
        return self.frames / float(self.rate.fraction) if self.renditions else self.duration

    @property
    def pictures(self) -> int:
        """Frames on the grid that the source has pictures for."""
        return self.frames - self.held

    @property
    def picture_seconds(self) -> float:
        """How long the source has pictures."""
        return self.pictures / float(self.rate.fraction)

    def entry(self, first_frame: int) -> float:
        """Where (s) the source is entered for a frame on the grid: the last picture stands for those that are held."""
        return min(first_frame, self.pictures - 1) / float(self.rate.fraction)

    @property
    def segments(self) -> int:
        """Segments expected in every rung."""
        return max(1, ceil(self.frames / self.segment_frames))

    @property
    def track_names(self) -> tuple[str, ...]:
        """Of every rendition: picture, sound and subtitles."""
        sounds, texts = (track.name for track in self.audio), (text.name for text in self.subtitles)
        return (*(rendition.name for rendition in self.renditions), *sounds, *texts)

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


LEAST_HELD_SECONDS = Fraction(1, 10)
"""Sound that ends less than this after the picture is what is left of a codec's last block: no picture is held."""
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
    gop = max(1, round(rate * GOP_SECONDS))
    is_seekable = probe.container in SEEKABLE
    seconds = length(probe)
    pictures = max(1, round(_exact(video.end) * rate))
    held = max(0, round(seconds * rate) - pictures) if seconds - _exact(video.end) > LEAST_HELD_SECONDS else 0
    work = Work(
        renditions=renditions(video, rate, recipe),
        frames=pictures + held,
        pictures=pictures,
        segment_frames=gop * GOPS_PER_SEGMENT,
        rate=rate,
        is_measured=recipe.measure_quality,
    )
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
        frames=work.frames,
        held=held,
        duration=probe.duration,
        renditions=work.renditions,
        audio=sound.renditions(probe.audio, max(float(seconds), work.frames / float(rate))),
        subtitles=subtitles.renditions(probe.subtitles),
        storyboard=_storyboard(recipe, work),
        measure_quality=recipe.measure_quality,
        chunks=tasks(probe, work, policy if is_seekable else ONE_CHUNK),
    )


def length(probe: Probe) -> Fraction:
    """How long (s) a video is: as its longest track, of those whose end is known. Subtitles do not count."""
    ends = [track.end for track in probe.audio if track.end is not None]
    return _exact(max([*ends, *([probe.video.end] if probe.video else [])], default=probe.duration))


def _exact(seconds: float) -> Fraction:
    return Fraction(seconds).limit_denominator(10**6)


def remake_plan(base: Plan, run: str, rendition: str, stored_run: str) -> Plan:
    """The plan that makes one rendition of a base plan anew, beside what is stored of it. Pure."""
    old = next(each for each in base.renditions if keys.rendition_of(each.name) == rendition)
    new = old.model_copy(update={"name": keys.remade_track(rendition, run)})
    return base.model_copy(
        update={
            "run": run,
            "renditions": tuple(new if each is old else each for each in base.renditions),
            "remade": Remade(track=new.name, replaced=old.name, base_run=base.run, stored_run=stored_run),
        }
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
        audio=sound.renditions(probe.audio, float(length(probe))),
        subtitles=subtitles.renditions(probe.subtitles),
        storyboard=None,
        measure_quality=False,
        chunks=(of_extras(0),),
    )


def _storyboard(recipe: Profile, work: Work) -> Storyboard | None:
    if not recipe.storyboard:
        return None
    top = work.renditions[0]
    return storyboard.plan_storyboard(work.frames, Rate.of(work.rate), top.width, top.height)


def grows(plan: Plan) -> bool:
    """Whether the video of this plan is worth watching before it is ready."""
    return bool(plan.renditions) and plan.seconds >= LEAST_GROWING_SECONDS
