"""The probe's child: whatever happens to it, its parent goes on and has an answer, in a function too."""

import io
import json
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.media.generate import clip
from vod.errors import SandboxUnavailable, SourceRefused
from vod.sandbox.limits import PROBE, Budget
from vod.source import sealed_probe
from vod.source.libav import read_probe
from vod.source.probe import Limits
from vod.source.sealed_probe import ProbeProcess

LIMITS = Limits(max_bytes=2**30, max_seconds=60, max_streams=64)
QUICK = replace(PROBE, wall_seconds=2, cpu_seconds=1, memory_bytes=512 * 2**20)
Start = Callable[..., ProbeProcess]


@contextmanager
def starting(readers: str) -> Iterator[Start]:
    started: list[ProbeProcess] = []

    def begin(reader: str = "read_probe", budget: Budget = PROBE, **options: Any) -> ProbeProcess:
        name = reader if ":" in reader else f"tests.hostile.{readers}:{reader}"
        started.append(ProbeProcess(budget, reader=name, **options))
        return started[-1]

    yield begin
    for process in started:
        process.close()


@pytest.fixture(params=["readers", "walled"])
def start(request: pytest.FixtureRequest) -> Iterator[Start]:
    with starting(request.param) as begin:
        yield begin


@pytest.fixture
def start_in_a_function() -> Iterator[Start]:
    with starting("walled") as begin:
        yield begin


@pytest.fixture
def start_where_filters_are_granted() -> Iterator[Start]:
    with starting("readers") as begin:
        yield begin


def refused(process: ProbeProcess, data: bytes = bytes(1000)) -> SourceRefused:
    with pytest.raises(SourceRefused) as refusal:
        process(io.BytesIO(data), "mov", len(data), LIMITS)
    return refusal.value


@pytest.mark.parametrize(
    ("reader", "code"),
    [
        ("crash", "corrupt"),
        ("abort", "corrupt"),
        ("leave", "corrupt"),
        ("babble", "corrupt"),
        ("stumble", "corrupt"),
        ("hoard", "too_complex"),
        ("hang", "too_complex"),
        ("burn", "too_complex"),
        ("read_for_ever", "too_complex"),
    ],
)
def test_whatever_becomes_of_the_child_is_a_refusal(start: Start, reader: str, code: str) -> None:
    began = time.monotonic()

    assert refused(start(reader, QUICK)).code == code
    assert time.monotonic() - began < 15


def test_a_forged_probe_is_held_to_the_limits(start: Start) -> None:
    assert refused(start("lie")).code == "too_long"


def test_the_next_source_is_probed_as_if_nothing_had_happened(start: Start, tmp_path: Path) -> None:
    process = start()
    refused(process)
    path = clip(tmp_path / "a.mp4")

    with path.open("rb") as file:
        assert process(file, "mov", path.stat().st_size, LIMITS).video.frames == 50


def test_the_child_finds_what_the_parent_would_find(start: Start, tmp_path: Path) -> None:
    path = clip(tmp_path / "a.mkv", rate="30000/1001", seconds=3)
    size = path.stat().st_size

    with path.open("rb") as file:
        assert start()(file, "matroska", size, LIMITS) == read_probe(file, "matroska", size, LIMITS)


def findings(process: ProbeProcess) -> tuple[Any, ...]:
    return tuple(json.loads(refused(process).detail))


PIPES_AND_STDERR = 3


def test_the_child_holds_no_secrets_and_has_no_way_out(
    start_where_filters_are_granted: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")

    assert findings(start_where_filters_are_granted("look_around")) == ({}, [], PIPES_AND_STDERR, [])


def test_in_a_function_it_can_only_send_signals(start_in_a_function: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")

    assert findings(start_in_a_function("look_around")) == ({}, [], PIPES_AND_STDERR, ["signal"])


def test_another_program_finds_nothing_either(start: Start) -> None:
    process = start("become_another")

    with pytest.raises((SourceRefused, SandboxUnavailable)):
        process(io.BytesIO(bytes(10)), "mov", 10, LIMITS)


def test_a_nursery_that_was_stopped_fails_one_call_and_is_replaced(
    start_in_a_function: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sealed_probe, "_NURSERY_SECONDS", 8)
    process = start_in_a_function("stop_the_nursery", QUICK)

    with pytest.raises(ChildProcessError, match="does not answer"):
        process(io.BytesIO(bytes(10)), "mov", 10, LIMITS)

    assert process._nursery.wait() == -signal.SIGKILL


def test_what_the_source_cannot_deliver_is_an_error_and_not_a_refusal(start: Start) -> None:
    class Unreachable(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            raise ConnectionError("S3 is away")

    with pytest.raises(ConnectionError):
        start()(Unreachable(), "mov", 1000, LIMITS)


def test_a_source_that_does_not_answer_for_a_while_is_no_fault_of_the_file(
    start: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = clip(tmp_path / "a.mp4")
    monkeypatch.setattr("vod.source.sealed_probe._READ_SECONDS", 0.1)

    class Stalled(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            time.sleep(3)
            return super().read(size)

    found = start(budget=QUICK)(Stalled(path.read_bytes()), "mov", path.stat().st_size, LIMITS)

    assert found.video.frames == 50


def test_a_nursery_that_is_gone_is_started_anew(start: Start) -> None:
    process = start()
    refused(process)
    process._nursery.kill()
    process._nursery.wait()

    assert refused(process).code == "corrupt"


def test_a_child_that_cannot_be_confined_reads_nothing(start: Start) -> None:
    with pytest.raises(SandboxUnavailable, match="can still be opened"):
        start("tests.hostile.unconfined:read")(io.BytesIO(bytes(10)), "mov", 10, LIMITS)


def test_no_filter_is_needed(start: Start) -> None:
    assert refused(start("tests.hostile.unfiltered:read")).code == "corrupt"


def test_a_small_file_is_probed_nearly_as_fast_as_without_a_child(start: Start, tmp_path: Path) -> None:
    path, process = clip(tmp_path / "a.mp4"), start()

    def seconds(read: Any) -> float:
        began = time.monotonic()
        with path.open("rb") as file:
            read(file, "mov", path.stat().st_size, LIMITS)
        return time.monotonic() - began

    seconds(process)
    assert min(seconds(process) for _ in range(5)) - min(seconds(read_probe) for _ in range(5)) < 0.3


def test_no_child_is_left_behind(start: Start) -> None:
    process = start()
    refused(process)

    nursery = process._nursery.pid
    assert not Path(f"/proc/{nursery}/task/{nursery}/children").read_text()
