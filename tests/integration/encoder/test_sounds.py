"""Sound tracks that are broken, odd or change on the way: what can be heard is kept, in time, and the video goes on."""

import math
import struct
import subprocess
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest

from tests import samples
from tests.fakes import FakeEvents, FakeMetrics, FakeOutput, FakeVideos
from tests.integration.encoder.test_encode import encoder, laid_out, planned
from tests.integration.source.test_libav import probe
from tests.media.corpus import corpus_file
from tests.media.generate import FFMPEG, clip, decoded_frames, ffmpeg
from vod import keys
from vod.plan.plan import Plan
from vod.plan.sound import AudioRendition
from vod.record.status import Status
from vod.record.video import Video
from vod.steps.encode import encode
from vod.steps.publish import Publishing

_HERTZ = 8000


def published(tmp_path: Path, source: Path, plan: Plan | None = None) -> tuple[Video, Path]:
    """The record after the whole way from encode to publish, and the run as files."""
    output, plan = FakeOutput(), plan or planned(source)
    for chunk in plan.chunks:
        encode(encoder(tmp_path, source, output), plan, chunk)
    output.put(keys.plan_key(plan.video_id, plan.run), plan.model_dump_json().encode())
    videos = FakeVideos({plan.video_id: samples.video(Status.TRANSCODING)})
    answer = Publishing(videos, output, FakeEvents(), FakeMetrics()).publish(plan.video_id, plan.run)
    assert answer == {"outcome": "published"}
    return videos.records[plan.video_id], laid_out(output, tmp_path / "out")


def heard(address: Path, track: str = "0:a:0") -> list[tuple[int, int]]:
    """Pitch (Hz, by zero crossings) and loudness (root mean square) of each half second of a sound."""
    command = [FFMPEG, "-v", "error", "-i", str(address), "-map", track, "-ac", "1", "-ar", str(_HERTZ)]
    raw = subprocess.run([*command, "-f", "s16le", "-"], capture_output=True, check=True).stdout
    samples_ = struct.unpack(f"<{len(raw) // 2}h", raw)
    halves = [samples_[at : at + _HERTZ // 2] for at in range(0, len(samples_) - _HERTZ // 2 + 1, _HERTZ // 2)]
    return [(_pitch(half), round(math.sqrt(sum(v * v for v in half) / len(half)))) for half in halves]


def _pitch(half: tuple[int, ...]) -> int:
    return sum(1 for one, next_ in pairwise(half) if (one < 0) != (next_ < 0))


def second_track(tmp_path: Path, spoilt: str) -> Path:
    """A clip of 4 s whose second sound track is a copy of the first, spoilt by a bitstream filter."""
    plain, source = clip(tmp_path / "a.mp4", seconds=4), tmp_path / "two.mkv"
    tracks = ("-map", "0:v", "-map", "0:a", "-map", "0:a", "-c", "copy")
    ffmpeg("-i", str(plain), *tracks, "-bsf:a:1", spoilt, str(source))
    return source


def ambisonic(tmp_path: Path) -> Path:
    """A clip as of a camera that looks all around: four channels that belong to no loudspeaker."""
    source = tmp_path / "round.mkv"
    sound = "aevalsrc=sin(2760*t)|0|0|0:d=2:c=4.0,channelmap=0|1|2|3:channel_layout=ambisonic 1"
    picture = ("-f", "lavfi", "-i", "testsrc2=size=320x240:rate=25:duration=2")
    ffmpeg(*picture, "-f", "lavfi", "-i", sound, "-c:a", "libopus", "-mapping_family", "2", str(source))
    return source


@pytest.mark.parametrize(
    ("spoilt", "warning"),
    [
        ("noise=amount=1", "Sound track 2 (aac) could not be decoded and was left out."),
        ("noise=drop=1", "Sound track 2 (aac) is empty and was left out."),
    ],
)
def test_a_sound_track_without_sound_is_left_out_with_a_warning(tmp_path: Path, spoilt: str, warning: str) -> None:
    source = second_track(tmp_path, spoilt)

    found = probe(source)

    assert found.warnings == (warning,)
    assert [track.index for track in found.audio] == [1]
    _, out = published(tmp_path, source)
    assert decoded_frames(str(out / "index.m3u8")) == 100


def test_sound_that_no_loudspeaker_can_play_is_left_out(tmp_path: Path) -> None:
    found = probe(ambisonic(tmp_path))

    assert found.audio == ()
    assert found.warnings == ("Sound track 1 (opus) could not be decoded and was left out.",)


def test_the_sound_of_a_real_phone_with_wrong_stereo_marks_is_kept(tmp_path: Path) -> None:
    source = corpus_file("mp4_ps_audio_error_vertical.mp4")

    video, out = published(tmp_path, source)

    assert video.warnings == ()
    assert len(heard(out / "index.m3u8")) == int(2 * probe(source).duration)


def ambisonic_beside_a_tone(tmp_path: Path) -> Path:
    """A clip with two sound tracks, the second one ambisonic."""
    odd, source = ambisonic(tmp_path), tmp_path / "both.mkv"
    ffmpeg("-i", str(clip(tmp_path / "a.mp4")), "-i", str(odd), "-map", "0", "-map", "1:a", "-c", "copy", str(source))
    return source


def noise_beside_a_tone(tmp_path: Path) -> Path:
    """A clip with two sound tracks; FFmpeg crashes on the second one, of which nothing can be decoded."""
    return second_track(tmp_path, "noise=amount=1")


@pytest.mark.parametrize("make", [ambisonic_beside_a_tone, noise_beside_a_tone])
def test_a_track_that_ffmpeg_gives_up_on_takes_neither_picture_nor_other_sounds_along(
    tmp_path: Path, make: Callable[[Path], Path]
) -> None:
    source = make(tmp_path)
    plan = planned(source)
    believed = AudioRendition(name="a1", source_index=2, label="Round")

    video, out = published(tmp_path, source, plan.model_copy(update={"audio": (*plan.audio, believed)}))

    assert video.warnings == ("Sound track “Round” could not be decoded and was left out.",)
    assert decoded_frames(str(out / "index.mpd")) == decoded_frames(str(source))
    assert {round(pitch / 10) for pitch, _ in heard(out / "index.m3u8")} == {44}
    assert not (out / "a1" / "index.m3u8").exists()


def test_a_track_that_breaks_off_is_published_as_far_as_it_goes(tmp_path: Path) -> None:
    source = second_track(tmp_path, r"noise=amount=gt(n\,80)")

    video, out = published(tmp_path, source)

    assert [warning[:25] for warning in video.warnings] == ["The source is damaged: 1."]
    assert decoded_frames(str(out / "index.m3u8")) == 100


def test_sound_that_changes_its_channels_on_the_way_stays_in_time(tmp_path: Path) -> None:
    tones = [(440, 2), (880, 6), (440, 2)]
    for number, (hertz, channels) in enumerate(tones):
        tone = ("-f", "lavfi", "-i", f"sine={hertz}:duration=3", "-ac", str(channels), "-ar", "48000")
        ffmpeg(*tone, str(tmp_path / f"{number}.ac3"))
    joined = tmp_path / "all.ac3"
    joined.write_bytes(b"".join((tmp_path / f"{number}.ac3").read_bytes() for number in range(3)))
    picture, source = clip(tmp_path / "a.mp4", seconds=9, sound=False), tmp_path / "broadcast.ts"
    ffmpeg("-i", str(picture), "-i", str(joined), "-c", "copy", str(source))

    _, out = published(tmp_path, source)

    for manifest in ("index.m3u8", "index.mpd"):
        pitches = [pitch for pitch, _ in heard(out / manifest)]
        assert [round(pitches[at] / 10) for at in (1, 4, 7, 10, 13, 16)] == [44, 44, 88, 88, 44, 44]


def test_the_probe_knows_where_each_sound_track_begins_and_ends(tmp_path: Path) -> None:
    long, short = clip(tmp_path / "a.mp4", seconds=4), clip(tmp_path / "b.mp4", seconds=2)
    source = tmp_path / "late.mkv"
    late = ("-itsoffset", "1.5", "-i", str(short))
    ffmpeg("-i", str(long), *late, "-map", "0", "-map", "1:a", "-c", "copy", str(source))

    first, second = probe(source).audio

    assert (first.begin, first.end) == pytest.approx((0, 4), abs=0.03)
    assert (second.begin, second.end) == pytest.approx((1.5, 3.5), abs=0.03)
