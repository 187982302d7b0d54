"""Encodes the chunks of a plan that have no report yet, in a process that may be killed at any instruction.

Usage: python -m tests.media.encode_child PLAN SOURCE FOLDER. It tells every object's key before it stores it.
Exit 0: all are encoded; 1: try again.
"""

import sys
from dataclasses import replace
from pathlib import Path

from tests.fakes import FolderOutput
from tests.media.in_process import encoder
from vod import keys
from vod.errors import EncodeInterrupted
from vod.plan.plan import Plan
from vod.steps.encode import encode


class Telling(FolderOutput):
    """Says what it is about to store."""

    def put(self, key: str, data: bytes) -> None:
        print(key, flush=True)
        super().put(key, data)


def main(plan_file: Path, source: Path, folder: Path) -> int:
    plan = Plan.model_validate_json(plan_file.read_text())
    telling = replace(encoder(source, folder), output=Telling(folder))
    for chunk in plan.chunks:
        if (folder / keys.report_key(plan.video_id, plan.run, chunk.index)).exists():
            continue
        try:
            encode(telling, plan, chunk)
        except EncodeInterrupted:
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(*map(Path, sys.argv[1:])))
