"""The long form of the fault suite: rounds of uploads under random kills, until there were enough (KILLS, SEED)."""

import os
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from local.api import ApiError
from local.platform import Platform
from tests.faults.conftest import options
from tests.faults.world import World, kill
from tests.media.generate import clip

CLIPS = {"short": (2, 50), "film": (40, 1000)}
ROUND_KILLS = 20
ROUND_SECONDS = 60.0
MOST_SECONDS = 3600.0
EMULATOR_SHARE = 0.02


def spot(world: World, chance: random.Random) -> bool:
    """An interruption of Spot: SIGTERM to an encoder."""
    encoders = sorted(world.encoders)
    with suppress(ProcessLookupError):
        if encoders:
            os.kill(chance.choice(encoders), signal.SIGTERM)
            return True
    return False


def emulator(world: World, _: random.Random) -> bool:
    """AWS itself is gone for a moment, after it saved what it was told."""
    time.sleep(1.0)
    world.kill_emulator()
    return True


KILLS: dict[str, tuple[float, Callable[[World, random.Random], bool]]] = {
    "encoder": (0.45, lambda world, chance: kill(world.encoders, chance)),
    "function": (0.38, lambda world, chance: kill(world.workers, chance)),
    "spot": (0.15, spot),
    "emulator": (EMULATOR_SHARE, emulator),
}
"""Kinds of kills, how often each is chosen, and how it is done."""


def uploaded(world: World, clips: dict[str, Path], chance: random.Random) -> None:
    """Upload a few clips as a client does that tries again."""
    for name in chance.choices(list(clips), k=3):
        for _ in range(10):
            with suppress(ApiError, OSError):
                world.upload(clips[name], CLIPS[name][1])
                break


def play_round(world: World, clips: dict[str, Path], chance: random.Random, most: int) -> Counter[str]:
    """Upload, kill at random while anything is at work, and let it settle; how many kills of each kind."""
    kills: Counter[str] = Counter()
    uploaded(world, clips, chance)
    end = time.monotonic() + ROUND_SECONDS
    kinds, weights = list(KILLS), [share for share, _ in KILLS.values()]
    while kills.total() < most and time.monotonic() < end:
        (kind,) = chance.choices(kinds, weights)
        if KILLS[kind][1](world, chance):
            kills[kind] += 1
        time.sleep(chance.uniform(0.02, 0.8))
    return kills


def ended(world: World, wrong: list[str]) -> Counter[str]:
    """How the uploads of a round ended, and that every frame of the ready ones decodes."""
    ends: Counter[str] = Counter()
    for video_id, frames in world.uploads.items():
        video = world.api.video(video_id)
        ends[video["status"] if video["status"] != "failed" else f"failed ({video['error']['code']})"] += 1
        if video["status"] == "ready" and world.frames(video_id) != {frames}:
            wrong.append(f"{video_id} does not decode to {frames} frames")
    return ends


def cleared(world: World) -> None:
    """Delete what the round uploaded."""
    for video_id in list(world.uploads):
        world.api.call("DELETE", f"/videos/{video_id}")
        del world.uploads[video_id]


def main() -> int:
    """Play rounds; 0 when every one held."""
    wanted, seed = int(os.environ.get("KILLS") or 200), int(os.environ.get("SEED") or time.time())
    chance, began = random.Random(seed), time.monotonic()
    kills: Counter[str] = Counter()
    ends: Counter[str] = Counter()
    rounds = failed = 0
    print(f"SEED={seed}: at least {wanted} kills", flush=True)
    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder,
        Platform(options(Path(folder) / "state")) as platform,
    ):
        clips = {
            name: clip(Path(folder) / f"{name}.mp4", seconds=seconds, size="320x240")
            for name, (seconds, _) in CLIPS.items()
        }
        world = World(platform, may_fail=True)
        while kills.total() < wanted and time.monotonic() - began < MOST_SECONDS and not failed:
            rounds += 1
            kills += (these := play_round(world, clips, chance, min(ROUND_KILLS, wanted - kills.total())))
            wrong = world.settle()
            ends += (these_ends := ended(world, wrong) if not wrong else Counter())
            failed += bool(wrong)
            print(
                f"round {rounds}: kills {dict(these)}, uploads {dict(these_ends)}, wrong: {wrong or 'nothing'}",
                flush=True,
            )
            if not wrong:
                cleared(world)
    seconds = time.monotonic() - began
    print(
        f"{kills.total()} kills {dict(kills)} in {rounds} rounds, {seconds:.0f} s; {ends.total()} uploads {dict(ends)}"
    )
    print(f"SEED={seed}: {'every round held' if not failed else 'a round did not hold'}")
    return int(bool(failed) or kills.total() < wanted)


if __name__ == "__main__":
    sys.exit(main())
