import pytest
from hypothesis import given
from hypothesis import strategies as st

from vod.plan.sizing import Encode, TaskSize, cpu_seconds, task_size, wall_seconds
from vod.profiles.profile import Codec

PIXELS = {360: 640 * 360, 480: 854 * 480, 720: 1280 * 720, 1080: 1920 * 1080, 2160: 3840 * 2160}
FARGATE = {1024: (2048, 8192), 2048: (4096, 16384), 4096: (8192, 30720), 8192: (16384, 61440), 16384: (32768, 122880)}


def ladder(top: int, *codecs: Codec) -> list[Encode]:
    presets = {Codec.H264: "faster", Codec.HEVC: "fast", Codec.AV1: "8"}
    sides = [side for side in PIXELS if side <= top]
    return [Encode(codec, presets[codec], PIXELS[side]) for codec in codecs for side in sides]


@pytest.mark.parametrize(
    ("top", "rate", "cpu"), [(360, 25, 1024), (720, 25, 2048), (1080, 25, 4096), (1080, 60, 8192), (2160, 25, 16384)]
)
def test_a_task_encodes_about_as_fast_as_the_video_plays(top: int, rate: int, cpu: int) -> None:
    assert task_size(PIXELS[top], ladder(top, Codec.H264), rate).cpu == cpu


@given(st.integers(4, 8192 * 4320), st.lists(st.sampled_from(Codec), min_size=1), st.sampled_from([1.0, 25.0, 60.0]))
def test_every_size_is_one_that_fargate_offers(pixels: int, codecs: list[Codec], rate: float) -> None:
    size = task_size(pixels, [Encode(codec, "unknown", pixels) for codec in codecs], rate)

    least, most = FARGATE[size.cpu]
    assert least <= size.memory <= most
    assert size.memory % 1024 == 0


def test_more_codecs_cost_more() -> None:
    plain = cpu_seconds(PIXELS[1080], ladder(1080, Codec.H264))
    both = cpu_seconds(PIXELS[1080], ladder(1080, Codec.H264, Codec.AV1))

    assert 2 * plain < both < 4 * plain


def test_twice_the_cores_take_half_the_time() -> None:
    assert wall_seconds(1000, 0.5, TaskSize(1024, 2048)) == 2 * wall_seconds(1000, 0.5, TaskSize(2048, 4096)) == 500
