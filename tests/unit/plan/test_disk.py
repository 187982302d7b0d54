"""A task's disk holds what the task copies of its source."""

import pytest

from tests import samples
from vod.errors import SourceTooLargeForTask
from vod.plan.disk import LEAST_GIB, MOST_GIB, SourcesOn, bytes_copied, placed
from vod.plan.plan import Plan

GIB = 2**30


def plan(size: int, seconds: float = 60.0, **more: object) -> Plan:
    made = samples.plan(samples.probe(seconds=seconds))
    return made.model_copy(update={"source": made.source.model_copy(update={"size": size}), **more})


def disks(of: Plan, sources: SourcesOn = SourcesOn.DISK) -> list[int]:
    return [chunk.disk for chunk in placed(of, sources).chunks]


def test_a_source_that_fits_asks_for_the_least_that_fargate_takes() -> None:
    assert disks(plan(18 * GIB)) == [LEAST_GIB]


def test_a_larger_one_asks_for_its_size_and_what_lies_beside_it() -> None:
    assert disks(plan(50 * GIB)) == [53]


def test_a_chunk_asks_only_for_its_own_part_and_the_extras_for_all() -> None:
    whole = plan(120 * GIB, seconds=4000.0)
    first, *rest = whole.chunks
    ranged = first.model_copy(update={"ranges": ((0, GIB), (4 * GIB, 30 * GIB))})

    found = disks(whole.model_copy(update={"chunks": (ranged, rest[-1])}))

    assert found == [30, 123]
    assert bytes_copied(whole, ranged) == 27 * GIB


def test_what_measuring_fetches_is_counted() -> None:
    measured = plan(18 * GIB, seconds=40000.0, measure_quality=True, chunks=plan(1).chunks)

    assert disks(measured)[0] > LEAST_GIB


def test_what_no_task_can_hold_is_refused() -> None:
    assert disks(plan(197 * GIB)) == [MOST_GIB]

    with pytest.raises(SourceTooLargeForTask, match="SourcesOn=efs"):
        placed(plan(197 * GIB + 1), SourcesOn.DISK)


def test_a_source_on_efs_needs_no_disk() -> None:
    assert disks(plan(1000 * GIB), SourcesOn.EFS) == [LEAST_GIB]
