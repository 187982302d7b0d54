import hashlib

import pytest

from tests import samples
from vod.access import share
from vod.access.share import Share


def test_a_token_leads_to_its_video_and_cannot_be_guessed() -> None:
    token, other = share.new_token(samples.VIDEO_ID), share.new_token(samples.VIDEO_ID)

    assert share.video_id_of(token) == samples.VIDEO_ID
    assert token != other
    assert len(token) == len(samples.VIDEO_ID) + 43  # 256 bits in base64


def test_what_is_stored_is_a_hash_of_the_token() -> None:
    assert share.id_of("token") == hashlib.sha256(b"token").hexdigest()


@pytest.mark.parametrize("text", ["", "x", samples.VIDEO_ID, "z" * 63, samples.VIDEO_ID + "z" * 43 + "\n", "../" * 21])
def test_what_is_no_token_leads_nowhere(text: str) -> None:
    assert share.video_id_of(text) is None


def test_a_link_opens_until_it_expires_or_is_revoked() -> None:
    assert Share("h", "v", "now", 100).opens(99.9)
    assert not Share("h", "v", "now", 100).opens(100)
    assert not Share("h", "v", "now", 100, is_revoked=True).opens(1)
