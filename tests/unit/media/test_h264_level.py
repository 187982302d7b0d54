"""Which levels of H.264 our streams are of: those that every browser knows."""

from fractions import Fraction

import pytest

from tests import samples
from vod import profiles
from vod.ffmpeg import encoders
from vod.media import h264_level
from vod.plan.renditions import Rendition, renditions
from vod.source.probe import Rate


def rendition(width: int, height: int, peak_kbps: int) -> Rendition:
    return Rendition(name="v", width=width, height=height, preset="faster", crf=24, peak_kbps=peak_kbps)


@pytest.mark.parametrize(
    ("width", "height", "rate", "peak_kbps", "level"),
    [
        (176, 144, 15, 144, "1.1"),
        (128, 96, 25, 100, "1.1"),
        (16, 16, 60, 100, "1.1"),
        (176, 144, 25, 144, None),
        (128, 96, 25, 400, None),
        (320, 180, 25, 400, None),
    ],
)
def test_the_smallest_pictures_get_a_level_by_name(
    width: int, height: int, rate: int, peak_kbps: int, level: str | None
) -> None:
    told = encoders.arguments(rendition(width, height, peak_kbps), 2 * rate, Fraction(rate))

    assert told[-2:] == ["-level", level] if level else "-level" not in told


@pytest.mark.parametrize("size", [(7680, 2160), (9840, 704), (2160, 7680), (3840, 2160), (8192, 4320)])
@pytest.mark.parametrize("rate", [24, 60])
def test_no_rung_is_of_a_higher_level_than_browsers_play(size: tuple[int, int], rate: int) -> None:
    track = samples.probe(*size, rate=Rate(num=rate, den=1)).picture

    made = renditions(track, Fraction(rate), profiles.named("default"))

    assert all(h264_level.is_played(each.width, each.height, Fraction(rate)) for each in made)
    assert made[0].crf == min(each.crf for each in made)
    assert min(made[0].width, made[0].height) >= min(540, *size)


def test_a_ladder_of_one_rung_keeps_it() -> None:
    profile = profiles.named("default")
    ladder = profile.ladders[0]
    tall = profile.model_copy(update={"ladders": (ladder.model_copy(update={"rungs": ladder.rungs[:1]}),)})
    track = samples.probe(7680, 2160).picture

    assert [each.name for each in renditions(track, Fraction(25), tall)] == ["v2160"]
