"""The encoder's journal on scratch: which segments are durably stored, so that a killed task can resume."""

import json
import os
import threading
from pathlib import Path

from vod.report import SegmentReport, TrackReport


class Journal:
    """An append-only file of stored pieces; a torn last line (killed while writing, or no space) is removed."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._tracks: dict[str, TrackReport] = {}
        self._done: set[str] = set()
        if path.exists():
            self._replay()

    def _replay(self) -> None:
        written = self._path.read_bytes()
        whole = written[: written.rfind(b"\n") + 1]
        if len(whole) < len(written):  # what comes next must not be written to the end of it
            os.truncate(self._path, len(whole))
        for line in whole.decode(errors="replace").splitlines():
            try:
                entry = json.loads(line)
            except ValueError:
                continue
            self._apply(entry)

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
            with self._path.open("a") as file:
                file.write(json.dumps(entry) + "\n")
                file.flush()
                os.fsync(file.fileno())
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
        self._tracks.clear()
        self._done.clear()
