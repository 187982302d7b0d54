"""Only so many tasks run at the same time, and no video keeps the others waiting."""

import threading
from collections.abc import Iterator
from itertools import count

import pytest

from local.emulator.slots import Slots
from tests.local.aws import until


class Tasks:
    """Tasks that ask for slots, each in a thread of its own; `running` fills in the order in which they get one."""

    def __init__(self, slots: Slots) -> None:
        self.slots = slots
        self.running: list[str] = []
        self.wanted = True
        self._asked = count()

    def ask(self, video: str) -> str:
        """Have one more task of a video wait; its name."""
        name = f"{video} {next(self._asked)}"
        threading.Thread(target=self._run, args=(name, video), daemon=True).start()
        until(lambda: name in self.slots._waiting or name in self.running)
        return name

    def _run(self, name: str, video: str) -> None:
        if self.slots.acquire(name, lambda: self.wanted, video):
            self.running.append(name)

    def settled(self) -> list[str]:
        """Which run once nobody else can."""
        threading.Event().wait(0.1)
        return list(self.running)


@pytest.fixture
def two() -> Iterator[Tasks]:
    """Tasks on a machine that has two slots."""
    tasks = Tasks(Slots(2))
    yield tasks
    tasks.wanted = False


def test_a_second_task_waits_for_the_first_to_end() -> None:
    slots = Slots(1)
    slots.acquire("first", lambda: True)
    second = threading.Thread(target=slots.acquire, args=("second", lambda: True), daemon=True)
    second.start()
    second.join(0.1)
    assert second.is_alive()

    slots.release("first")

    second.join(2)
    assert not second.is_alive()


def test_a_task_that_is_stopped_while_it_waits_gets_no_slot() -> None:
    slots = Slots(1)
    slots.acquire("first", lambda: True)

    assert slots.acquire("second", lambda: False) is False


def test_releasing_twice_frees_only_one_slot() -> None:
    slots = Slots(1)
    slots.release("never held")
    slots.acquire("first", lambda: True)

    assert slots.acquire("second", lambda: False) is False


def test_a_short_video_does_not_wait_for_a_film_that_holds_every_slot(two: Tasks) -> None:
    film = [two.ask("film") for _ in range(6)]
    assert two.settled() == film[:2]

    shorts = [two.ask(f"short {number}") for number in range(3)]

    assert two.settled() == [*film[:2], shorts[0]]
    for number in (1, 2):
        two.slots.release(shorts[number - 1])
        assert two.settled() == [*film[:2], *shorts[: number + 1]]


def test_a_slot_of_a_film_goes_to_the_video_that_holds_the_fewest(two: Tasks) -> None:
    film = [two.ask("film") for _ in range(3)]
    other = [two.ask("other film") for _ in range(2)]
    short = two.ask("short")
    assert two.settled() == [*film[:2], other[0]]

    two.slots.release(film[0])

    assert two.settled() == [*film[:2], other[0], short]


def test_alone_a_film_has_every_slot_but_the_kept_one(two: Tasks) -> None:
    film = [two.ask("film") for _ in range(4)]
    assert two.settled() == film[:2]

    two.slots.release(film[0])

    assert two.settled() == film[:3]
