from datetime import timedelta

import pytest

from tests import samples
from tests.signing_keys import KEY
from vod.access.delivery import Delivery, signed_until
from vod.record.status import Status

BASE = f"https://cdn.example/videos/{samples.VIDEO_ID}/{samples.RUN}/"
API = f"https://cdn.example/api/videos/{samples.VIDEO_ID}/manifest/{samples.RUN}/"
UNTIL = samples.NOW + timedelta(hours=12)
READY = samples.video(Status.READY, has_poster=True, has_storyboard=True)


def test_plain_addresses_lead_to_the_cdn() -> None:
    assert Delivery("https://cdn.example", KEY).plain(READY) == {
        "hls": BASE + "index.m3u8",
        "dash": BASE + "index.mpd",
        "poster": BASE + "poster.jpg",
        "storyboard": BASE + "storyboard.vtt",
    }


def test_signed_addresses_of_what_names_further_files_lead_to_the_api() -> None:
    delivery = Delivery("https://cdn.example", KEY)
    given = delivery.pass_to(samples.VIDEO_ID, UNTIL)

    assert delivery.signed(READY, UNTIL) == {
        "hls": f"{API}index.m3u8?{given.api_query}",
        "dash": f"{API}index.mpd?{given.api_query}",
        "poster": f"{BASE}poster.jpg?{given.query}",
        "storyboard": f"{API}storyboard.vtt?{given.api_query}",
    }


def test_public_videos_need_no_signature() -> None:
    delivery = Delivery("https://cdn.example")

    assert delivery.signed(READY, UNTIL) == delivery.plain(READY)


def test_a_pass_opens_one_video_only() -> None:
    delivery = Delivery("https://cdn.example", KEY)
    given = delivery.pass_to(samples.VIDEO_ID, UNTIL)

    assert delivery.admits(samples.VIDEO_ID, "run/index.m3u8", given, samples.NOW)
    assert not delivery.admits("f" * 20, "run/index.m3u8", given, samples.NOW)
    assert not Delivery("https://cdn.example").admits(samples.VIDEO_ID, "run/index.m3u8", given, samples.NOW)


@pytest.mark.parametrize("status", sorted({*Status} - {Status.READY, Status.PLAYABLE}))
def test_there_is_no_address_while_there_is_nothing_to_play(status: Status) -> None:
    assert Delivery("https://cdn.example", KEY).plain(samples.video(status, run=samples.RUN)) is None
    assert Delivery("https://cdn.example", KEY).signed(samples.video(status, run=samples.RUN), UNTIL) is None


def test_addresses_stay_the_same_for_an_hour_and_live_for_twelve() -> None:
    hour = samples.NOW.replace(minute=0, second=0)

    ends = {signed_until(hour + timedelta(minutes=minute)) for minute in (1, 30, 60)}

    assert ends == {hour + timedelta(hours=13)}
    assert signed_until(hour + timedelta(minutes=61)) == hour + timedelta(hours=14)
