"""Every measurement in turn, each written into docs/benchmarks.md as soon as it is made.

Run: make bench          (all, about 25 minutes on two quiet cores)
     make bench ONLY="one-pass chunks"
"""

import argparse
import sys
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks import (
    chunked,
    clips,
    costs,
    early,
    equal_quality,
    machine,
    markdown,
    one_pass,
    pieces,
    presets,
    shaka,
    sizing,
    whole_job,
)
from benchmarks.bench import Bench
from benchmarks.clips import KEPT

ROOT = Path(__file__).parent.parent
DOCUMENT = ROOT / "docs" / "benchmarks.md"
MEASUREMENTS: dict[str, Callable[[Bench], str]] = {
    "one-pass": one_pass.measure,
    "whole-task": whole_job.measure,
    "shaka-streamer": shaka.measure,
    "chunks": chunked.measure,
    "pieces": pieces.measure,
    "presets": presets.measure,
    "equal-quality": equal_quality.measure,
    "sizing": sizing.measure,
    "costs": costs.measure,
    "early": early.measure,
}


def main() -> None:
    """Measure what is asked for, all of it by default."""
    parser = argparse.ArgumentParser(prog="make bench")
    parser.add_argument("only", nargs="*", choices=[*MEASUREMENTS, []], metavar="NAME", help=", ".join(MEASUREMENTS))
    asked = parser.parse_args().only or list(MEASUREMENTS)
    bench = Bench(clips.found(KEPT / "clips"), KEPT)
    if bench.clips.warning:
        print(f"\n*** {bench.clips.warning} ***\n", file=sys.stderr)
    began = time.monotonic()
    for number, name in enumerate(asked, start=1):
        print(f"[{number}/{len(asked)}, {time.monotonic() - began:.0f} s] {name}", file=sys.stderr, flush=True)
        _write(name, _described(name, bench))
    print(f"{DOCUMENT.relative_to(ROOT)} is written after {time.monotonic() - began:.0f} s", file=sys.stderr)


def _described(name: str, bench: Bench) -> str:
    body = MEASUREMENTS[name](bench)
    warning = f"**{bench.clips.warning}**\n\n" if bench.clips.warning else ""
    return f"{warning}{body}\n\n{machine.stamp(name)}"


def _write(name: str, body: str) -> None:
    DOCUMENT.write_text(markdown.replaced(DOCUMENT.read_text(), name, body))


if __name__ == "__main__":
    main()
