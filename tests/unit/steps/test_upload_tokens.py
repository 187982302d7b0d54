from dataclasses import replace
from datetime import timedelta

import pytest

from tests import samples
from tests.fakes import FakeUploadTokens, FakeVideos
from vod import clock
from vod.access import upload_token
from vod.access.caller import Caller
from vod.access.upload_token import UploadToken
from vod.errors import Conflict, NotFound
from vod.record.status import Status
from vod.steps.upload_tokens import Inviting


def test_a_token_is_for_one_upload_that_goes_on() -> None:
    video, tokens = samples.video(), FakeUploadTokens()
    step = Inviting(FakeVideos({video.id: video}), tokens, lambda: samples.NOW)

    token, ends = step.invite(Caller("ann"), video.id)

    expires = samples.NOW + timedelta(hours=1)
    token_id = upload_token.id_of(token) or ""
    assert ends == clock.stamp(expires)
    assert tokens.records == {token_id: UploadToken(token_id, video.id, "ann", int(expires.timestamp()))}
    assert token not in str(tokens.records)
    with pytest.raises(NotFound):
        step.invite(Caller("bob"), video.id)


def test_where_the_file_has_arrived_nobody_is_invited() -> None:
    video = replace(samples.video(), status=Status.QUEUED)

    with pytest.raises(Conflict):
        Inviting(FakeVideos({video.id: video}), FakeUploadTokens()).invite(Caller("ann"), video.id)
