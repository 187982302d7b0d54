"""Fields that come again, one kind in one of five pictures, are those of telecined film; all else is video."""

import random

import pytest

from vod.source.telecine import Fields, come_again

SIZE = 100


def film(pictures: int) -> list[bytes]:
    """Moments of a film, each unlike the one before."""
    dice = random.Random(1)
    return [dice.randbytes(SIZE) for _ in range(pictures)]


def telecined(moments: list[bytes]) -> list[Fields]:
    """Of every four moments, the second and the fourth are shown for three fields."""
    shown = [moment for number, moment in enumerate(moments) for _ in range(3 if number % 2 else 2)]
    return [Fields(upper, lower) for upper, lower in zip(shown[::2], shown[1::2], strict=False)]


def of_six(moments: list[bytes]) -> list[Fields]:
    """25 pictures a second as 30: of every five moments, the last but one and the last are shown a field longer."""
    lengths = (2, 2, 3, 2, 3)
    shown = [moment for number, moment in enumerate(moments) for _ in range(lengths[number % 5])]
    return [Fields(upper, lower) for upper, lower in zip(shown[::2], shown[1::2], strict=False)]


def test_film_that_was_made_video_is_known() -> None:
    assert come_again(telecined(film(48)))


@pytest.mark.parametrize(
    "pictures",
    [
        [Fields(one, other) for one, other in zip(film(120)[::2], film(120)[1::2], strict=True)],
        [Fields(one, one) for one in film(60)],
        of_six(film(50)),
        [Fields(film(1)[0], film(1)[0])] * 60,
        [Fields(film(1)[0], moment) for moment in film(60)],
        [None] * 60,
        [],
    ],
    ids=["interlaced", "progressive", "25 as 30", "still", "half still", "other formats", "nothing"],
)
def test_other_pictures_are_not(pictures: list[Fields | None]) -> None:
    assert not come_again(pictures)


def test_a_change_of_size_on_the_way_is_no_error() -> None:
    assert not come_again([Fields(b"1" * 10, b"2" * 10), Fields(b"1", b"2"), None])
