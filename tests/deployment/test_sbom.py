"""The bill of materials is whole, valid, and the page of licences says the same."""

import json
import re
from typing import Any

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from deployment import REPOSITORY, sbom


@pytest.fixture(scope="module")
def packages() -> dict[str, sbom.Component]:
    return sbom.described()


@pytest.fixture(scope="module")
def made(packages: dict[str, sbom.Component]) -> dict[str, Any]:
    return sbom.bom(packages)


def test_the_page_of_licences_is_current(made: dict[str, Any]) -> None:
    assert sbom.document(made) == sbom.DOCUMENT.read_text(), "run `make sbom`"


@pytest.mark.parametrize(("part", "lock"), sbom.PARTS.items())
def test_a_part_lists_what_its_lock_file_names(made: dict[str, Any], part: str, lock: str) -> None:
    (found,) = (each for each in made["components"] if each["name"] == part)
    locked = set(re.findall(r"^([\w.-]+)==([\w.]+)", (REPOSITORY / lock).read_text(), re.M))

    listed = {(sbom._name(each["name"]), each["version"]) for each in found["components"] if "purl" in each}

    assert listed == {(sbom._name(name), version) for name, version in locked}


def test_the_ffmpeg_inside_packages_is_listed_with_its_own_licence(made: dict[str, Any]) -> None:
    licences = {
        part["name"]: each["licenses"][0]["license"]["id"]
        for part in made["components"]
        for each in part["components"]
        if each["name"] == "ffmpeg"
    }

    assert licences == {
        "encoder image": "GPL-3.0-or-later",
        "layer encoder": "GPL-3.0-or-later",
        "layer libav": "LGPL-3.0-or-later",
    }


def test_it_is_valid_cyclonedx(made: dict[str, Any]) -> None:
    """A few of each part: to validate all takes ten seconds, and `make sbom` does."""
    few = {**made, "components": [{**part, "components": part["components"][:2]} for part in made["components"]]}

    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(json.dumps(few)) is None


def test_a_package_without_a_licence_is_refused(packages: dict[str, sbom.Component]) -> None:
    without = {**packages, "av": {key: value for key, value in packages["av"].items() if key != "licenses"}}

    with pytest.raises(ValueError, match="av declares no licence"):
        sbom.bom(without)


def test_a_package_that_is_locked_and_not_here_is_refused(packages: dict[str, sbom.Component]) -> None:
    with pytest.raises(KeyError, match="cffi"):
        sbom.bom({name: each for name, each in packages.items() if name != "cffi"})
