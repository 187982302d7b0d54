"""Keys and tokens that lie on a disk are for their owner alone."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from deployment import playback_key, private_file
from local.platform import write_env

OTHERS = 0o077


@pytest.fixture(autouse=True)
def generous() -> Iterator[None]:
    """A user whose new files everybody may read and write."""
    before = os.umask(0)
    yield
    os.umask(before)


def rights(path: Path) -> int:
    return path.stat().st_mode & OTHERS


def test_a_new_file_is_its_owner_s(tmp_path: Path) -> None:
    private_file.write(tmp_path / "token", "secret")

    assert ((tmp_path / "token").read_text(), rights(tmp_path / "token")) == ("secret", 0)


def test_what_others_prepared_is_not_written_into(tmp_path: Path) -> None:
    (tmp_path / "token.new").write_text("")

    private_file.write(tmp_path / "token", "secret")

    assert rights(tmp_path / "token") == 0
    assert not (tmp_path / "token.new").exists()


def test_a_link_in_its_place_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "token.new").symlink_to(tmp_path / "elsewhere")

    private_file.write(tmp_path / "token", "secret")

    assert not (tmp_path / "elsewhere").exists()


def test_the_key_of_playback_is_closed_even_where_it_was_open(tmp_path: Path) -> None:
    playback_key.kept(tmp_path)
    (tmp_path / playback_key.FILE).chmod(0o644)

    playback_key.kept(tmp_path)

    assert rights(tmp_path / playback_key.FILE) == 0


def test_the_file_of_tokens_is_closed(tmp_path: Path) -> None:
    (tmp_path / "env.new").write_text("")

    write_env(tmp_path / "env", {"VOD_TOKEN": "t"})

    assert rights(tmp_path / "env") == 0


@pytest.mark.parametrize("was_there", [True, False])
def test_nobody_else_enters_the_state_of_an_emulated_account(tmp_path: Path, was_there: bool) -> None:
    state = tmp_path / "deep" / "state"
    if was_there:
        state.mkdir(parents=True)

    private_file.folder(state)

    assert rights(state) == 0
