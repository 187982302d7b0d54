"""A simulation of uploads, the plan, the Map and Fargate (SimPy): how long videos take and what they cost, at any size.

The chunks are the plan's (`vod.plan.chunks`), tasks and speeds those that were measured (`vod.plan.sizing`), prices
`vod.money.prices`;
what AWS does is in `Limits`. Times are seconds.
"""

import math
import random
from collections import Counter, deque
from collections.abc import Generator, Iterable, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any

import simpy

from vod.money import copying, cost, estimate, prices
from vod.plan import chunks, sizing
from vod.plan.chunks import ChunkPolicy
from vod.plan.sizing import TaskSize
from vod.plan.tasks import EXTRAS_CPU
from vod.steps.turns import Turns

Events = Generator[simpy.Event, Any, Any]
BEFORE_TASKS = 4.0
"""From the source's arrival to the first RunTask: queue, dispatch, probe, plan."""
PUBLISH = 3.0
UNTIL_PLAYABLE, UNTIL_HEARD = 14.0, 8.0
"""Seconds of video and of sound that are encoded before the first two segments are out (docs/decisions.md)."""
BYTES_A_SECOND = 5e9 / 7200
"""Of source, by its length: 5 GB for two hours."""
MORE_BYTES = 1.05
"""Of all chunks together, against the source: each enters it a little early and reads its headers."""
SEGMENT = 4.0
SPOT_BACKOFF = (5.0, 20.0)
"""At most, with full jitter: transcode.asl.yaml."""
SPOT_TRIES = 4


@dataclass(frozen=True, slots=True)
class Limits:
    """An account: vCPUs that may run on Spot and on demand, tasks a second (and at once) that may start, seconds from
    RunTask to the encoder's first frame, those of them that are billed, and interruptions of a Spot task an hour."""

    spot_vcpus: int = 1000
    demand_vcpus: int = 1000
    launches: float = 20.0
    burst: int = 100
    start: float = 45.0
    billed_start: float = 30.0
    interruptions: float = 0.05


@dataclass(frozen=True, slots=True)
class Copying:
    """How tasks copy the source from S3: bytes a second of one task, of all tasks of a film together (a file system
    that they share), and whether encoding waits for the whole copy."""

    task: float = copying.BYTES_PER_SECOND
    shared: float = math.inf
    waits: bool = False

    def seconds(self, size: float, together: float) -> float:
        """For so many bytes, while all that copy at the same time want so many together."""
        return max(size / self.task, together / self.shared)


DISK = Copying()
EFS = Copying(shared=100 * 2**20, waits=True)
"""As it was: bursting, while there are credits."""
EFS_SPENT = Copying(shared=2**20, waits=True)
"""The same without credits, for a file system that is nearly empty."""


@dataclass(frozen=True, slots=True)
class Film:
    """A video: seconds long, when it arrives, whose it is."""

    seconds: float
    arrival: float = 0.0
    owner: str = ""


@dataclass(slots=True)
class Outcome:
    """What became of a film: seconds after its arrival, millionths of a USD, tasks that ran and were interrupted."""

    film: Film
    playable: float = math.inf
    ready: float = math.inf
    micro_usd: int = 0
    tasks: int = 0
    interrupted: int = 0
    failed: bool = False


@dataclass(slots=True)
class Account:
    """Fargate of one account as tasks meet it; `peak` is the most vCPUs that ran at a time."""

    env: simpy.Environment
    limits: Limits
    random: random.Random
    free: dict[bool, float] = field(init=False)
    next_launch: float = 0.0
    peak: float = 0.0

    def __post_init__(self) -> None:
        """Everything is free."""
        self.free = {True: float(self.limits.spot_vcpus), False: float(self.limits.demand_vcpus)}

    def launch(self) -> Events:
        """Wait until another task may start: a bucket of `burst` that fills at `launches` a second."""
        each, now = 1 / self.limits.launches, self.env.now
        wait = max(0.0, self.next_launch - (self.limits.burst - 1) * each - now)
        self.next_launch = max(self.next_launch, now) + each
        yield self.env.timeout(wait)

    def take(self, vcpus: float, on_spot: bool) -> bool:
        """Room for a task, if there is any: Fargate refuses, it does not queue."""
        if self.free[on_spot] < vcpus:
            return False
        self.free[on_spot] -= vcpus
        used = self.limits.spot_vcpus + self.limits.demand_vcpus - sum(self.free.values())
        self.peak = max(self.peak, used)
        return True


@dataclass(slots=True)
class Gate:
    """The platform's turns (`vod.steps.turns`): the next is for the owner of whom the fewest run; among several for the
    one whose last turn is longest ago."""

    env: simpy.Environment
    turns: Turns
    running: Counter[str] = field(default_factory=Counter)
    lines: dict[str, deque[simpy.Event]] = field(default_factory=dict)
    last: dict[str, float] = field(default_factory=dict)

    def turn(self, owner: str) -> simpy.Event:
        """Happens when a film of this owner's may begin."""
        event = self.env.event()
        self.lines.setdefault(owner, deque()).append(event)
        self.last.setdefault(owner, self.env.now)
        self._next()
        return event

    def end(self, owner: str) -> None:
        """One of this owner's has ended."""
        self.running[owner] -= 1
        self._next()

    def _next(self) -> None:
        most, of_owner = self.turns.videos or math.inf, self.turns.of_owner or math.inf
        while self.running.total() < most:
            waiting = [owner for owner, line in self.lines.items() if line and self.running[owner] < of_owner]
            if not waiting:
                return
            owner = min(waiting, key=lambda each: (self.running[each], self.last[each]))
            self.running[owner] += 1
            self.last[owner] = self.env.now
            self.lines[owner].popleft().succeed()


@dataclass(frozen=True, slots=True)
class Piece:
    """What one task makes: seconds of a film, encoded so much faster than they play, from so many bytes; `first` are
    the seconds that must be there before anybody can watch, `together` the bytes copied while it copies its own."""

    seconds: float
    speed: float
    size: TaskSize
    bytes: float
    together: float
    first: float | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """What a film's tasks are: chunks, of so many seconds of video, encoded so much faster than they play."""

    chunks: int
    seconds: float
    size: TaskSize
    speed: float

    def pieces(self) -> list[Piece]:
        """Of all tasks, in the Map's order: with several chunks the extras are one more, and the first."""
        whole = self.chunks * self.seconds * BYTES_A_SECOND
        count, each = self.chunks, whole / self.chunks
        if count == 1:
            return [Piece(self.seconds, self.speed, self.size, whole, whole, UNTIL_PLAYABLE)]
        each *= MORE_BYTES
        size = TaskSize(EXTRAS_CPU, 2 * EXTRAS_CPU)
        extras = Piece(count * self.seconds, copying.SOUND_SPEED, size, whole, whole + count * each, UNTIL_HEARD)
        chunk = Piece(self.seconds, self.speed, self.size, each, (count + 1) * each)
        return [extras, replace(chunk, first=UNTIL_PLAYABLE), *[chunk] * (count - 1)]


def planned(film: Film, policy: ChunkPolicy, profile: str = "default") -> Plan:
    """The plan for a film of the likely kind, by the platform's own rules."""
    kind = estimate.LIKELY
    size, cpu_seconds = estimate.work(kind, profile)
    whole = sizing.wall_seconds(int(film.seconds * kind.rate), cpu_seconds, size)
    count = chunks.count(Fraction(film.seconds), whole, policy)
    return Plan(count, film.seconds / count, size, film.seconds / max(whole, 1))


@dataclass(slots=True)
class Run:
    """One film on its way."""

    account: Account
    gate: Gate
    plan: Plan
    outcome: Outcome
    copies: Copying = DISK
    begun: list[float] = field(default_factory=list)

    def process(self) -> Events:
        """From arrival to ready."""
        env, film = self.account.env, self.outcome.film
        yield env.timeout(film.arrival)
        yield self.gate.turn(film.owner)
        yield env.timeout(BEFORE_TASKS)
        at_a_time = simpy.Resource(env, chunks.MOST_TASKS)
        yield env.all_of([env.process(self._task(piece, at_a_time)) for piece in self.plan.pieces()])
        yield env.timeout(PUBLISH)
        self.gate.end(film.owner)
        if not self.outcome.failed:
            self.outcome.ready = env.now - film.arrival
            firsts = sum(piece.first is not None for piece in self.plan.pieces())
            # Where an interruption came first, nobody says when it was made up for.
            self.outcome.playable = max(self.begun) if len(self.begun) == firsts else self.outcome.ready

    def _task(self, piece: Piece, at_a_time: simpy.Resource) -> Events:
        with at_a_time.request() as turn:
            yield turn
            left, tries = piece.seconds, 0
            while left > 0 and not self.outcome.failed:
                on_spot = yield from self._begin(piece, is_spot_asked=tries < SPOT_TRIES)
                if on_spot is None:
                    return
                done = yield from self._encode(piece, left, on_spot)
                left, tries = left - done, tries + 1

    def _begin(self, piece: Piece, is_spot_asked: bool) -> Any:
        """Wait for room; whether it is on Spot, None when there was none for hours."""
        env, patience = self.account.env, chunks.patience(self.plan.chunks)
        for wait in range(patience["waits"] + 1):
            found = yield from self._ask(piece.size.cpu / 1024, is_spot_asked)
            if found is not None:
                return found
            yield env.timeout(patience["seconds"] * (wait + 1))
            is_spot_asked = True
        self.outcome.failed = True
        return None

    def _ask(self, vcpus: float, is_spot_asked: bool) -> Any:
        """Ask for room on Spot, then on demand; which it was, None for neither."""
        account = self.account
        for most in (0.0, *SPOT_BACKOFF) if is_spot_asked else ():
            yield account.env.timeout(account.random.uniform(0, most))
            yield from account.launch()
            if account.take(vcpus, on_spot=True):
                return True
        yield from account.launch()
        return False if account.take(vcpus, on_spot=False) else None

    def _encode(self, piece: Piece, left: float, on_spot: bool) -> Any:
        """Run a task; the seconds of the film that are finished when it ends. Another task copies what is left anew."""
        account, outcome, limits = self.account, self.outcome, self.account.limits
        part = left / piece.seconds
        copied = self.copies.seconds(piece.bytes * part, piece.together * part)
        begins = copied if self.copies.waits else min(copied, copying.FIRST_BYTES / self.copies.task)
        # What arrives while it is encoded only counts where it is the slower of both.
        wanted = begins + max(left / piece.speed, copied - begins)
        life = account.random.expovariate(limits.interruptions / 3600) if on_spot and limits.interruptions else math.inf
        seconds = min(wanted, life)
        yield account.env.timeout(limits.start)
        if piece.first is not None and left == piece.seconds and seconds >= begins + piece.first / piece.speed:
            self.begun.append(account.env.now + begins + piece.first / piece.speed - outcome.film.arrival)
        yield account.env.timeout(seconds)
        account.free[on_spot] += piece.size.cpu / 1024
        outcome.tasks += 1
        outcome.interrupted += seconds < wanted
        price = prices.read().fargate["arm64"]
        outcome.micro_usd += cost.of_task(piece.size, cost.billed(limits.billed_start + seconds), on_spot, price)
        finished = max(0.0, seconds - begins) * piece.speed
        return left if seconds == wanted else min(left, max(0.0, finished - finished % SEGMENT))


def simulate(
    films: Iterable[Film],
    policy: ChunkPolicy,
    limits: Limits | None = None,
    seed: int = 1,
    turns: Turns | None = None,
    copies: Copying = DISK,
) -> tuple[list[Outcome], float]:
    """What becomes of every film, and the most vCPUs that ran at a time. The same seed gives the same answer."""
    env = simpy.Environment()
    gate = Gate(env, turns or Turns())
    account = Account(env, limits or Limits(), random.Random(seed))  # noqa: S311 - chance, not secrecy
    outcomes = [Outcome(film) for film in films]
    runs = [Run(account, gate, planned(outcome.film, policy), outcome, copies) for outcome in outcomes]
    ends = env.all_of([env.process(run.process()) for run in runs])
    env.run(until=ends)
    return outcomes, account.peak


def uploads(a_day: float, hours: float, seed: int = 1, busiest: float = 2.5) -> list[Film]:
    """What arrives in the busiest hours of a day with so many uploads: lengths as people's are, mostly minutes."""
    rate = a_day / 86400 * busiest
    source = random.Random(seed)  # noqa: S311 - chance, not secrecy
    films: list[Film] = []
    at = source.expovariate(rate)
    while at < hours * 3600 or not films:
        length = source.lognormvariate(math.log(180), 1.2)
        films.append(Film(min(max(length, 10.0), 36000.0), at))
        at += source.expovariate(rate)
    return films


def quantile(values: Sequence[float], part: float) -> float:
    """The value below which this part of them lies."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(part * len(ordered)))]
