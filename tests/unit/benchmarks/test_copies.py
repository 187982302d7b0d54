"""What the copies of a film come to, as docs/scaling.md says."""

from pathlib import Path

from benchmarks.copies import SIZE, copied, noted, planned, told

DOCUMENT = Path(__file__).parents[3] / "docs" / "scaling.md"


def test_twenty_tasks_copy_the_film_about_twice_and_note_next_to_nothing() -> None:
    plan = planned()

    assert len(plan.chunks) == 20
    assert 2 * SIZE < copied(plan) < 2.1 * SIZE
    assert noted(plan) < SIZE / 1000


def test_the_document_has_these_figures() -> None:
    assert told() in DOCUMENT.read_text()
