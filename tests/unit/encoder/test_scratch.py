import os
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from vod.encoder.scratch import LEFT_SECONDS, clear, count, make_room, remove, sweep, take

OLD = 1_000_000.0


def left(scratch: Path, name: str, written: float) -> Path:
    file = scratch / name / "run" / "source"
    file.parent.mkdir(parents=True)
    file.write_bytes(b"x")
    for entry in (file, file.parent, file.parent.parent):
        os.utime(entry, (written, written))
    return scratch / name


def test_only_what_is_old_and_not_encoding_is_removed(tmp_path: Path) -> None:
    now = OLD + LEFT_SECONDS + 10
    crashed, working, recent = (
        left(tmp_path, "crashed", OLD),
        left(tmp_path, "working", OLD),
        left(tmp_path, "recent", now),
    )

    gone = sweep(tmp_path, lambda video_id: video_id == "working", lambda: now)

    assert gone == ["crashed"]
    assert (crashed.exists(), working.exists(), recent.exists()) == (False, True, True)


def test_a_task_gets_its_folder_while_another_one_s_end_removes_those_above_it(tmp_path: Path) -> None:
    def task(name: str) -> None:
        for _ in range(1500):
            (take(tmp_path / "video" / "run" / name) / "source").write_bytes(b"x")
            clear(tmp_path, tmp_path / "video" / "run" / name)

    with ThreadPoolExecutor(3) as tasks:
        list(tasks.map(task, ("chunk-00000", "chunk-00001", "chunk-00002")))

    assert list(tmp_path.iterdir()) == []


def test_room_is_made_of_the_source_alone_where_something_is_stored_already(tmp_path: Path) -> None:
    begun, fresh = (take(tmp_path / "video" / "run" / name) for name in ("chunk-00000", "chunk-00001"))
    (begun / "journal-a.jsonl").write_text("{}\n")
    (fresh / "journal-a.jsonl").touch()
    for place in (begun, fresh):
        (place / "source").write_bytes(b"x")
        (place / "source.part").write_bytes(b"x")
        make_room(tmp_path, place)

    assert [path.name for path in begun.iterdir()] == ["journal-a.jsonl"]
    assert not fresh.exists()


def test_what_its_task_removes_meanwhile_is_not_old(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    left(tmp_path, "ending", OLD)
    monkeypatch.setattr(Path, "rglob", lambda folder, _: [folder / "gone"])

    assert sweep(tmp_path, lambda _: False) == []


def test_a_time_to_come_a_link_and_what_cannot_be_looked_at_keep_no_sweep_from_the_rest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scratch, elsewhere = tmp_path / "scratch", tmp_path / "elsewhere"
    left(scratch, "odd", OLD + 10 * LEFT_SECONDS)
    left(scratch, "old", OLD - 2 * LEFT_SECONDS)
    left(tmp_path, "elsewhere", OLD)
    (scratch / "link").symlink_to(elsewhere)
    look = Path.lstat

    def lstat(entry: Path) -> os.stat_result:
        if entry.name == "source" and "old" in entry.parts:
            raise PermissionError(entry)
        return look(entry)

    monkeypatch.setattr(Path, "lstat", lstat)
    gone = sweep(scratch, lambda _: False, lambda: OLD)

    assert sorted(gone) == ["odd", "old"]
    assert elsewhere.exists()


def test_what_could_not_be_removed_is_not_said_to_be_gone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    left(tmp_path, "a", OLD)
    monkeypatch.setattr(shutil, "rmtree", lambda *_, **__: None)

    assert remove(tmp_path, "a") == 0


def test_all_of_a_video_is_counted_and_removed_and_nothing_of_others(tmp_path: Path) -> None:
    for name in ("a", "b"):
        left(tmp_path, name, OLD)

    assert (count(tmp_path, "a"), remove(tmp_path, "a"), remove(tmp_path, "a"), count(tmp_path, "b")) == (1, 1, 0, 1)
    for hostile in ("..", "b/run", "", "/"):
        with pytest.raises(ValueError, match="not the id"):
            remove(tmp_path, hostile)
