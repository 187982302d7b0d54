"""Colour with the real FFmpeg: known light in, the numbers that an SDR screen should get out."""

import re
import subprocess
from pathlib import Path

import pytest

from tests.media.corpus import corpus_file
from tests.media.generate import FFMPEG, ffmpeg
from vod.media.color import REQUIRED_FILTERS, TAGS, Color, color_of, filters

PQ = Color(matrix="bt2020nc", primaries="bt2020", transfer="smpte2084")
HLG = Color(matrix="bt2020nc", primaries="bt2020", transfer="arib-std-b67")
REAL = {
    "mp4_hdr10_av1_vertical.mp4": PQ,
    "mp4_hlg_hevc.mp4": HLG,
    "mov_iphone_dolbyvision_rot90.MOV": HLG,
    "webm_hdr_pq_vp9.webm": PQ,
}


def pq_code(nits: float) -> int:
    """10-bit limited-range code of a grey in PQ (SMPTE ST 2084)."""
    light = (nits / 10000) ** 0.1593017578125
    signal = ((0.8359375 + 18.8515625 * light) / (1 + 18.6875 * light)) ** 78.84375
    return round(64 + 876 * signal)


def pictures(source: list[str], chain: str, size: int = 64) -> bytes:
    """Raw yuv420p pictures after a chain."""
    command = [FFMPEG, "-v", "error", "-nostdin", *source, "-frames:v", "1", "-vf", chain, "-f", "rawvideo", "pipe:1"]
    done = subprocess.run(command, capture_output=True, check=True)
    assert len(done.stdout) == size * size * 3 // 2
    return done.stdout


def patch(color: Color, y: int, u: int = 512, v: int = 512) -> tuple[int, int, int]:
    """What a 10-bit patch of one colour becomes: its Y, Cb and Cr in the middle."""
    drawn = f"nullsrc=size=64x64:duration=0.1,format=yuv420p10le,geq=lum={y}:cb={u}:cr={v}"
    raw = pictures(["-f", "lavfi", "-i", drawn], filters(color, 64, 64))
    return raw[32 * 64 + 32], raw[64 * 64 + 16 * 32 + 16], raw[64 * 64 + 32 * 32 + 16 * 32 + 16]


def average_luma(source: list[str], chain: str, size: int = 64) -> float:
    luma = pictures(source, chain, size)[: size * size]
    return sum(luma) / len(luma)


def test_the_binary_has_every_filter_that_the_chains_use() -> None:
    listed = subprocess.run([FFMPEG, "-hide_banner", "-filters"], capture_output=True, text=True, check=True).stdout

    assert all(re.search(rf" {name} ", listed) for name in REQUIRED_FILTERS)


@pytest.mark.parametrize(
    ("nits", "low", "high"), [(0, 16, 17), (26, 96, 120), (100, 160, 180), (203, 195, 210), (1000, 232, 236)]
)
def test_greys_of_pq_land_where_sdr_has_them(nits: float, low: int, high: int) -> None:
    luma, blue, red = patch(PQ, pq_code(nits))

    assert low <= luma <= high
    assert abs(blue - 128) <= 1
    assert abs(red - 128) <= 1


@pytest.mark.parametrize(("percent", "low", "high"), [(0, 16, 17), (38, 96, 120), (75, 195, 210), (100, 232, 236)])
def test_greys_of_hlg_land_where_sdr_has_them(percent: float, low: int, high: int) -> None:
    luma, blue, red = patch(HLG, round(64 + 8.76 * percent))

    assert low <= luma <= high
    assert (blue, red) == (128, 128)


def test_a_strong_colour_stays_that_colour_in_sdr() -> None:
    luma, _, red = patch(PQ, 400, 480, 620)

    assert 45 < luma < 80
    assert red > 200


@pytest.mark.parametrize("transfer", ["smpte2084", "arib-std-b67"])
def test_a_picture_made_hdr_and_back_keeps_its_brightness(transfer: str, tmp_path: Path) -> None:
    test_picture = ["-f", "lavfi", "-i", "testsrc2=size=64x64:duration=0.1"]
    hdr = tmp_path / "hdr.mkv"
    tagged = "setparams=colorspace=bt709:color_primaries=bt709:color_trc=bt709:range=tv"
    linear = f"format=yuv420p,{tagged},zscale=t=linear:npl=203,format=gbrpf32le"
    ffmpeg(
        *test_picture,
        "-vf",
        f"{linear},zscale=t={transfer}:p=bt2020:m=bt2020nc:r=tv:npl=203,format=yuv420p10le",
        *("-c:v", "ffv1"),
        str(hdr),
    )

    before = average_luma(test_picture, f"format=yuv420p,{tagged}")
    after = average_luma(["-i", str(hdr)], filters(Color(**HLG.model_dump() | {"transfer": transfer}), 64, 64))

    assert before * 0.85 <= after <= before * 1.1


@pytest.mark.parametrize("full_range", [True, False])
@pytest.mark.parametrize("primaries", ["bt709", "smpte170m"])
def test_bt601_becomes_bt709_in_either_range(full_range: bool, primaries: str) -> None:
    color = Color(matrix="smpte170m", primaries=primaries, full_range=full_range)
    bounds = "pc" if full_range else "tv"
    said = f"setparams=colorspace=smpte170m:color_primaries={primaries}:color_trc=bt709:range={bounds}"
    source = f"color=0x4080C0:s=64x64,format=gbrp,scale=out_color_matrix=smpte170m:out_range={bounds},format=yuv420p"

    raw = pictures(["-f", "lavfi", "-i", f"{source},{said}"], filters(color, 64, 64))

    red, green, blue = 0x40 / 255, 0x80 / 255, 0xC0 / 255
    luma = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    tolerance = 2 if primaries == "bt709" else 8  # other primaries are other colours
    assert abs(raw[2080] - (16 + 219 * luma)) <= tolerance
    assert abs(raw[64 * 64 + 528] - (128 + 224 * (blue - luma) / 1.8556)) <= tolerance
    assert abs(raw[64 * 64 + 32 * 32 + 528] - (128 + 224 * (red - luma) / 1.5748)) <= tolerance


@pytest.mark.parametrize("pixel_format", ["rgb24", "gbrp10le", "yuv444p", "yuv422p10le", "nv12", "gray", "yuva420p"])
def test_every_kind_of_picture_becomes_8_bit_420(pixel_format: str) -> None:
    source = ["-f", "lavfi", "-i", f"testsrc2=s=64x64,format={pixel_format}"]
    color = color_of(2, 2, 2, 0, pixel_format, 1280, 720)

    assert 60 < average_luma(source, filters(color, 64, 64)) < 190


@pytest.mark.parametrize(("color", "size"), [(PQ, "161x121"), (Color(matrix="smpte170m", primaries="bt470bg"), "9x7")])
def test_odd_sizes_are_no_obstacle(color: Color, size: str) -> None:
    source = ["-f", "lavfi", "-i", f"testsrc2=s={size},format=yuv420p"]

    assert pictures(source, filters(color, 64, 64))


def test_the_output_says_bt709_and_nothing_of_hdr() -> None:
    source = corpus_file("webm_hdr_pq_vp9.webm")
    output = ["-vf", filters(PQ, 320, 180), "-c:v", "libx264", *TAGS, "-frames:v", "1", "-f", "mp4"]
    fragments = ["-movflags", "+frag_keyframe+empty_moov"]
    made = subprocess.run(
        [FFMPEG, "-v", "error", "-i", str(source), *output, *fragments, "pipe:1"], capture_output=True, check=True
    ).stdout

    told = subprocess.run([FFMPEG, "-i", "-"], input=made, capture_output=True, check=False).stderr.decode()

    assert re.search(r"yuv420p\(tv, bt709", told)
    assert "Mastering" not in told
    assert "light level" not in told


@pytest.mark.parametrize("name", REAL)
def test_real_hdr_files_come_out_neither_dull_nor_burnt(name: str) -> None:
    source = corpus_file(name)

    assert 70 < average_luma(["-i", str(source)], filters(REAL[name], 128, 128), 128) < 200
