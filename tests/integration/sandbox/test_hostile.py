"""Hostile files from end to end, with and without the doors in front of the sandbox; see also test_sandbox.py."""

import io
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from tests import samples
from tests.fakes import FakeOutput, FakeSourceFiles
from tests.hostile import files
from tests.hostile.traps import Traps, traps
from tests.media.corpus import corpus_file
from tests.media.generate import FFMPEG
from vod.encoder import limits as chunk_limits
from vod.errors import SourceRefused
from vod.ffmpeg import commands
from vod.plan.make_plan import make_plan
from vod.plan.plan import Plan, SourceObject
from vod.sandbox import landlock, sandbox
from vod.sandbox.limits import Budget
from vod.sandbox.sandbox import Sandbox
from vod.source.probe import Limits
from vod.source.sealed_probe import ProbeProcess
from vod.steps.encode import Encoder, encode
from vod.steps.probe import probe

LIMITS = Limits(max_bytes=2**30, max_seconds=3600, max_streams=64)
ENOUGH = Budget(cpu_seconds=30, wall_seconds=30, memory_bytes=2**30, output_bytes=2**24)
OPEN_DOORS = ["-protocol_whitelist", "file,http,https,tcp,udp,rtp,crypto,data,pipe,concat,subfile,unix"]
needs_landlock = pytest.mark.skipif(not landlock.abi(), reason="NO LANDLOCK in this kernel: files cannot be hidden")

Make = Callable[[Path, Traps], bytes]
NETWORK: dict[str, tuple[str, list[str], Make]] = {
    "playlist": (
        "hls",
        ["-allowed_extensions", "ALL", "-extension_picky", "0"],
        lambda _, t: files.playlist(t.address),
    ),
    "manifest": ("dash", [], lambda _, t: files.dash_manifest(t.address)),
    "script": ("concat", ["-safe", "0"], lambda _, t: f"ffconcat version 1.0\nfile '{t.address}'\n".encode()),
}
FILES: dict[str, tuple[str, list[str], Make]] = {
    "playlist": (
        "hls",
        ["-allowed_extensions", "ALL", "-extension_picky", "0"],
        lambda _, t: files.playlist(str(t.canary)),
    ),
    "script": ("concat", ["-safe", "0"], lambda _, t: files.concat_script(t.canary)),
    "movie": (
        "mov",
        ["-enable_drefs", "1", "-use_absolute_path", "1"],
        lambda f, t: files.movie_elsewhere(f, t.canary),
    ),
}
INDIRECT: dict[str, Make] = {
    **{f"network {name}": make for name, (_, _, make) in NETWORK.items()},
    **{f"file {name}": make for name, (_, _, make) in FILES.items() if name != "movie"},
    "session": lambda _f, _t: files.session_description(),
}
CARRIERS: dict[str, tuple[str, Make]] = {
    "movie with its samples elsewhere": ("mov", lambda f, t: files.movie_elsewhere(f, t.canary)),
    "subtitles that are a playlist": ("avi", files.subtitles_elsewhere),
    "attached playlist": ("matroska", files.attachment),
}


PLACES = ["readers", "walled"]
"""Where filters are granted, and where Lambda refuses them."""


@pytest.fixture(scope="module", params=PLACES)
def prober(request: pytest.FixtureRequest) -> Iterator[ProbeProcess]:
    process = ProbeProcess(reader=f"tests.hostile.{request.param}:read_probe")
    yield process
    process.close()


@pytest.fixture(scope="module", params=PLACES)
def careless(request: pytest.FixtureRequest) -> Iterator[ProbeProcess]:
    """A probe whose libav may open every format and protocol: only the sandbox is left."""
    process = ProbeProcess(reader=f"tests.hostile.{request.param}:open_anything")
    yield process
    process.close()


@pytest.fixture
def set_up(tmp_path: Path) -> Iterator[Traps]:
    with traps(tmp_path) as reachable:
        yield reachable


def outcome(read: ProbeProcess, data: bytes, limits: Limits = LIMITS) -> str:
    """`admitted` or the refusal's code, by the whole step."""
    source = SourceObject(bucket="b", key="k", version="v", size=len(data))
    answer = probe(source, None, limits, lambda _: io.BytesIO(data), read)
    return answer["error"]["code"] if answer["outcome"] == "refused" else "admitted"


def stored(folder: Path, data: bytes) -> Path:
    path = folder / "upload.mp4"
    path.write_bytes(data)
    return path


def ffmpeg_in_sandbox(path: Path, options: list[str], spend: Budget = ENOUGH) -> tuple[int, str]:
    command = [FFMPEG, "-v", "error", "-nostdin", *options, "-i", str(path), "-f", "null", "-"]
    confined = Sandbox(spend, (str(path),))
    with sandbox.start(command, confined, subprocess.DEVNULL, subprocess.PIPE) as process:
        _, said = process.communicate(timeout=60)
    return process.returncode, said.decode(errors="replace")


@contextmanager
def ffmpeg_unconfined(path: Path, options: list[str]) -> Iterator[None]:
    command = [FFMPEG, "-v", "quiet", "-nostdin", *options, "-i", str(path), "-f", "null", "-"]
    with subprocess.Popen(command) as process:
        yield
        process.kill()


def planned(path: Path, demuxer: str) -> Plan:
    size = path.stat().st_size
    source = SourceObject(bucket="b", key="k", version=None, size=size)
    return make_plan(
        samples.VIDEO_ID,
        samples.RUN,
        source,
        samples.probe(64, 64, 1.0, audio=False).model_copy(update={"container": demuxer}),
    )


def encoder(tmp_path: Path, path: Path) -> Encoder:
    files_of = FakeSourceFiles(path)
    return Encoder(FFMPEG, tmp_path / "scratch", files_of, FakeOutput(), lambda *_: True, threading.Event())


# ---- Nothing is fetched and nothing is read -----------------------------------------------------------------------


@pytest.mark.parametrize("name", INDIRECT)
def test_what_points_elsewhere_is_refused_by_its_content(
    name: str, tmp_path: Path, set_up: Traps, prober: ProbeProcess
) -> None:
    assert outcome(prober, INDIRECT[name](tmp_path, set_up)) == "indirect_source"
    assert not set_up.touched


@pytest.mark.parametrize("name", CARRIERS)
def test_a_container_that_hides_a_pointer_is_read_for_itself_alone(
    name: str, tmp_path: Path, set_up: Traps, prober: ProbeProcess
) -> None:
    demuxer, make = CARRIERS[name]
    path = stored(tmp_path, make(tmp_path, set_up))

    assert outcome(prober, path.read_bytes()) in ("admitted", "corrupt")
    plan = planned(path, demuxer)
    encode(encoder(tmp_path, path), plan, plan.chunks[0])

    assert not set_up.touched


@pytest.mark.parametrize("name", NETWORK)
def test_with_every_other_door_open_ffmpeg_has_no_network(name: str, tmp_path: Path, set_up: Traps) -> None:
    demuxer, options, make = NETWORK[name]
    path = stored(tmp_path, make(tmp_path, set_up))

    code, said = ffmpeg_in_sandbox(path, [*OPEN_DOORS, *options, "-f", demuxer])

    assert code != 0
    assert "Operation not permitted" in said
    assert not set_up.touched


@needs_landlock
@pytest.mark.parametrize("name", FILES)
def test_with_every_other_door_open_ffmpeg_reads_no_other_file(name: str, tmp_path: Path, set_up: Traps) -> None:
    demuxer, options, make = FILES[name]
    path = stored(tmp_path, make(tmp_path, set_up))

    _, said = ffmpeg_in_sandbox(path, [*OPEN_DOORS, *options, "-f", demuxer])

    assert said
    assert not set_up.touched


@pytest.mark.parametrize(("kind", "name"), [*(("network", n) for n in NETWORK), *(("canary", n) for n in FILES)])
def test_the_traps_catch_an_ffmpeg_without_sandbox(kind: str, name: str, tmp_path: Path, set_up: Traps) -> None:
    demuxer, options, make = (NETWORK if kind == "network" else FILES)[name]
    path = stored(tmp_path, make(tmp_path, set_up))

    with ffmpeg_unconfined(path, [*OPEN_DOORS, *options, "-f", demuxer]):
        deadline = time.monotonic() + 20
        while kind not in set_up.touched and time.monotonic() < deadline:
            time.sleep(0.02)

    assert kind in set_up.touched


@pytest.mark.parametrize(("kind", "name"), [*(("network", n) for n in NETWORK), *(("file", n) for n in FILES)])
def test_with_every_other_door_open_the_probe_reaches_nothing(
    kind: str, name: str, tmp_path: Path, set_up: Traps, careless: ProbeProcess
) -> None:
    demuxer, _, make = (NETWORK if kind == "network" else FILES)[name]
    data = make(tmp_path, set_up)

    with pytest.raises(SourceRefused):
        careless(io.BytesIO(data), demuxer, len(data), LIMITS)

    assert not set_up.touched


@pytest.mark.parametrize("demuxer", ["mov", "hls"])
@pytest.mark.parametrize("name", ["hls_ssrf_http_loopback.mp4", "hls_playlist_local.mp4"])
def test_the_playlists_of_the_corpus_are_refused_and_end_even_if_they_were_not(
    name: str, demuxer: str, tmp_path: Path, prober: ProbeProcess
) -> None:
    data = corpus_file(name).read_bytes()

    assert outcome(prober, data) == "indirect_source"
    path = stored(tmp_path, data)
    plan = planned(path, demuxer)
    assert encode(encoder(tmp_path, path), plan, plan.chunks[0]).outcome == "refused"


def test_ffmpeg_is_told_to_open_files_only() -> None:
    command = commands.encode_command("ffmpeg", "s", samples.plan(), 0, None, {"v720": "pipe:4"}, "pipe:5")
    opened = command[: command.index("-i")]

    assert opened[opened.index("-protocol_whitelist") + 1] == "file,pipe"


# ---- Bombs end within their limits --------------------------------------------------------------------------------


def in_time(read: ProbeProcess, data: bytes, seconds: float) -> str:
    began = time.monotonic()
    found = outcome(read, data)
    assert time.monotonic() - began < seconds
    return found


def test_a_picture_that_claims_to_be_huge_is_refused_before_memory_is_taken(
    tmp_path: Path, prober: ProbeProcess
) -> None:
    assert in_time(prober, files.huge_picture(tmp_path, 30000), 10) in ("corrupt", "too_many_pixels")


def test_a_huge_picture_finds_no_memory_where_the_pixels_are_not_counted(tmp_path: Path) -> None:
    path = stored(tmp_path, files.huge_picture(tmp_path, 14000))

    code, said = ffmpeg_in_sandbox(path, ["-f", "mov"], replace(ENOUGH, memory_bytes=300 * 2**20))

    assert code != 0
    assert "Cannot allocate memory" in said


def test_two_pictures_days_apart_are_too_long(tmp_path: Path, prober: ProbeProcess) -> None:
    assert in_time(prober, files.far_apart(tmp_path, 200_000), 10) == "too_long"


def test_a_source_that_needs_more_than_its_budget_is_refused_and_not_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = stored(tmp_path, files.far_apart(tmp_path, 200_000))
    plan = planned(path, "matroska")
    monkeypatch.setattr(chunk_limits, "of_chunk", lambda *_: replace(ENOUGH, cpu_seconds=2))
    began = time.monotonic()

    report = encode(encoder(tmp_path, path), plan, plan.chunks[0])

    assert report.outcome == "refused"
    assert report.refusal is not None
    assert report.refusal.code == "too_complex"
    assert time.monotonic() - began < 30


@pytest.mark.parametrize(("count", "code"), [(70, "too_many_streams"), (5000, "too_complex")])
def test_thousands_of_tracks_are_too_many(count: int, code: str, tmp_path: Path, prober: ProbeProcess) -> None:
    assert in_time(prober, files.many_tracks(tmp_path, count), 10) in (code, "too_many_streams", "corrupt")


@pytest.mark.parametrize("megabytes", [200, 1500])
def test_an_index_that_unfolds_a_thousandfold_ends_in_time(megabytes: int, prober: ProbeProcess) -> None:
    assert in_time(prober, files.compressed_index(megabytes), 20) in ("corrupt", "no_video_stream", "too_complex")


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("webm_absurd_duration.webm", {"corrupt", "too_long"}),
        ("mp4_duration_i64max.mp4", {"corrupt"}),
        ("mp4_fuzz_1200326.mp4", {"corrupt"}),
        ("mp4_fuzz_1181719.mp4", {"corrupt"}),
        ("mp4_fuzz_1156505.mp4", {"no_video_stream"}),
        ("mp4_zero_empty_stsc.mp4", {"corrupt"}),
        ("fmp4_bogus_duration.mp4", {"admitted"}),
        ("webm_9841x705.webm", {"admitted", "too_many_pixels"}),
    ],
)
def test_the_crashers_of_the_corpus_end_as_they_should(name: str, code: set[str], prober: ProbeProcess) -> None:
    assert in_time(prober, corpus_file(name).read_bytes(), 10) in code
