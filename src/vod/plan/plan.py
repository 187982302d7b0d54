"""The plan: what will be made of one source, as pure data."""

from math import ceil

from vod import keys
from vod.frozen import Frozen
from vod.media.color import Color
from vod.plan.chunks import Chunk
from vod.plan.renditions import Rendition
from vod.plan.sound import AudioRendition
from vod.plan.storyboard import Storyboard
from vod.plan.subtitles import SubtitleRendition
from vod.profiles.profile import LoudnessChoice
from vod.source.byte_ranges import PRE_ROLL_SECONDS
from vod.source.probe import Joint, Rate, Shape

SEGMENT_SECONDS = 4
LEAST_GROWING_SECONDS = 24
"""A shorter video is ready about when somebody could begin to watch it."""


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

    One that `is_seekable` is entered `pre_roll` (s) before the first frame that is wanted of it.
    Of `frames`, the last `held` repeat the last picture, up to where the longest sound track ends. FFmpeg guesses when
    that picture ends; where frames are long, made of others or come after a pause, it `may_lose_its_last`, or gain
    some. `function_memory` (MiB) is that of the functions which encode chunks. `head` makes the first sound, which the
    extras make again: nothing waits for it, and it is not published. A source without picture has no renditions, no
    frames and no `video_index`, perhaps a `cover`: an attached picture. `warnings` tell what of the source will be
    missing.
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
    pre_roll: float = PRE_ROLL_SECONDS
    interlaced: bool
    progressive_parts: bool = False
    telecined: bool = False
    shapes: tuple[Shape, ...] = ()
    decoder: str | None = None
    color: Color
    rate: Rate
    gop_frames: int
    gops_per_segment: int
    frames: int
    held: int = 0
    may_lose_its_last: bool = False
    duration: float
    renditions: tuple[Rendition, ...]
    audio: tuple[AudioRendition, ...]
    subtitles: tuple[SubtitleRendition, ...]
    storyboard: Storyboard | None
    measure_quality: bool
    loudness: LoudnessChoice = LoudnessChoice.KEEP
    chunks: tuple[Chunk, ...]
    head: Chunk | None = None
    function_memory: int = 0
    joints: tuple[Joint, ...] = ()
    raw_clock: bool = False
    warnings: tuple[str, ...] = ()
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
                "head": None,
            }
        )

    def chunk(self, index: int) -> Chunk:
        """The chunk of this number, the head's included."""
        return self.head if self.head and index == self.head.index else self.chunks[index]

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


def grows(plan: Plan) -> bool:
    """Whether the video of this plan is worth watching before it is ready."""
    return bool(plan.renditions) and plan.seconds >= LEAST_GROWING_SECONDS
