"""A downloaded file has every frame and sample of the stored segments, at the same times, and its index first."""

import json
from pathlib import Path

import pytest
from pymediainfo import MediaInfo

from tests.media import decoded
from tests.media.generate import clip
from tests.media.in_process import encoded, published
from tests.media.test_chunks import planned
from vod.media import isobmff, progressive
from vod.media.progressive import Extent, Layout, Track


def tracks_of(folder: Path, *names: str, language: str | None = None) -> list[Track]:
    return [indexed(folder / name, language) for name in names]


def indexed(folder: Path, language: str | None) -> Track:
    track = Track((folder / "init.mp4").read_bytes(), language)
    for segment in sorted(folder.glob("*.m4s")):
        data = segment.read_bytes()
        found = progressive.fragments(len(data), lambda first, end, data=data: data[first:end])  # type: ignore[misc]
        progressive.add(track, str(segment), found)
    return track


def read(extent: Extent) -> bytes:
    return Path(extent.key).read_bytes()[extent.first : extent.first + extent.size]


def written(made: Layout, target: Path) -> Path:
    target.write_bytes(made.part(0, made.size, read))
    return target


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return clip(tmp_path_factory.mktemp("film") / "film.mp4", seconds=9, size="192x108")


@pytest.fixture(scope="module", params=["default", "hevc", "av1"])
def served(request: pytest.FixtureRequest, film: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a published run, cut into two chunks."""
    folder = tmp_path_factory.mktemp("run")
    plan = planned(film, 2, request.param)
    encoded(plan, film, folder)
    return published(plan, folder).folder


def of_picture(served: Path) -> str:
    """A track of the profile's last codec."""
    return sorted(each.name for each in served.iterdir() if each.name.startswith("v"))[-1]


def assert_heard(heard: decoded.Track, served: Path) -> None:
    """The sound of the segments; the file ends within its last frame, where the sound does."""
    (whole,) = decoded.tracks(served / "a0" / "index.m3u8")
    assert (heard.times, heard.sums[:-1]) == (whole.times, whole.sums[:-1])


def boxes(file: Path) -> list[bytes]:
    return [box.type for box in isobmff.boxes(memoryview(file.read_bytes()))]


def test_a_picture_and_its_sound_are_those_of_the_segments(served: Path, tmp_path: Path) -> None:
    picture = of_picture(served)
    made = progressive.layout(tracks_of(served, picture, "a0"), "Länder & Meere")
    file = written(made, tmp_path / "film.mp4")

    assert boxes(file) == [b"ftyp", b"moov", b"mdat"]
    assert file.stat().st_size == made.size
    seen, heard = decoded.tracks(file)
    assert [seen] == decoded.tracks(served / picture / "index.m3u8")
    assert_heard(heard, served)


def test_an_editor_reads_it(served: Path, tmp_path: Path) -> None:
    picture = of_picture(served)
    file = written(progressive.layout(tracks_of(served, picture, "a0", language="deu"), "Meere"), tmp_path / "film.mp4")

    told = json.loads(MediaInfo.parse(str(file), output="JSON"))["media"]["track"]

    general, video, audio = told
    assert (general["Format"], general["IsStreamable"], general["Title"]) == ("MPEG-4", "Yes", "Meere")
    assert int(video["FrameCount"]) == len(decoded.tracks(file, "v")[0].times)
    assert video["Format"] == {"h": "AVC", "x": "HEVC", "y": "AV1"}.get(picture[0], video["Format"])
    assert float(video["Duration"]) == pytest.approx(9, abs=0.05)
    assert float(audio["Duration"]) == pytest.approx(9, abs=0.05)
    assert (audio["Format"], audio["Language"]) == ("AAC", "de")


def test_sound_alone_is_an_m4a(served: Path, tmp_path: Path) -> None:
    file = written(progressive.layout(tracks_of(served, "a0")), tmp_path / "film.m4a")

    assert file.read_bytes()[4:12] == b"ftypM4A "
    assert_heard(decoded.tracks(file)[0], served)


@pytest.mark.parametrize("size", [1, 777, 65_536])
def test_each_part_can_be_made_by_itself(served: Path, size: int) -> None:
    made = progressive.layout(tracks_of(served, of_picture(served), "a0"))
    whole = made.part(0, made.size, read)
    first = 0 if size > 1 else len(made.head) - 30
    ends = range(first, made.size if size > 1 else len(made.head) + 30, size)

    parts = [made.part(at, min(at + size, made.size), read) for at in ends]

    assert b"".join(parts) == whole[first : first + sum(map(len, parts))]
    assert len(whole) == made.size


def test_a_large_file_has_offsets_of_64_bits(served: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progressive, "_LARGE", 1)
    file = written(progressive.layout(tracks_of(served, "a0")), tmp_path / "film.m4a")

    assert b"co64" in file.read_bytes()
    assert_heard(decoded.tracks(file)[0], served)


def test_of_a_segment_little_is_read(served: Path) -> None:
    asked: list[int] = []
    data = (served / of_picture(served) / "00000.m4s").read_bytes()

    def some(first: int, end: int) -> bytes:
        asked.append(end - first)
        return data[first:end]

    found = progressive.fragments(len(data), some)

    assert len(asked) == len(found) > 1
    assert max(asked) <= 4096


@pytest.mark.parametrize("data", [b"", b"\0\0\0\4moof", b"moof", b"\0\0\0\1moof"])
def test_what_is_no_segment_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match="broken at 0"):
        progressive.fragments(len(data) or 8, lambda first, end: data[first:end])
