"""Run the fuzzer: RUNS mutants of SEED, or MUTANT alone, which is also written to .local/mutant."""

import os
import sys
import tempfile
from pathlib import Path

from tests.fuzz import files
from tests.fuzz.changes import changed
from tests.fuzz.mutants import mutation
from tests.fuzz.run import run

KEPT = Path(".local/mutant")


def main() -> int:
    """Print each fault and how to repeat it; exit 1 when there is one."""
    seed = int(os.environ.get("SEED") or "1")
    one = os.environ.get("MUTANT")
    numbers = [int(one)] if one else range(int(os.environ.get("RUNS") or "1000"))
    with tempfile.TemporaryDirectory() as folder:
        sources = [*files.made(Path(folder)), *files.real()]
        if one:
            file = sources[numbers[0] % len(sources)]
            KEPT.parent.mkdir(exist_ok=True)
            KEPT.write_bytes(changed(file.read_bytes(), mutation(file.read_bytes(), seed, numbers[0])))
            print(f"{file.name} as {KEPT}")
        found = run(sources, seed, numbers)
    for bad in found.bad:
        print(bad, end="\n\n")
    print(f"{len(numbers)} mutants of {len(sources)} files, seed {seed}: {dict(found.outcomes.most_common())}")
    return bool(found.bad)


if __name__ == "__main__":
    sys.exit(main())
