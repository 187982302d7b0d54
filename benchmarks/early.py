"""How progress moves, and how soon a film can be watched: films through the whole platform on this machine."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

from benchmarks.bench import FULL_HD, Bench
from benchmarks.markdown import table
from deployment import STACK, stack
from local.api import FINAL, Api
from local.platform import Options, Platform
from vod import keys
from vod.manifest.growth import BEGINNING_SECONDS
from vod.plan.plan import SEGMENT_SECONDS, Plan

CASES = {2: (30, 90, 300), 1: (90,)}
"""Lengths of films (s) by cores."""
LOOK_SECONDS = 0.2
HEAD = (
    "cores",
    "film s",
    "encoding from",
    "longest standstill of progress",
    "goes back",
    f"{BEGINNING_SECONDS} s of everything stored",
    "playable",
    "ready",
)


@dataclass
class Seen:
    """What was seen of a film: when each status and each new percentage came first (s since the upload ended)."""

    statuses: dict[str, float] = field(default_factory=dict)
    percents: list[tuple[float, float]] = field(default_factory=list)
    stored: float | None = None

    def note(self, at: float, video: dict[str, Any]) -> None:
        """The API's answer at a time."""
        status, percent = video["status"], video["progress"]
        self.statuses.setdefault(status, at)
        if status in ("transcoding", "playable") and (not self.percents or self.percents[-1][1] != percent):
            self.percents.append((at, percent))

    @property
    def standstill(self) -> float:
        """The longest time without a new percentage, from the first look at the encode to the end of the film."""
        moments = [at for at, _ in self.percents] + [self.statuses["ready"]]
        return max(later - earlier for earlier, later in pairwise(moments))

    @property
    def goes_back(self) -> bool:
        """Whether a percentage was ever below the one before."""
        return any(later < earlier for (_, earlier), (_, later) in pairwise(self.percents))


def measure(bench: Bench) -> str:
    """A film of 1080p of each length, alone on the platform, with two cores and with one."""
    ten = bench.clips.mix(FULL_HD)
    rows = []
    for cores, lengths in CASES.items():
        with _on(cores), bench.scratch() as state, Platform(Options(state=state, port=0, tasks=cores)) as platform:
            for seconds in lengths:
                seen = _followed(platform, bench.clips.repeated(ten, seconds // 10))
                rows.append(_row(cores, seconds, seen))
                bench.tell(" | ".join(rows[-1]))
    return table(HEAD, rows)


@contextmanager
def _on(cores: int) -> Iterator[None]:
    """This process and what it starts on so many of the machine's cores."""
    usual = os.sched_getaffinity(0)
    os.sched_setaffinity(0, sorted(usual)[:cores])
    try:
        yield
    finally:
        os.sched_setaffinity(0, usual)


def _followed(platform: Platform, film: Path) -> Seen:
    api = Api(platform.api, platform.token)
    video_id = api.upload(film, lambda _: None)
    began, seen = time.monotonic(), Seen()
    while (video := api.video(video_id))["status"] not in FINAL:
        seen.note(time.monotonic() - began, video)
        if seen.stored is None and _is_stored(platform, video_id):
            seen.stored = time.monotonic() - began
        time.sleep(LOOK_SECONDS)
    if video["status"] != "ready":
        raise RuntimeError(f"{film.name} did not become ready: {video['error']}")
    seen.note(time.monotonic() - began, video)
    return seen


def _is_stored(platform: Platform, video_id: str) -> bool:
    """Whether the beginning of every rendition and sound track is in the bucket."""
    s3 = platform.clients.s3
    bucket = stack.read(platform.clients.cloudformation, STACK).outputs["OutputBucketName"]
    names = [each["Key"] for each in s3.list_objects_v2(Bucket=bucket, Prefix=f"jobs/{video_id}/").get("Contents", [])]
    at = next((name for name in names if name.endswith("plan.json")), None)
    if at is None:
        return False
    plan = Plan.model_validate_json(s3.get_object(Bucket=bucket, Key=at)["Body"].read())
    listed = s3.list_objects_v2(Bucket=bucket, Prefix=keys.run_prefix(video_id, plan.run)).get("Contents", [])
    there = {each["Key"] for each in listed}
    last = BEGINNING_SECONDS // SEGMENT_SECONDS - 1
    return all(plan.prefix + keys.segment_name(name, last) in there for name in plan.track_names)


def _row(cores: int, seconds: int, seen: Seen) -> tuple[str, ...]:
    playable = seen.statuses.get("playable")
    return (
        str(cores),
        str(seconds),
        _seconds(seen.statuses.get("transcoding")),
        _seconds(seen.standstill),
        "yes" if seen.goes_back else "no",
        _seconds(seen.stored),
        _seconds(playable),
        _seconds(seen.statuses["ready"]),
    )


def _seconds(at: float | None) -> str:
    return "-" if at is None else f"{at:.1f} s"
