from fractions import Fraction

import pytest

from vod.media.sound_role import SoundRole
from vod.source.track_choice import PictureFacts, film, sound_role


def picture(index: int, **facts: object) -> PictureFacts:
    usual = {"pixels": 100, "pictures": 50, "seconds": Fraction(10), "is_default": False, "is_still": False}
    return PictureFacts(index=index, **(usual | facts))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "other",
    [
        {"pixels": 900, "pictures": 1},
        {"pixels": 900, "is_still": True},
        {"pixels": 900, "seconds": Fraction(4)},
        {"pixels": 99},
    ],
    ids=str,
)
def test_the_film_is_what_moves_and_is_long_and_then_what_is_large(other: dict[str, object]) -> None:
    assert film([picture(0), picture(1, **other)]) == 0
    assert film([picture(1, **other), picture(0)]) == 0


def test_a_mark_counts_more_than_size() -> None:
    assert film([picture(0, pixels=900), picture(1, is_default=True)]) == 1
    assert film([picture(0, is_default=True), picture(1, is_default=True, pixels=900)]) == 1


def test_a_still_is_better_than_nothing() -> None:
    assert film([picture(3, pictures=1, is_still=True)]) == 3
    assert film([]) is None


@pytest.mark.parametrize(
    ("marks", "title", "role"),
    [
        ({"default"}, None, SoundRole.MAIN),
        ({"visual_impaired"}, None, SoundRole.DESCRIPTION),
        ({"comment", "default"}, None, SoundRole.COMMENTARY),
        ({"hearing_impaired"}, None, SoundRole.HARD_OF_HEARING),
        ({"dub"}, None, SoundRole.DUB),
        (set(), "Director's Commentary", SoundRole.COMMENTARY),
        (set(), "English Audio Description", SoundRole.DESCRIPTION),
        (set(), "Surround 5.1", SoundRole.MAIN),
    ],
)
def test_what_a_sound_track_is_for(marks: set[str], title: str | None, role: SoundRole) -> None:
    assert sound_role(frozenset(marks), title) is role
