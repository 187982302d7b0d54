"""What FFmpeg tells of loudness, read as numbers; a stranger's words among it count for nothing."""

import pytest

from vod.ffmpeg import loudness
from vod.ffmpeg.loudness import Loudness

SUMMARY = """Integrated loudness:
I:         {} LUFS
Threshold: -33.4 LUFS
Loudness range:
LRA:         6.5 LU
Threshold: -43.3 LUFS
LRA low:   -27.0 LUFS
LRA high:  -20.5 LUFS
True peak:
Peak:       -1.2 dBFS""".splitlines()


def summary(name: str, integrated: str = "-23.1") -> list[str]:
    return [f"[ebur128@{name} @ 0x7f01] Summary:", "", *(line.format(integrated) for line in SUMMARY)]


def test_a_track_is_known_by_its_name() -> None:
    lines = [*summary("a1", "-10.0"), *summary("a0"), "[out#0/null @ 0x1] video:0KiB"]

    assert loudness.read(lines, "a0") == Loudness(name="a0", integrated=-23.1, range=6.5, peak=-1.2)
    assert loudness.read(lines, "a2") is None


def test_what_a_stranger_wrote_before_does_not_count() -> None:
    told = loudness.read([*summary("a0", "-1.0"), *summary("a0")], "a0")

    assert told is not None
    assert told.integrated == -23.1


@pytest.mark.parametrize("integrated", ["-70.0", "-inf", "nan", "1.2.3", "9999", "99.0", "-999.9"])
def test_what_is_silent_or_no_loudness_is_none(integrated: str) -> None:
    assert loudness.read(summary("a0", integrated), "a0") is None


@pytest.mark.parametrize(("integrated", "gain"), [(-23.0, 7.0), (-9.5, -6.5), (-16.0, 0.0), (-60.0, 20.0)])
def test_the_gain_leads_to_the_target_and_is_bounded(integrated: float, gain: float) -> None:
    assert loudness.normalising(Loudness(name="a0", integrated=integrated, range=1, peak=-3)) == gain
