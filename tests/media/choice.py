"""Exhaustive inputs, of which `make test` takes a choice."""

from collections.abc import Container, Iterable
from typing import Protocol

import pytest
from _pytest.mark.structures import ParameterSet


class Named(Protocol):
    """An input of a test."""

    @property
    def name(self) -> str: ...


def chosen(inputs: Iterable[Named], names: Container[str]) -> list[ParameterSet]:
    """Every input as a parameter; `make test-all` alone runs those that are not among the names."""
    return [
        pytest.param(each, id=each.name, marks=() if each.name in names else pytest.mark.exhaustive) for each in inputs
    ]
