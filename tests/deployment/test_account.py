"""A step of the pipeline that acts in another account."""

import subprocess
from typing import Any

import pytest

from deployment import account

ROLE = "arn:aws:iam::123456789012:role/there"
GIVEN = {"AccessKeyId": "id", "SecretAccessKey": "se'cret $HOME", "SessionToken": "token"}


class Sts:
    """Answers for one role."""

    def assume_role(self, **request: str) -> dict[str, Any]:
        assert request == {"RoleArn": ROLE, "RoleSessionName": "pipeline"}
        return {"Credentials": GIVEN}


def test_a_shell_has_the_role_s_credentials_from_then_on() -> None:
    names = " ".join(f'"${name}"' for name in account.VARIABLES)

    script = f"{account.exports(Sts(), ROLE)}\nprintf '%s\\n' {names}"
    said = subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=True).stdout

    assert said.splitlines() == list(GIVEN.values())


def test_a_refusal_is_told_and_ends_the_step(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")

    assert account.main([ROLE]) == 1
    assert capsys.readouterr().err.startswith(f"{ROLE}: ")
