"""The smoke test fails loudly, with what the platform says, and cleans up what it can."""

from pathlib import Path
from typing import Any

import pytest
from moto import mock_aws

from deployment import smoke as module
from deployment.smoke import Smoke, SmokeError, main, visitor
from local.api import ApiError

ERROR = {"code": "encode_failed", "message": "FFmpeg gave up."}


class Platform:
    """The API of a platform whose one video goes through these states."""

    def __init__(self, *states: dict[str, Any]) -> None:
        self.states, self.deleted = list(states), False

    def upload(self, path: Path, advance: Any) -> str:
        return "v1"

    def video(self, video_id: str) -> dict[str, Any]:
        return {"id": video_id, **(self.states.pop(0) if len(self.states) > 1 else self.states[0])}

    def call(self, method: str, path: str) -> None:
        assert (method, path) == ("DELETE", "/videos/v1")
        self.deleted = True


READY = {"status": "ready", "progress": 100, "playback": {"hls": "h", "dash": "d"}}


def said_by(platform: Any, tmp_path: Path, limit_seconds: float = 5) -> list[str]:
    """What is said."""
    said: list[str] = []
    clip = tmp_path / "clip.mp4"
    clip.write_bytes(b"clip")
    Smoke(platform, said.append, limit_seconds, poll_seconds=0).run(clip)
    return said


@pytest.fixture
def plays(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("check_hls", "check_dash"):
        monkeypatch.setattr(module, name, lambda address, fetch: 4)


def test_progress_is_told_and_the_video_is_deleted(tmp_path: Path, plays: None) -> None:
    half = {"status": "transcoding", "progress": 50}
    platform = Platform({"status": "queued", "progress": None}, half, half, READY)

    said = said_by(platform, tmp_path)

    assert said[1:4] == ["video v1: queued, 0 %", "video v1: transcoding, 50 %", "video v1: ready, 100 %"]
    assert platform.deleted


def test_a_video_that_fails_is_named_with_its_reason_and_kept(tmp_path: Path) -> None:
    platform = Platform({"status": "failed", "progress": 10, "error": ERROR})

    with pytest.raises(SmokeError, match=r"v1 is failed: encode_failed: FFmpeg gave up\."):
        said_by(platform, tmp_path)

    assert not platform.deleted


def test_a_video_that_never_ends_is_not_waited_for(tmp_path: Path) -> None:
    with pytest.raises(SmokeError, match=r"not finished after 0\.05 s"):
        said_by(Platform({"status": "queued", "progress": 0}), tmp_path, limit_seconds=0.05)


def test_a_video_that_does_not_play_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(address: str, fetch: Any) -> int:
        raise OSError("HTTP Error 403")

    monkeypatch.setattr(module, "check_hls", refused)

    with pytest.raises(SmokeError, match="does not play as hls: HTTP Error 403"):
        said_by(Platform(READY), tmp_path)


class Cognito:
    """A pool of users with one client, `c`."""

    def __init__(self) -> None:
        self.users: dict[str, str] = {}

    def admin_create_user(self, UserPoolId: str, Username: str, MessageAction: str) -> None:
        assert (UserPoolId, MessageAction) == ("pool", "SUPPRESS")
        self.users[Username] = ""

    def admin_set_user_password(self, UserPoolId: str, Username: str, Password: str, Permanent: bool) -> None:
        assert Permanent
        self.users[Username] = Password

    def initiate_auth(self, ClientId: str, AuthFlow: str, AuthParameters: dict[str, str]) -> Any:
        assert (ClientId, AuthFlow) == ("c", "USER_PASSWORD_AUTH")
        assert self.users[AuthParameters["USERNAME"]] == AuthParameters["PASSWORD"]
        return {"AuthenticationResult": {"IdToken": f"token of {AuthParameters['USERNAME']}"}}

    def admin_delete_user(self, UserPoolId: str, Username: str) -> None:
        del self.users[Username]


def test_the_visitor_signs_in_and_is_gone_afterwards_whatever_happened() -> None:
    cognito = Cognito()

    with pytest.raises(ApiError) as failed, visitor(cognito, "pool", "c") as token:
        there = list(cognito.users)
        raise ApiError(token)

    assert str(failed.value) == f"token of {there[0]}"
    assert there[0].startswith("smoke-")
    assert cognito.users == {}


def test_in_a_pool_of_addresses_the_visitor_has_one() -> None:
    with visitor(Cognito(), "pool", "c", "@example.com") as token:
        assert token.endswith("@example.com")


def test_without_a_stack_it_says_so(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")

    with mock_aws():
        code = main(["--stack", "nowhere"])

    assert code == 1
    assert "there is no stack nowhere" in capsys.readouterr().err
