"""The encoder's journal on scratch: which segments are durably stored, so that a killed task can resume.

It has one owner, the encoder that came last. Each writes a file of its own, which begins with what the one before had
noted; so no two ever write one file, also when a task runs on that its state machine has given up.

All tasks of a platform share scratch. Each line begins with a code that only the tasks of its run can make, over the
line and all before it: what somebody else wrote, changed or moved there is not read, nor what comes after it.
"""

import hmac
import json
import os
import secrets
import stat
import threading
from contextlib import suppress
from pathlib import Path

from vod.encoder.report import SegmentReport, TrackReport
from vod.errors import Superseded

_OWNER = "owner"
_FILES = "journal-*.jsonl"


def seal_of(token: bytes, run: str, chunk: int) -> bytes:
    """What only the tasks of one chunk of a run know, from what only those of the run do."""
    return hmac.digest(token, f"{run} {chunk}".encode(), "sha256")


def has_entries(place: Path) -> bool:
    """Whether any encoder noted something in a folder."""
    return any(file.stat().st_size for file in place.glob(_FILES))


class Journal:
    """Takes a folder over, and appends stored pieces; a line torn by a kill, or for want of space, is left out.

    `seal` is what only the tasks of this chunk know.
    """

    def __init__(self, place: Path, seal: bytes) -> None:
        self._place = place
        self._seal = seal
        self._code = ""
        self._owner = secrets.token_hex(8)
        self._path = self._file_of(self._owner)
        self._lock = threading.Lock()
        self._tracks: dict[str, TrackReport] = {}
        self._done: set[str] = set()
        self._take_over()

    def _file_of(self, owner: str) -> Path:
        return self._place / _FILES.replace("*", owner)

    def _take_over(self) -> None:
        """First what was noted is safe in our own file, then it is ours."""
        whole = self._genuine(self._before())
        for line in whole:
            self._apply(json.loads(line.partition(b" ")[2]))
        if whole:
            _write(self._path, "ab", b"".join(whole))
        # In place, not by renaming: who opens a file of NFS sees what was last written to it, a name may be cached.
        _write(self._place / _OWNER, "wb", f"{self._owner} {self._named(self._owner)}".encode())

    def _before(self) -> bytes:
        """The whole lines of who had it before."""
        with suppress(FileNotFoundError):
            written = _read(self._file_of(owner) if (owner := self._owner_now()) else self._newest_file())
            return written[: written.rfind(b"\n") + 1]
        return b""

    def _genuine(self, written: bytes) -> list[bytes]:
        """The lines up to the first that is not one of this run's."""
        lines = []
        for line in written.splitlines(keepends=True):
            code, _, entry = line.rstrip(b"\n").partition(b" ")
            if not hmac.compare_digest(code, self._coded(entry).encode()):
                break
            self._code = code.decode()
            lines.append(line)
        return lines

    def _coded(self, entry: bytes) -> str:
        return hmac.digest(self._seal, self._code.encode() + entry, "sha256").hex()

    def _owner_now(self) -> str:
        """Whose it is; empty while that is written, and where somebody else wrote it."""
        with suppress(FileNotFoundError):
            owner, _, code = _read(self._place / _OWNER).decode(errors="replace").partition(" ")
            return owner if hmac.compare_digest(code.encode(), self._named(owner).encode()) else ""
        return ""

    def _named(self, owner: str) -> str:
        return hmac.digest(self._seal, b"owner " + owner.encode(), "sha256").hex()

    def _newest_file(self) -> Path:
        """For an encoder that was killed while it wrote that it is the owner; its own file was there before."""
        return max(self._place.glob(_FILES), key=lambda file: file.stat().st_mtime_ns, default=self._path)

    def check(self) -> None:
        """Raise Superseded when another encoder has taken over: store nothing any more."""
        owner = self._owner_now()
        if owner not in ("", self._owner) or not (self._place / _OWNER).exists(follow_symlinks=False):
            raise Superseded

    def _apply(self, entry: dict[str, object]) -> None:
        name = str(entry["track"])
        if "init" in entry:
            self._tracks[name] = TrackReport.model_validate(entry["init"])
        elif "segment" in entry:
            track = self._tracks[name]
            segment = SegmentReport.model_validate(entry["segment"])
            kept = tuple(old for old in track.segments if old.number < segment.number)
            self._tracks[name] = track.model_copy(update={"segments": (*kept, segment)})
            self._done.discard(name)
        else:
            self._done.add(name)

    def _append(self, entry: dict[str, object]) -> None:
        with self._lock:
            line = json.dumps(entry).encode()
            code = self._coded(line)
            _write(self._path, "ab", code.encode() + b" " + line + b"\n")
            self._code = code
            self._apply(entry)

    def stored_init(self, track: TrackReport) -> None:
        """An init segment is stored; `track` has no segments yet."""
        self._append({"track": track.name, "init": track.model_dump()})

    def stored_segment(self, name: str, segment: SegmentReport) -> None:
        """A segment is stored; it replaces what was known of this and later numbers."""
        self._append({"track": name, "segment": segment.model_dump()})

    def finished(self, name: str) -> None:
        """A track is stored to its end."""
        self._append({"track": name, "done": True})

    def track(self, name: str) -> TrackReport | None:
        """What is stored of a track."""
        return self._tracks.get(name)

    def is_finished(self, name: str) -> bool:
        """True when the track is stored to its end."""
        return name in self._done

    def segments_stored(self, name: str) -> int:
        """How many segments of a track are stored."""
        track = self._tracks.get(name)
        return len(track.segments) if track else 0

    def forget(self) -> None:
        """Start over: what is stored no longer fits."""
        self._path.unlink(missing_ok=True)
        self._code = ""
        self._tracks.clear()
        self._done.clear()


def _read(path: Path) -> bytes:
    """A plain file's bytes; nothing of what else has its name, such as a pipe that nobody writes to."""
    return path.read_bytes() if stat.S_ISREG(path.lstat().st_mode) else b""


def _write(path: Path, mode: str, data: bytes) -> None:
    """Durably."""
    with path.open(mode) as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
