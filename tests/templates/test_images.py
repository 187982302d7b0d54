"""Which images ECR keeps, by its own rules for lifecycle policies."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

import pytest

from tests.templates import parsed

Rule = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Image:
    """A manifest: the day it was pushed, its tags, the digests that it names if it is an index."""

    digest: str
    day: int
    tags: tuple[str, ...] = ()
    names: tuple[str, ...] = field(default=())


def rules(stack: str) -> list[Rule]:
    """The lifecycle rules of a stack's repository in their order."""
    text = parsed.template_of(stack)["Resources"]["Repository"]["Properties"]["LifecyclePolicy"]["LifecyclePolicyText"]
    return sorted(json.loads(text)["rules"], key=lambda rule: int(rule["rulePriority"]))


def selects(selection: Rule, image: Image) -> bool:
    if selection["tagStatus"] == "any":
        return True
    if selection["tagStatus"] == "untagged":
        return not image.tags
    return all(any(fnmatchcase(tag, pattern) for tag in image.tags) for pattern in selection["tagPatternList"])


def expired(images: list[Image], policy: list[Rule], today: int) -> list[Image]:
    """What a run of the policy removes: each image by the first rule that selects it, none that an index still names."""
    named = {digest for image in images for digest in image.names}
    gone: list[Image] = []
    claimed: set[str] = set()
    for selection in (rule["selection"] for rule in policy):
        chosen = sorted((each for each in images if selects(selection, each)), key=lambda each: -each.day)
        if selection["countType"] == "imageCountMoreThan":
            over = chosen[selection["countNumber"] :]
        else:
            over = [each for each in chosen if today - each.day > selection["countNumber"]]
        gone += [each for each in over if each.digest not in claimed | named]
        claimed |= {each.digest for each in chosen}
    return gone


def kept(images: list[Image], policy: list[Rule], today: int) -> list[Image]:
    """What is left when nothing more expires."""
    while gone := expired(images, policy, today):
        images = [each for each in images if each not in gone]
    return images


def release(number: int) -> list[Image]:
    """What `docker buildx build --platform linux/arm64,linux/amd64 -t v<number> --push` leaves in a repository."""
    digests = (f"{number}-arm64", f"{number}-amd64")
    return [*(Image(digest, number) for digest in digests), Image(f"{number}", number, (f"v{number}",), digests)]


@pytest.fixture
def releases() -> list[Image]:
    return [image for number in range(25) for image in release(number)]


def test_twenty_releases_are_kept_with_the_images_of_each_architecture(releases: list[Image]) -> None:
    left = kept(releases, rules("Encoder"), today=30)

    assert [image.tags[0] for image in left if image.tags] == [f"v{number}" for number in range(5, 25)]
    assert {image.digest for image in left if not image.tags} == {d for image in left for d in image.names}
    assert len(left) == 60


def test_twenty_releases_for_one_processor_are_kept_too() -> None:
    images = [Image(str(number), number, (f"v{number}",)) for number in range(25)]

    assert [image.tags[0] for image in kept(images, rules("Encoder"), 30)] == [f"v{number}" for number in range(5, 25)]


def test_an_image_that_nothing_names_goes_after_a_day(releases: list[Image]) -> None:
    half_pushed = [Image("young", 30), Image("old", 28)]

    gone = expired([*releases[-3:], *half_pushed], rules("Encoder"), today=30)

    assert [image.digest for image in gone] == ["old"]


def test_the_pipeline_s_repository_keeps_every_release_since_production_may_run_an_old_one(
    releases: list[Image],
) -> None:
    tagged = [Image(each.digest, each.day, each.tags or (f"commit-{each.digest}",), each.names) for each in releases]

    assert kept(tagged, rules("Store"), today=1000) == tagged
