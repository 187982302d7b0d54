"""What people own beside films in the usual containers: each becomes a video, or is refused by name."""

from pathlib import Path

import pytest

from tests.integration.encoder.test_encode import made
from tests.integration.source.test_libav import probe
from tests.media.generate import clip, decoded_frames, ffmpeg
from vod.errors import SourceRefused

NO_SOUND = ("-an",)


@pytest.mark.parametrize(
    ("name", "extra"),
    [
        ("a.gif", NO_SOUND),
        ("a.apng", (*NO_SOUND, "-f", "apng")),
        ("a.webp", (*NO_SOUND, "-c:v", "libwebp_anim", "-preset", "default")),
        ("a.ivf", (*NO_SOUND, "-c:v", "libvpx", "-deadline", "realtime")),
        ("a.m2v", (*NO_SOUND, "-c:v", "mpeg2video")),
        ("a.m1v", (*NO_SOUND, "-c:v", "mpeg1video")),
    ],
)
def test_pictures_of_every_kind_become_a_video(tmp_path: Path, name: str, extra: tuple[str, ...]) -> None:
    plan, _, out = made(tmp_path, clip(tmp_path / name, seconds=2, extra=extra))

    assert abs(decoded_frames(str(out / "index.m3u8")) - 2 * plan.rate.fraction) <= 1
    assert plan.warnings == ()


def test_raw_dv_of_a_camera_becomes_a_video(tmp_path: Path) -> None:
    source = clip(tmp_path / "a.dv", seconds=2, size="720x576", extra=("-target", "pal-dv"))

    plan, _, out = made(tmp_path, source)

    assert decoded_frames(str(out / "index.m3u8")) == 50
    assert plan.interlaced
    assert len(plan.audio) == 1


@pytest.mark.parametrize(
    ("name", "extra"),
    [
        ("a.aiff", ()),
        ("a.caf", ("-c:a", "alac")),
        ("a.opus", ()),
        ("a.oga", ("-c:a", "flac")),
        ("a.wma", ("-c:a", "wmav2")),
    ],
)
def test_sound_of_every_kind_becomes_something_to_hear(tmp_path: Path, name: str, extra: tuple[str, ...]) -> None:
    source = tmp_path / name
    ffmpeg("-f", "lavfi", "-t", "3", "-i", "sine=440", *extra, str(source))

    plan, _, out = made(tmp_path, source)

    assert plan.seconds == pytest.approx(3, abs=0.1)
    assert (out / "a0" / "00000.m4s").exists()
    assert plan.warnings == ()


@pytest.mark.parametrize(
    ("name", "extra"),
    [("a.gif", ()), ("a.apng", ("-f", "apng")), ("a.tiff", ()), ("a.exr", ()), ("a.png", ()), ("a.webp", ())],
)
def test_a_still_is_refused(tmp_path: Path, name: str, extra: tuple[str, ...]) -> None:
    ffmpeg("-f", "lavfi", "-i", "testsrc2=s=64x64", "-frames:v", "1", *extra, str(tmp_path / name))

    with pytest.raises(SourceRefused) as refused:
        probe(tmp_path / name)

    assert refused.value.code == "not_a_video"


def test_a_codec_that_no_decoder_is_trusted_with_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceRefused) as refused:
        probe(clip(tmp_path / "a.mkv", sound=False, extra=("-c:v", "snow", "-strict", "-2")))

    assert refused.value.code == "unsupported_codec"


def test_protected_windows_media_is_refused_as_such(tmp_path: Path) -> None:
    with pytest.raises(SourceRefused) as refused:
        probe(clip(tmp_path / "a.wmv", extra=("-metadata", "ASF_Protection_Type=DRM")))

    assert refused.value.code == "encrypted"
