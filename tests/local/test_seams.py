"""What the emulator replaces of its package goes through one door."""

from types import ModuleType

import pytest

from local.emulator import seams
from local.emulator.seams import SeamChanged


def old() -> str:
    return "old"


def new() -> str:
    return "new"


@pytest.fixture
def package() -> ModuleType:
    made = ModuleType("pytest")  # of an installed package, whose version is named
    made.act = old  # type: ignore[attr-defined]
    made.text = "text"  # type: ignore[attr-defined]
    return made


def test_a_name_is_replaced_when_its_source_is_the_expected_one(package: ModuleType) -> None:
    seams.replace(package, "act", new, expected=seams.digest(old))
    seams.replace(package, "text", "other", expected=seams.digest("text"))

    assert (package.act(), package.text) == ("new", "other")


def test_another_version_is_refused_with_its_number_and_nothing_is_replaced(package: ModuleType) -> None:
    with pytest.raises(SeamChanged, match=rf"pytest {pytest.__version__} has another pytest\.act .* test_seams was"):
        seams.replace(package, "act", new, expected="0" * 12)

    assert package.act is old


def test_a_name_is_replaced_twice_only_over_the_module_that_is_named(package: ModuleType) -> None:
    seams.replace(package, "act", new, expected=seams.digest(old))

    with pytest.raises(SeamChanged, match="comes after test_seams, not nobody"):
        seams.replace(package, "act", old, expected=seams.digest(old))
    with pytest.raises(SeamChanged, match="comes after test_seams, not firewall"):
        seams.replace(package, "act", old, expected=seams.digest(old), over="firewall")
    seams.replace(package, "act", old, expected=seams.digest(old), over="test_seams")
    assert package.act is old


def test_the_table_of_the_readme_is_of_today() -> None:
    text = seams.README.read_text()

    assert text == seams.written(text), "run: make seams"
    assert text.count("| `ministack") > 60


def test_nothing_is_replaced_beside_the_door() -> None:
    for path in seams.FOLDER.glob("*.py"):
        found = seams.besides(path)
        assert not found, f"{path.name}: {found}"
