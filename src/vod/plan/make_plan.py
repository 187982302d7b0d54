"""Making the plan of a source, and of one rendition that is encoded again."""

from fractions import Fraction

from vod import keys, profiles
from vod.media.color import Color
from vod.media.rate import within
from vod.plan import lanes, objects, sound, storyboard, subtitles
from vod.plan.chunks import TASKS_ONLY, ChunkPolicy, FunctionLane
from vod.plan.plan import SEGMENT_SECONDS, Plan, Remade, SourceObject
from vod.plan.renditions import renditions
from vod.plan.storyboard import Storyboard
from vod.plan.tasks import Work, head_of_sound, of_extras, tasks
from vod.profiles.profile import DEFAULT, LoudnessChoice, Profile
from vod.source.probe import Probe, Rate, VideoTrack

GOP_SECONDS = 2
GOPS_PER_SEGMENT = SEGMENT_SECONDS // GOP_SECONDS
SEEKABLE = ("mov", "matroska")
"""Containers that are entered exactly through their index; all others are read from their beginning, as one chunk, and
so is a source whose clock starts again: a time names several places in it.

Entering a transport stream between its keyframes gave right counts and times and wrong pictures.
"""
LEAST_HELD_SECONDS = Fraction(1, 10)
"""Sound that ends less than this after the picture is what is left of a codec's last block: no picture is held."""
DEFAULT_POLICY = ChunkPolicy(target_seconds=300)
_SPARSE_RATE = 10


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
        return objects.addressable(_of_sound(video_id, run, source, probe, recipe, float(length(probe)), policy))
    work = _work(probe, video, recipe)
    seconds = max(float(length(probe)), work.frames / float(work.rate))
    heard = _of_sound(video_id, run, source, probe, recipe, seconds, policy)
    return objects.addressable(_with_pictures(heard, probe, video, work, policy, recipe))


def _of_sound(
    video_id: str, run: str, source: SourceObject, probe: Probe, recipe: Profile, seconds: float, policy: ChunkPolicy
) -> Plan:
    """The plan for a source without picture: its sound, so long, in one chunk; the empty grid has a frame a second."""
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
        audio=sound.renditions(sound.paired(probe.audio, probe.container), seconds),
        subtitles=subtitles.renditions(probe.subtitles),
        storyboard=None,
        measure_quality=False,
        loudness=recipe.loudness,
        function_memory=policy.functions.memory if policy.functions.whole_seconds else 0,
        chunks=(of_extras(0, lanes.of_sound(seconds, source.size, policy.functions)),),
        joints=probe.joints,
        raw_clock=probe.raw_clock,
        warnings=(*probe.warnings, *sound.left_out(probe.audio, probe.container), *subtitles.left_out(probe.subtitles)),
    )


def _with_pictures(
    heard: Plan, probe: Probe, video: VideoTrack, work: Work, policy: ChunkPolicy, recipe: Profile
) -> Plan:
    """The plan for the sound of a source, and for its pictures."""
    # Where a telecined film's fields are taken apart depends on where reading begins.
    is_whole = not probe.joints and not video.telecined and not video.partial_keyframes
    is_seekable = probe.container in SEEKABLE and is_whole
    made = tasks(probe, work, policy, is_seekable)
    # What subtitles there are is known when the extras are made; how loud sound is, when all of it was heard.
    is_heard_early = heard.audio and not heard.subtitles and recipe.loudness is LoudnessChoice.KEEP
    return heard.model_copy(
        update={
            "video_index": video.index,
            "is_seekable": is_seekable,
            "pre_roll": video.pre_roll,
            "interlaced": video.interlaced,
            "progressive_parts": video.progressive_parts,
            "telecined": video.telecined,
            "may_lose_its_last": video.telecined or video.ends_with_pause or work.rate <= _SPARSE_RATE,
            "shapes": video.shapes,
            "decoder": video.decoder,
            "color": video.color,
            "rate": Rate.of(work.rate),
            "gop_frames": work.segment_frames // GOPS_PER_SEGMENT,
            "frames": work.frames,
            "held": work.frames - work.pictures,
            "renditions": work.renditions,
            "storyboard": _storyboard(recipe, work),
            "measure_quality": recipe.measure_quality,
            "chunks": made,
            "head": head_of_sound(probe, made) if is_heard_early else None,
        }
    )


def _work(probe: Probe, video: VideoTrack, recipe: Profile) -> Work:
    """The frames to encode: the picture's, and its last one held for as long as there is sound behind it."""
    rate = within(video.rate.fraction, Fraction(recipe.max_frame_rate))
    seconds, pictures = length(probe), max(1, round(_exact(video.end) * rate))
    held = max(0, round(seconds * rate) - pictures) if seconds - _exact(video.end) > LEAST_HELD_SECONDS else 0
    return Work(
        renditions=renditions(video, rate, recipe),
        frames=pictures + held,
        pictures=pictures,
        segment_frames=max(1, round(rate * GOP_SECONDS)) * GOPS_PER_SEGMENT,
        rate=rate,
        is_measured=recipe.measure_quality,
    )


def _storyboard(recipe: Profile, work: Work) -> Storyboard | None:
    if not recipe.storyboard:
        return None
    top = work.renditions[0]
    return storyboard.plan_storyboard(work.frames, Rate.of(work.rate), top.width, top.height)


def length(probe: Probe) -> Fraction:
    """How long (s) a video is: as its longest track, of those whose end is known. Subtitles do not count."""
    ends = [track.end for track in probe.audio if track.end is not None]
    return _exact(max([*ends, *([probe.video.length] if probe.video else [])], default=probe.duration))


def _exact(seconds: float) -> Fraction:
    return Fraction(seconds).limit_denominator(10**6)


def remake_plan(base: Plan, run: str, rendition: str, stored_run: str, functions: FunctionLane = TASKS_ONLY) -> Plan:
    """The plan that makes one rendition of a base plan anew, beside what is stored of it, in the same chunks; what was
    encoded in functions is so again, if functions of so much memory may encode now. Pure."""
    old = next(each for each in base.renditions if keys.rendition_of(each.name) == rendition)
    new = old.model_copy(update={"name": keys.remade_track(rendition, run)})
    return base.model_copy(
        update={
            "run": run,
            "chunks": lanes.kept(base.chunks, base.function_memory, functions),
            "head": None,
            "function_memory": functions.memory,
            "renditions": tuple(new if each is old else each for each in base.renditions),
            "remade": Remade(track=new.name, replaced=old.name, base_run=base.run, stored_run=stored_run),
        }
    )
