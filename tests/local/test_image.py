"""The encoder's code lies where the image has it."""

from pathlib import Path

from local import image
from local.platform import REPOSITORY


def test_the_entry_point_and_the_package_lie_side_by_side(tmp_path: Path) -> None:
    image.build(REPOSITORY, tmp_path / "image")

    assert (tmp_path / "image" / "app" / "encode.py").is_file()
    assert (tmp_path / "image" / "app" / "vod" / "__init__.py").is_file()


def test_nothing_of_an_earlier_build_is_left(tmp_path: Path) -> None:
    image.build(REPOSITORY, tmp_path)
    (tmp_path / "app" / "old.py").touch()

    image.build(REPOSITORY, tmp_path)

    assert not (tmp_path / "app" / "old.py").exists()
