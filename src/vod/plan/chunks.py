"""Chunks: where a video is cut for parallel tasks, and what one task needs."""

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from math import ceil

from vod.frozen import Frozen

MOST_TASKS = 40
"""Of one video at a time: an INLINE Map of Step Functions runs no more items."""
STATE_SECONDS = 12 * 3600
"""After so long the state machine gives a task up (TimeoutSeconds in transcode.asl.yaml), and may leave it running."""
TASK_SECONDS = STATE_SECONDS - 15 * 60
"""After so long an encoder ends itself, with what is finished noted; its start took some of the state's time too."""
MOST_EVENTS = 24_800
"""Of an execution's history, which Step Functions ends at 25,000; some are left for what stands around the chunks."""
EVENTS_CHUNK, EVENTS_WAIT, EVENTS_PIECE = 155, 40, 78
"""A chunk's events at worst, every try used, those of one wait for capacity, and those of a function that is asked in
vain before (tests/templates counts them)."""
_MOST_WAITS, _PATIENCE_SECONDS = 60, 5 * 3600


class Lane(StrEnum):
    """Where a chunk is encoded: in a Fargate task, or in a function, which starts at once and costs four times as
    much."""

    TASK = "task"
    FUNCTION = "function"


class Chunk(Frozen):
    """Segments [first, end) of every rung, made by one task of `cpu` units and `memory` MiB; end None = to the last.

    What is encoded in a function has the size of a task too: of the one that does what no function could.
    `heard_segments`: it makes so many segments of sound alone, for who watches before the extras are made.
    `ranges` are the bytes [first, end) of the source that it needs, None for all of it; `disk` is the task's own, in
    GiB.
    `video` is False for a task that makes only extras: what is made once over the whole source (sound, poster).
    """

    index: int
    video: bool
    first_segment: int
    end_segment: int | None
    extras: bool
    cpu: int
    memory: int
    ranges: tuple[tuple[int, int], ...] | None = None
    disk: int = 21
    lane: Lane = Lane.TASK
    heard_segments: int = 0


@dataclass(frozen=True, slots=True)
class FunctionLane:
    """What goes to functions of `memory` MiB: whole videos of at most `whole_seconds`, and the first `head_seconds` of
    longer ones, so that they are watched while tasks start. 0 = nothing."""

    whole_seconds: int = 0
    head_seconds: int = 0
    memory: int = 3008


TASKS_ONLY = FunctionLane(memory=0)


@dataclass(frozen=True, slots=True)
class ChunkPolicy:
    """How long a chunk should at least be (s of video), how many a video may have at most (beside the extras), and in
    what time (s) the encode should be done; 0 = as soon as possible.

    Each chunk costs a task start and re-decodes a little: minutes are cheap, seconds are not (docs/decisions.md).
    """

    least_seconds: Fraction = Fraction(60)
    most: int = 19
    target_seconds: int = 0
    functions: FunctionLane = TASKS_ONLY


def count(seconds: Fraction, encode_seconds: float, policy: ChunkPolicy) -> int:
    """How many chunks a video of this length (s) gets that one task would encode in `encode_seconds`: no more than
    the target needs, each of at least the policy's length."""
    allowed = min(policy.most, int(seconds / policy.least_seconds))
    wanted = ceil(encode_seconds / policy.target_seconds) if policy.target_seconds else allowed
    return max(1, min(allowed, wanted))


def split(segments: int, chunks: int) -> list[tuple[int, int | None]]:
    """Runs [first, end) that cover `segments` evenly; the last one is open, since a length is only an estimate."""
    # One or two frames alone would get another edit list than the chunks before: the last one has a whole segment too.
    chunks = min(chunks, max(1, segments - 1))
    bounds = [segments * number // chunks for number in range(chunks)]
    return [(first, end) for first, end in zip(bounds, [*bounds[1:], None], strict=True)]


def beside_extras(tasks: int) -> int:
    """How many chunks a video may have that may have so many tasks: one of several is that of the extras."""
    return max(1, tasks - 1)


def patience(chunks: int, pieces: int = 0) -> dict[str, int]:
    """How often each of so many chunks, of which some are pieces for functions, waits for capacity, and for how many
    seconds the first time: five hours in all.

    Each wait is longer than the one before by the first one's length. Many chunks wait less often, so that the
    execution's history holds all of them.
    """
    affordable = (MOST_EVENTS - EVENTS_CHUNK * chunks - EVENTS_PIECE * pieces) // (EVENTS_WAIT * chunks)
    waits = max(1, min(_MOST_WAITS, affordable))
    return {"waits": waits, "seconds": 2 * _PATIENCE_SECONDS // (waits * (waits + 1))}
