"""The picture renditions of a source: which rungs of a profile's ladders it gets, in which sizes."""

from fractions import Fraction

from vod.frozen import Frozen
from vod.media import h264_level
from vod.profiles import rung_choice
from vod.profiles.profile import Codec, CodecLadder, Profile
from vod.profiles.rung_choice import Rung
from vod.source.probe import VideoTrack

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


def renditions(video: VideoTrack, rate: Fraction, profile: Profile) -> tuple[Rendition, ...]:
    """Every codec's rungs for a picture track on a grid of `rate` (1/s), tallest first.

    Of H.264 only those that browsers play: a very wide picture begins at a lower rung.
    """
    return tuple(made for codec in profile.ladders for made in _renditions(video, rate, codec))


def _renditions(video: VideoTrack, rate: Fraction, codec: CodecLadder) -> tuple[Rendition, ...]:
    shown = video.width, video.height
    made = [_rendition(rung, codec, *shown) for rung in rung_choice.rungs_for(*shown, rate, codec.rungs)]
    if codec.codec is not Codec.H264:
        return tuple(each for each in made if min(each.width, each.height) >= SMALLEST_SIDE)
    top, *lower = [each for each in made if h264_level.is_played(each.width, each.height, rate)] or made[-1:]
    return (top.model_copy(update={"crf": made[0].crf}), *lower)


def _rendition(rung: Rung, codec: CodecLadder, width: int, height: int) -> Rendition:
    size = rung_choice.size_on(rung, width, height)
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
