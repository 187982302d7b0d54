"""Only so many tasks run at the same time."""

import threading

from local.emulator.slots import Slots


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
