"""What becomes of a hostile file: probed in its sealed child and planned, as the platform does it, or refused."""

import io
import logging
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from tests import samples
from vod import keys
from vod.errors import REFUSALS
from vod.plan.make_plan import make_plan
from vod.plan.plan import SourceObject
from vod.sandbox.limits import PROBE
from vod.source.probe import Limits, Probe
from vod.steps.probe import ReadProbe, probe

BUDGET = replace(PROBE, cpu_seconds=20, wall_seconds=60)
"""A small file needs less than a second of it."""
LIMITS = Limits(max_bytes=50 * 2**30, max_seconds=12 * 3600)
CRASHED = "it broke the reader"
HUNG = ("no description in time", "memory or computing time")


@dataclass(frozen=True, slots=True)
class Verdict:
    """`outcome` is `admitted`, a refusal's code, or what must not be: `crashed`, `hung`, `internal`; and why."""

    outcome: str
    detail: str = ""

    @property
    def is_bad(self) -> bool:
        """Whether the file found a fault of ours."""
        return self.outcome not in ("admitted", *REFUSALS)


def verdict(data: bytes, read: ReadProbe) -> Verdict:
    """How a source with these bytes ends."""
    source = SourceObject(bucket="b", key=keys.source_key(samples.VIDEO_ID), version=None, size=len(data))
    with _told() as traces:
        try:
            answer = probe(source, len(data), LIMITS, lambda _: io.BytesIO(data), read)
            if answer["outcome"] == "admitted":
                found = Probe.model_validate_json(Probe.model_validate(answer["probe"]).model_dump_json())
                make_plan(samples.VIDEO_ID, samples.RUN, source, found)
                return Verdict("admitted")
        except Exception:  # whatever it is, the platform would call it internal
            return Verdict("internal", traceback.format_exc(limit=-6))
    error = answer["error"]
    if CRASHED in error["message"]:
        return Verdict("crashed", "".join(traces) or error["message"])
    return Verdict("hung" if any(each in error["message"] for each in HUNG) else error["code"])


@contextmanager
def _told() -> Iterator[list[str]]:
    """What the sealed child says of its end while this lasts."""
    lines: list[str] = []
    handler = logging.Handler()
    handler.emit = lambda record: lines.append(record.getMessage())  # type: ignore[method-assign]
    logger = logging.getLogger("vod.source.sealed_probe")
    logger.addHandler(handler)
    try:
        yield lines
    finally:
        logger.removeHandler(handler)
