"""`make time-to-watch`: from the last byte of an upload to a picture; the tables of docs/time-to-watch.md.

Clips of several lengths go through the platform on this machine with AWS's clock (local/emulator/latencies.py), first
with no function loaded, then with all of them. What is encoded in tasks, and many uploads at once, are simulated.
`ONLY="10 60"` measures those lengths (s) again and keeps what was measured of the others. Times are seconds.
"""

import heapq
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from benchmarks import clips, clocked_uploads, markdown
from benchmarks.clips import KEPT
from benchmarks.clocked_uploads import Watched
from benchmarks.scaling import policy
from benchmarks.simulation import Film, simulate
from vod.plan.plan import LEAST_GROWING_SECONDS

DOCUMENT = Path(__file__).parent.parent / "docs" / "time-to-watch.md"
MEASURED = KEPT / "time-to-watch.json"
LENGTHS = (10, 60, 300, 7200)
MEMORIES = (3008, 6144)
MUX = {10: "2.0 s", 60: "2.0 s", 300: "9.0 s", 7200: "93.5 s"}
"""Medians that Mux publishes for these lengths (to ready), November 2026."""
WHOLE_SECONDS = 90
PIECES = {10: 3, 60: 15, 300: 15, 7200: 15}
"""Of these lengths, so many functions encode pictures at once."""
CROWD, CROWD_MEMORY = 60, 6144
Measured = dict[str, Watched]


def key(seconds: int, memory: int, is_cold: bool) -> str:
    """What a measurement is filed under."""
    return f"{seconds} s, {memory} MiB, {'cold' if is_cold else 'warm'}"


def measure(lengths: Sequence[int]) -> Iterator[tuple[str, Watched]]:
    """Each length and memory: cold first, which leaves every function loaded."""
    found = clips.found(KEPT / "clips")
    for seconds in lengths:
        path = clocked_uploads.clip(found, seconds)
        for memory in MEMORIES:
            slower = clocked_uploads.slow_motion(PIECES[seconds], memory)
            print(f"{told(seconds)} with {memory} MiB, {slower} times slower than AWS", file=sys.stderr)
            with clocked_uploads.platform(memory, slower) as running:
                for is_cold in (True, False):
                    yield (
                        key(seconds, memory, is_cold),
                        clocked_uploads.watched(running, path, seconds <= WHOLE_SECONDS, is_cold),
                    )


def without_lane(seconds: int) -> Watched:
    """In tasks alone, by the simulation of docs/scaling.md."""
    (outcome,), _ = simulate([Film(float(seconds))], policy())
    return Watched(outcome.playable if seconds >= LEAST_GROWING_SECONDS else None, outcome.ready, ())


def many(uploads: int, concurrency: int, one: Watched) -> float:
    """Seconds until the last of so many uploads that end together is ready, on so many functions, where `one` alone
    took what was measured."""
    assert one.ready
    around = one.ready - max(one.pieces)
    free = [0.0] * min(concurrency, uploads * len(one.pieces))
    last = 0.0
    for _ in range(uploads):
        for piece in one.pieces:
            ends = heapq.heappop(free) + piece
            last = max(last, ends)
            heapq.heappush(free, ends)
    return around + last


def tables(measured: Mapping[str, Watched]) -> dict[str, str]:
    """The measured parts of the document."""
    rows = []
    for seconds in LENGTHS:
        tasks = without_lane(seconds)
        for memory in MEMORIES:
            cold, warm = (
                measured.get(key(seconds, memory, is_cold), Watched(None, None, ())) for is_cold in (True, False)
            )
            ready = (warm.ready, cold.ready) if seconds <= WHOLE_SECONDS else (tasks.ready, tasks.ready)
            rows.append(
                (
                    *(told(seconds), memory),
                    *(_shown(each) for each in (warm.playable, cold.playable, *ready)),
                    *(f"{_shown(tasks.playable)} / {_shown(tasks.ready)}", MUX[seconds]),
                )
            )
    head = ("video", "MiB", "playable", "cold", "ready", "cold", "tasks alone: playable / ready", "Mux, ready")
    found = {"times": markdown.table(head, rows)}
    if one := measured.get(key(CROWD, CROWD_MEMORY, is_cold=False)):
        crowds = [
            (number, *(_shown(many(number, concurrency, one)) for concurrency in (10, 100, 1000)))
            for number in (1, 10, 100)
        ]
        found["many"] = markdown.table(("uploads of a minute at once", "10 functions", "100", "1,000"), crowds)
    return found


def told(seconds: int) -> str:
    """A length, as the document says it."""
    return f"{seconds} s" if seconds < 120 else f"{seconds // 60} min" if seconds < 3600 else f"{seconds // 3600} h"


def _shown(seconds: float | None) -> str:
    if seconds is None:
        return "-"
    return f"{seconds:.1f} s" if seconds < 60 else f"{int(seconds // 60)} min {seconds % 60:02.0f} s"


def known() -> Measured:
    """What was measured on this machine before."""
    if not MEASURED.exists():
        return {}
    stored = json.loads(MEASURED.read_text())
    return {name: Watched(each["playable"], each["ready"], tuple(each["pieces"])) for name, each in stored.items()}


def main(words: Sequence[str]) -> None:
    """Measure, write the tables into the document, and show them."""
    measured = known()
    for name, found in measure([int(word) for word in words] or LENGTHS):
        measured[name] = found
        print(f"{name}: {found}", file=sys.stderr)
        MEASURED.write_text(json.dumps({each: asdict(value) for each, value in measured.items()}))
    document = DOCUMENT.read_text()
    for name, table in tables(measured).items():
        document = markdown.replaced(document, name, table)
        print(f"{table}\n")
    DOCUMENT.write_text(document)


if __name__ == "__main__":
    main(sys.argv[1:])
