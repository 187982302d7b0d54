"""What ended tasks, requests and storage cost, and what an upload will."""

import json
from pathlib import Path

import pytest

from tests import samples
from vod.frozen import Document
from vod.money import cost, estimate, prices
from vod.money.cost import MICRO, ended_task
from vod.plan.sizing import TaskSize

EVENT = Path(__file__).parents[3] / "events" / "spend.json"
SIZE = TaskSize(cpu=2048, memory=4096)
SIZE_OF_EVENT = TaskSize(cpu=4096, memory=8192)


@pytest.fixture
def detail() -> Document:
    return dict(json.loads(EVENT.read_text())["detail"])


def test_an_hour_of_a_task_costs_its_vcpus_and_its_memory() -> None:
    micro_usd = cost.of_task(SIZE, 3600, False, samples.PRICE)

    assert micro_usd == pytest.approx((2 * 0.04 + 4 * 0.005) * MICRO, abs=1)


def test_spot_takes_its_discount() -> None:
    on_demand, spot = (cost.of_task(SIZE, 3600, is_spot, samples.PRICE) for is_spot in (False, True))

    assert spot == pytest.approx(on_demand * 0.5, abs=1)


def test_disk_beyond_what_is_free_is_billed_without_a_discount(detail: Document) -> None:
    task = ended_task(detail | {"ephemeralStorage": {"sizeInGiB": 120}})

    assert task
    more = cost.of_task(task.size, 3600, True, samples.PRICE) - cost.of_task(SIZE_OF_EVENT, 3600, True, samples.PRICE)
    assert more == pytest.approx(100 * samples.PRICE.disk_gb_hour * MICRO, abs=1)


def test_a_task_is_billed_from_its_pull_to_its_end_by_the_second(detail: Document) -> None:
    task = ended_task(detail)

    assert task
    assert (task.seconds, task.size, task.is_spot) == (125, TaskSize(4096, 8192), True)


def test_a_short_task_is_billed_for_a_minute(detail: Document) -> None:
    task = ended_task(detail | {"stoppedAt": "2026-11-22T18:10:21Z"})

    assert task and task.seconds == 60


def test_a_task_that_never_began_costs_nothing(detail: Document) -> None:
    assert ended_task({name: value for name, value in detail.items() if not name.endswith("tartedAt")}) is None


def test_a_task_that_is_no_encoder_is_none_of_ours(detail: Document) -> None:
    assert ended_task(detail | {"overrides": {"containerOverrides": [{"name": "other"}]}}) is None


def test_requests_grow_with_objects_and_tasks() -> None:
    listed = prices.read()

    assert cost.of_requests(0, 0, listed) < cost.of_requests(1000, 1, listed) < cost.of_requests(1000, 50, listed)


def test_a_terabyte_month_costs_what_the_list_says() -> None:
    assert cost.of_month(10**12, prices.read()) == 23 * MICRO


def test_an_estimate_tells_what_it_takes_for_granted_and_how_far_off_it_may_be() -> None:
    told = estimate.told(10**9, "default", samples.PRICE)

    assert 0 < told["leastUsd"] <= told["usd"] <= told["mostUsd"]
    assert "1080p" in told["assumes"]


def test_an_estimate_counts_the_disk_that_copies_need() -> None:
    dear = samples.PRICE.model_copy(update={"disk_gb_hour": samples.PRICE.disk_gb_hour * 1000})

    of_disk = [
        estimate.micro_usd(size, "default", dear) - estimate.micro_usd(size, "default", samples.PRICE)
        for size in (10**9, 10**11)
    ]

    assert 0 < 1000 * of_disk[0] < of_disk[1]
