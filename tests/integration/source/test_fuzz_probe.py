"""Files whose headers lie end as a probe and a plan, or as a refusal with a code. `make fuzz` runs more of them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fuzz import files
from tests.fuzz.changes import Change, change, changed
from tests.fuzz.mutants import mutation
from tests.fuzz.run import Bad, run
from tests.fuzz.structure import Place, places
from tests.fuzz.verdict import BUDGET, Verdict, verdict
from vod.errors import SandboxUnavailable, SourceRefused
from vod.source.probe import Probe
from vod.source.sealed_probe import ProbeProcess

SEED, RUNS = 17, 150


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return files.made(tmp_path_factory.mktemp("fuzz"))


@pytest.fixture(scope="module")
def process() -> Iterator[ProbeProcess]:
    process = ProbeProcess(BUDGET)
    yield process
    process.close()


def test_no_mutant_breaks_the_probe(made: list[Path]) -> None:
    found = run([*made, *files.real()], SEED, range(RUNS))

    assert not found.bad, "\n\n".join(map(str, found.bad))
    assert found.outcomes["admitted"]
    assert found.outcomes["corrupt"]


@pytest.mark.parametrize("name", files.MADE)
def test_every_file_that_is_mutated_is_admitted_as_it_is(made: list[Path], process: ProbeProcess, name: str) -> None:
    (file,) = (each for each in made if each.name == name)

    assert verdict(file.read_bytes(), process) == Verdict("admitted")


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (SourceRefused("corrupt", "it broke the reader, exit -11"), "crashed"),
        (SourceRefused("too_complex", "memory or computing time"), "hung"),
        (SourceRefused("too_complex", "no description in time"), "hung"),
        (SandboxUnavailable("a file was not there"), "internal"),
        (ChildProcessError("the process that probes sources ended"), "internal"),
    ],
)
def test_what_must_not_be_is_told(made: list[Path], error: Exception, outcome: str) -> None:
    def read(*_: object) -> Probe:
        raise error

    seen = verdict(made[0].read_bytes(), read)

    assert (seen.outcome, seen.is_bad) == (outcome, True)


@pytest.mark.parametrize("code", ["corrupt", "too_complex", "encrypted"])
def test_a_refusal_with_a_code_is_none_of_that(made: list[Path], code: str) -> None:
    def read(*_: object) -> Probe:
        raise SourceRefused(code, "its description")

    assert verdict(made[0].read_bytes(), read) == Verdict(code)
    assert not Verdict(code).is_bad


def test_a_mutant_is_the_same_in_every_run(made: list[Path]) -> None:
    data = made[0].read_bytes()

    assert mutation(data, SEED, 5) == mutation(data, SEED, 5)
    assert len({changed(data, mutation(data, SEED, number)) for number in range(50)}) > 40


def test_a_fault_says_how_to_repeat_it() -> None:
    bad = Bad(SEED, 5, Path("plain.mp4"), [Change(48, 4, b"\xff\xff\xff\xff")], Verdict("crashed", "Traceback"))

    assert "plain.mp4 with 48:4:ffffffff" in str(bad)
    assert str(bad).endswith("make fuzz SEED=17 MUTANT=5")


def test_a_change_can_be_read_again() -> None:
    made = Change(48, 4, b"\xff\x00")

    assert change(str(made)) == made
    assert changed(bytes(50), [made]) == bytes(48) + b"\xff\x00"


def test_the_sizes_of_boxes_are_known(made: list[Path]) -> None:
    data = made[0].read_bytes()

    moov = data.index(b"moov")
    assert {Place(moov - 4, 4), Place(data.index(b"stts") - 4, 4), Place(data.index(b"stts") + 8, 4)} <= set(
        places(data)
    )
