import pytest

from tests import samples
from vod.money import limits
from vod.money.cost import MICRO
from vod.money.limits import Limits, Need

FILM = Need(14 * MICRO, 12 * 3600)


def test_without_limits_nothing_needs_an_approval() -> None:
    assert limits.needs_approval(FILM, Limits()) is None


@pytest.mark.parametrize(
    ("allowed", "says"),
    [
        (
            Limits(video_micro_usd=13_900_000),
            "about 14.00 USD to encode) is more than a video may cost without approval (13.9 USD)",
        ),
        (Limits(owner_micro_usd=13 * MICRO), "is more than you may encode in a whole day (13 USD)"),
        (Limits(owner_seconds=11 * 3600), "is more than you may encode in a whole day (11 hours of video)"),
    ],
)
def test_what_is_above_a_limit_by_itself_needs_one_and_the_sentence_says_what_to_do(allowed: Limits, says: str) -> None:
    error = limits.needs_approval(FILM, allowed)

    assert error
    assert error["code"] == "approval_required"
    assert says in error["message"]
    assert error["message"].startswith("This video (12.0 hours, about 14.00 USD to encode)")
    assert "POST /videos/{id}/retry" in error["message"]


def test_what_is_just_within_a_limit_needs_none() -> None:
    assert limits.needs_approval(FILM, Limits(14 * MICRO, 14 * MICRO, 12 * 3600)) is None


def test_a_day_that_is_over_says_its_limits_and_when_the_next_begins() -> None:
    error = limits.day_is_over(Limits(owner_micro_usd=5_500_000, owner_seconds=3600), samples.NOW)

    assert error["code"] == "daily_limit_reached"
    assert "(1 hours of video, 5.5 USD)" in error["message"]
    assert "resets at 2026-01-03 00:00 UTC" in error["message"]
