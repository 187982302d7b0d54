"""`make playback-key`, on this machine and against a Secrets Manager in process."""

from pathlib import Path

import boto3
import pytest
from cryptography.hazmat.primitives import serialization
from moto import mock_aws

from deployment import playback_key
from vod.access import signing


def test_a_kept_key_stays_the_same_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    made = playback_key.kept(tmp_path / "new")

    assert playback_key.kept(tmp_path / "new") == made
    assert (tmp_path / "new" / playback_key.FILE).stat().st_mode & 0o077 == 0


def test_its_public_half_is_what_functions_know_it_by() -> None:
    pem = playback_key.new_key()

    private = serialization.load_pem_private_key(pem.encode(), None)
    assert playback_key.public_half(pem) == signing.public_lines(private)  # type: ignore[arg-type]
    assert signing.load(pem, f"K1:{playback_key.public_half(pem)}").id == "K1"


def test_the_private_half_goes_to_the_secret_of_the_stack_and_is_never_printed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("STACK", "Mine")
    with mock_aws():
        assert [playback_key.main([]) for _ in range(2)] == [0, 0]

        stored = boto3.client("secretsmanager").get_secret_value(SecretId="Mine/playback-key")["SecretString"]
    printed = capsys.readouterr().out
    assert f"PlaybackPublicKey={playback_key.public_half(stored)}'\n" in printed
    assert "PRIVATE" not in printed


def test_without_aws_the_private_half_stays_in_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert playback_key.main([str(tmp_path)]) == 0

    pem = (tmp_path / playback_key.FILE).read_text()
    assert f"PlaybackPublicKey={playback_key.public_half(pem)}'\n" in capsys.readouterr().out
