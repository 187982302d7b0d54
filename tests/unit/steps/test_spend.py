import json
from pathlib import Path

import pytest

from tests import samples
from tests.fakes import FakeLedger, FakeMetrics
from vod.frozen import Document
from vod.ports.services import Room
from vod.steps.spend import Spending

EVENT = Path(__file__).parents[3] / "events" / "spend.json"


@pytest.fixture
def spending() -> Spending:
    return Spending(FakeLedger(), FakeMetrics(), samples.PRICE)


@pytest.fixture
def detail() -> Document:
    return dict(json.loads(EVENT.read_text())["detail"])


def test_an_ended_task_is_noted_for_its_video_and_its_day(spending: Spending, detail: Document) -> None:
    assert spending.task_ended(detail)

    spent = spending.ledger.of_video("3f9c1d7ab2e04c58a6d1")
    assert (spent.tasks, spent.seconds) == (1, 125)
    assert spending.ledger.of_day("2026-11-22") == spent
    assert spending.metrics.of("Spent") == [spent.micro_usd / 10**6]  # type: ignore[attr-defined]


def test_an_event_that_comes_twice_is_noted_and_measured_once(spending: Spending, detail: Document) -> None:
    spending.task_ended(detail)

    assert not spending.task_ended(detail)
    assert spending.ledger.of_day("2026-11-22").tasks == 1
    assert len(spending.metrics.of("TaskSeconds")) == 1  # type: ignore[attr-defined]


def test_what_is_spent_is_no_longer_set_aside(spending: Spending, detail: Document) -> None:
    name = "3f9c1d7ab2e04c58a6d1-b7e23ec29af2"
    spending.ledger.reserve(name, "ann", 10**9, Room(0, 9, 9), samples.NOW)

    spending.task_ended(detail)

    spent = spending.ledger.of_day("2026-11-22").micro_usd
    assert spending.ledger.reserved[name][0] == 10**9 - spent  # type: ignore[attr-defined]
