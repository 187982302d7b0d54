import struct

import pytest

from vod.media.color import Color, color_of, filters, with_light_level

PQ = Color(matrix="bt2020nc", primaries="bt2020", transfer="smpte2084")
HLG = Color(matrix="bt2020nc", primaries="bt2020", transfer="arib-std-b67")


def test_the_whole_chain_for_a_plain_source() -> None:
    expected = [
        "setparams=colorspace=bt709:color_primaries=bt709:color_trc=bt709:range=tv:field_mode=prog",
        "scale=1280:720:flags=bicubic:out_color_matrix=bt709:out_range=tv",
        "format=yuv420p",
        "setparams=colorspace=bt709:color_primaries=bt709:color_trc=bt709:range=tv",
    ]

    assert filters(Color(), 1280, 720) == ",".join(expected)


def test_the_whole_chain_for_hdr10() -> None:
    chain = filters(PQ, 1280, 720).split(",")

    assert all(step.startswith("sidedata=delete:") for step in chain[:6])
    assert chain[6:] == [
        "setparams=colorspace=bt2020nc:color_primaries=bt2020:color_trc=smpte2084:range=tv:field_mode=prog",
        "scale=1280:720:flags=bicubic",
        "zscale=t=linear:p=bt709:npl=203",
        "format=gbrpf32le",
        "setparams=colorspace=bt709",
        "tonemap=mobius:param=0.3:desat=1.5:peak=4.93",
        "zscale=t=bt709:m=bt709:p=bt709:r=tv",
        "format=yuv420p",
        "setparams=colorspace=bt709:color_primaries=bt709:color_trc=bt709:range=tv",
    ]


def test_other_primaries_are_converted_in_linear_light_and_other_matrices_are_not() -> None:
    assert "zscale" in filters(Color(matrix="smpte170m", primaries="smpte170m"), 640, 480)
    assert "zscale" not in filters(Color(matrix="smpte170m", primaries="bt709"), 640, 480)
    assert "zscale" in filters(Color(matrix="ycgco"), 640, 480)


def test_hlg_ignores_light_levels_because_its_display_is_defined() -> None:
    loud = with_light_level(HLG, struct.pack("=II", 4000, 400))

    assert filters(loud, 64, 64) == filters(HLG, 64, 64)


@pytest.mark.parametrize(("promised", "nits"), [(1100, 1100), (0, 1000), (60000, 4000), (120, 400)])
def test_a_promised_peak_is_used_while_it_is_credible(promised: int, nits: float) -> None:
    assert with_light_level(PQ, struct.pack("=II", promised, 180)).peak_nits == nits


def test_a_light_level_says_nothing_about_sdr_or_when_it_is_absent() -> None:
    assert with_light_level(Color(), struct.pack("=II", 4000, 400)) == Color()
    assert with_light_level(PQ, None) == PQ


def test_libav_numbers_become_names() -> None:
    assert color_of(9, 9, 16, 1, "yuv420p10le", 3840, 2160) == PQ
    assert color_of(9, 9, 18, 1, "yuv420p10le", 1920, 1080) == HLG
    android = color_of(6, 5, 15, 2, "yuvj420p", 1280, 720)
    assert android == Color(matrix="smpte170m", primaries="bt470bg", full_range=True)


@pytest.mark.parametrize(
    ("width", "height", "matrix"),
    [(720, 576, "smpte170m"), (640, 360, "smpte170m"), (1280, 534, "bt709"), (1920, 1080, "bt709")],
)
def test_an_untagged_source_is_read_as_players_read_it(width: int, height: int, matrix: str) -> None:
    assert color_of(2, 2, 2, 0, "yuv420p", width, height) == Color(matrix=matrix)


def test_an_untagged_hdr_source_is_bt2020() -> None:
    assert color_of(2, 2, 16, 0, "yuv420p10le", 640, 360) == PQ


@pytest.mark.parametrize(("pixel_format", "alpha"), [("rgb24", False), ("bgra", True), ("gbrp10le", False)])
def test_rgb_pictures_are_full_range_whatever_their_tags_say(pixel_format: str, alpha: bool) -> None:
    assert color_of(1, 1, 1, 1, pixel_format, 1280, 720) == Color(matrix="gbr", full_range=True, alpha=alpha)


@pytest.mark.parametrize(("pixel_format", "alpha"), [("yuva444p10le", True), ("yuv420p", False), ("pal8", True)])
def test_what_can_be_transparent_is_shown_over_black(pixel_format: str, alpha: bool) -> None:
    found = color_of(1, 1, 1, 1, pixel_format, 1280, 720)

    assert found.alpha is alpha
    assert ("premultiply=inplace=1,scale" in filters(found, 1280, 720)) is alpha


def test_old_full_range_formats_need_no_tag() -> None:
    assert color_of(1, 1, 1, 0, "yuvj420p", 1920, 1080).full_range


def test_dolby_vision_profile_5_is_known_to_be_hopeless() -> None:
    assert not color_of(15, 9, 16, 2, "yuv420p10le", 1920, 1080).is_convertible
    assert PQ.is_convertible
