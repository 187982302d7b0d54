"""Tables, and parts of a document that a machine writes."""

import pytest

from benchmarks.__main__ import DOCUMENT, MEASUREMENTS
from benchmarks.markdown import replaced, table

WRITTEN = "before\n<!-- measured: one -->\nold\n<!-- end: one -->\nbetween\n<!-- measured: two -->\n<!-- end: two -->\n"


def test_a_table_has_a_head_a_rule_and_a_row_for_each() -> None:
    made = table(("name", "CPU s"), [("a", 1), ("b", "2.5")])

    assert made.splitlines() == ["| name | CPU s |", "| --- | --- |", "| a | 1 |", "| b | 2.5 |"]


def test_only_the_named_part_changes() -> None:
    made = replaced(WRITTEN, "one", "new \\1 text\n")

    assert made == WRITTEN.replace("old", "new \\1 text")


def test_writing_twice_is_writing_once() -> None:
    once = replaced(WRITTEN, "two", "| a |")

    assert replaced(once, "two", "| a |") == once


def test_a_part_without_markers_is_an_error_and_not_a_lost_measurement() -> None:
    with pytest.raises(ValueError, match="three"):
        replaced(WRITTEN, "three", "lost")


def test_the_document_has_a_place_for_every_measurement() -> None:
    document = DOCUMENT.read_text()

    for name in MEASUREMENTS:
        document = replaced(document, name, f"figures of {name}")

    assert [f"figures of {name}" in document for name in MEASUREMENTS] == [True] * len(MEASUREMENTS)


def test_prose_is_wrapped_and_rows_are_not() -> None:
    row = "| " + "x " * 90 + "|"

    made = replaced("<!-- measured: a -->\n<!-- end: a -->", "a", "word " * 40 + f"\n{row}")

    assert row in made
    assert all(len(line) <= 120 for line in made.splitlines() if line != row)
