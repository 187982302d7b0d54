"""`make scaling`: the simulation's tables and pictures in docs/scaling.md, and what they say about the plan's policy.

Takes a few minutes. Nothing is measured here: speeds and prices are the platform's own (`make bench`).
"""

import sys
from collections.abc import Sequence
from fractions import Fraction
from functools import cache
from pathlib import Path

import matplotlib as mpl
from matplotlib.figure import Figure

from benchmarks import markdown
from benchmarks.simulation import (
    DISK,
    EFS,
    EFS_SPENT,
    Copying,
    Film,
    Limits,
    Outcome,
    planned,
    quantile,
    simulate,
    uploads,
)
from vod.money.cost import MICRO
from vod.plan.chunks import ChunkPolicy, beside_extras
from vod.steps.turns import Turns

ROOT = Path(__file__).parent.parent
DOCUMENT, PICTURES = ROOT / "docs" / "scaling.md", ROOT / "docs" / "scaling"
LENGTHS = (10, 60, 300, 1800, 7200, 18000, 36000)
DAILY = (1, 10, 100, 1000, 10_000, 100_000)
QUOTAS = (140, 1000, 6000)
TARGETS = (0, 60, 120, 300, 600, 1200)
MOSTS = (1, 10, 20, 40)
HOURS = 2.0
REPEATS = 20


FILM = 7200
"""Seconds; 5 GB."""
COPIES = {
    "EFS, whole copy first": EFS,
    "the same without credits": EFS_SPENT,
    "disk, whole copy first": Copying(waits=True),
    "disk, encoding meanwhile": DISK,
}


def policy(target: int = 300, tasks: int = 20, least: int = 60) -> ChunkPolicy:
    """The default policy, or a variant of it."""
    return ChunkPolicy(least_seconds=Fraction(least), most=beside_extras(tasks), target_seconds=target)


@cache
def median(seconds: float, tried: ChunkPolicy, copying: Copying = DISK) -> Outcome:
    """A film of this length alone in an account, the median of many runs by its time to ready."""
    alone = [simulate([Film(seconds)], tried, seed=seed, copies=copying)[0][0] for seed in range(REPEATS)]
    return sorted(alone, key=lambda outcome: outcome.ready)[REPEATS // 2]


def clock(seconds: float) -> str:
    """Seconds as people say them."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02} min" if hours else f"{minutes} min {rest:02} s" if minutes else f"{rest} s"


def lengths() -> str:
    """One film alone, from seconds to hours."""
    rows = []
    for seconds in LENGTHS:
        outcome, plan = median(seconds, policy()), planned(Film(seconds), policy())
        usd = outcome.micro_usd / MICRO
        cost = f"{usd:.4f}", f"{usd / seconds * 3600:.3f}"
        rows.append((clock(seconds), str(plan.chunks), clock(outcome.playable), clock(outcome.ready), *cost))
    return markdown.table(("length", "chunks", "playable after", "ready after", "USD", "USD an hour of video"), rows)


def film() -> str:
    """A film of two hours and 5 GB, by where its tasks copy it and whether they wait for all of it."""
    rows = []
    for tasks in (20, 40):
        for name, copying in COPIES.items():
            outcome = median(FILM, policy(tasks=tasks), copying)
            usd = f"{outcome.micro_usd / MICRO:.3f}"
            rows.append((name, str(tasks), clock(outcome.playable), clock(outcome.ready), usd))
    return markdown.table(("copied to", "tasks at most", "playable after", "ready after", "USD, tasks"), rows)


def draw_film(file: Path) -> None:
    """Time to playable and to ready of a film, for each way of copying it."""
    figure = Figure(figsize=(9, 4))
    axes = figure.add_subplot()
    found = [median(FILM, policy(), copying) for copying in COPIES.values()]
    places = range(len(COPIES))
    bars = {"playable": [each.playable for each in found], "ready": [each.ready for each in found]}
    for shift, (label, seconds) in zip((-0.2, 0.2), bars.items(), strict=True):
        drawn = axes.barh([place + shift for place in places], seconds, 0.4, label=label)
        axes.bar_label(drawn, [clock(each) for each in seconds], padding=3)
    axes.set_yticks(list(places), list(COPIES))
    axes.invert_yaxis()
    axes.set(xscale="log", xlabel="after its arrival (s)", xlim=(30, 40_000))
    _finish(figure, file, "Two hours and 5 GB, at most 20 tasks: where they copy the source")


def policies() -> str:
    """What a film of two hours costs and how soon it is ready, by the target."""
    whole = median(7200, policy(tasks=1)).micro_usd
    rows = []
    for target in TARGETS:
        tried = policy(target, tasks=40)
        outcome = median(7200, tried)
        more = f"{100 * (outcome.micro_usd / whole - 1):+.0f} %"
        rows.append((clock(target), str(planned(Film(7200), tried).chunks), clock(outcome.ready), more))
    return markdown.table(("target", "chunks", "ready after", "cost, against one task"), rows)


def load() -> str:
    """The busiest hours of days with more and more uploads, by quota."""
    rows = []
    for daily in DAILY:
        for quota in QUOTAS:
            outcomes, peak = busiest(daily, quota)
            done = [outcome.ready for outcome in outcomes if not outcome.failed]
            times = (clock(quantile(done, 0.5)), clock(quantile(done, 0.95))) if done else ("-", "-")
            failed = f"{100 * sum(outcome.failed for outcome in outcomes) / len(outcomes):.0f} %"
            usd = sum(outcome.micro_usd for outcome in outcomes) / len(outcomes) * daily / MICRO
            rows.append((f"{daily:,}", f"{quota:,}", *times, f"{peak:,.0f}", failed, f"{usd:,.2f}"))
    head = (
        "uploads a day",
        "vCPUs of each quota",
        "ready after, p50",
        "p95",
        "vCPUs at the peak",
        "gave up",
        "USD a day",
    )
    return markdown.table(head, rows)


@cache
def busiest(daily: float, quota: int) -> tuple[list[Outcome], float]:
    """The busiest two hours of a day."""
    return simulate(uploads(daily, HOURS), policy(), Limits(spot_vcpus=quota, demand_vcpus=quota))


BULK, EVERY, SHIFT = 2000, 600.0, 6 * 3600.0
SMALL = Limits(spot_vcpus=140, demand_vcpus=140)
TRIED = (Turns(), Turns(70), Turns(70, 35), Turns(35, 18), Turns(200, 100))


@cache
def beside_bulk(turns: Turns) -> tuple[list[Outcome], list[Outcome]]:
    """One owner's 2,000 videos that come at once, and another's of three minutes that come every ten; in this order."""
    lengths = [film.seconds for film in uploads(86400 * BULK / 7200 / 2.5, 3.0)][:BULK]
    bulk = [Film(seconds, 0.0, "bulk") for seconds in lengths]
    single = [Film(180.0, at * EVERY, "single") for at in range(1, int(SHIFT / EVERY))]
    outcomes, _ = simulate([*bulk, *single], policy(), SMALL, turns=turns)
    return outcomes[: len(bulk)], outcomes[len(bulk) :]


def fairness() -> str:
    """What a bulk upload does to another owner, with and without turns."""
    rows = []
    for turns in TRIED:
        bulk, single = beside_bulk(turns)
        times = [outcome.ready for outcome in single if not outcome.failed]
        late = [clock(quantile(times, part)) for part in (0.5, 0.95)] if times else ["-", "-"]
        gave_up = sum(outcome.failed for outcome in (*bulk, *single))
        all_done = clock(max(outcome.ready for outcome in bulk if not outcome.failed))
        usd = sum(outcome.micro_usd for outcome in bulk) / MICRO
        named = f"{turns.videos or 'any'} / {turns.of_owner or 'any'}"
        rows.append((named, *late, all_done, str(gave_up), f"{usd:,.0f}"))
    head = ("videos at a time / of one owner", "the other's p50", "p95", "the bulk ready after", "gave up", "USD, bulk")
    return markdown.table(head, rows)


def draw_fairness(file: Path) -> None:
    """How long the other owner's videos take, by when they came."""
    figure = Figure(figsize=(9, 5))
    axes = figure.add_subplot()
    for turns in (Turns(), Turns(70), Turns(70, 35)):
        single = beside_bulk(turns)[1]
        label = f"{turns.videos or 'any number of'} videos at a time, of one owner {turns.of_owner or 'any number'}"
        at = [outcome.film.arrival / 3600 for outcome in single]
        axes.plot(at, [min(outcome.ready, 24 * 3600) / 60 for outcome in single], marker=".", label=label)
    axes.set(xlabel="came so many hours after 2,000 videos of another owner", ylabel="ready after (minutes)")
    _finish(
        figure, file, "A three-minute video beside another owner's bulk upload, 140 vCPUs on Spot and on demand each"
    )


def draw_lengths(file: Path) -> None:
    """Time to ready and to playable by length, for some numbers of tasks."""
    figure = Figure(figsize=(9, 5))
    axes = figure.add_subplot()
    for most in MOSTS:
        found = [median(seconds, policy(tasks=most)) for seconds in LENGTHS]
        axes.plot(LENGTHS, [each.ready for each in found], marker="o", label=f"ready, at most {most} tasks")
    axes.plot(LENGTHS, [median(seconds, policy()).playable for seconds in LENGTHS], "k--", label="playable")
    axes.plot(LENGTHS, LENGTHS, color="#c0c4cc", label="its own length")
    axes.set(xscale="log", yscale="log", xlabel="length of the film (s)", ylabel="after its arrival (s)")
    _finish(figure, file, "One 1080p30 film in an idle account, target 5 minutes")


def draw_policies(file: Path) -> None:
    """Cost against time for a film of two hours, a point for each target."""
    figure = Figure(figsize=(9, 5))
    axes = figure.add_subplot()
    whole = median(7200, policy(tasks=1)).micro_usd
    for most in (10, 20, 40):
        found = [(target, median(7200, policy(target, most))) for target in TARGETS]
        cost = [100 * (each.micro_usd / whole - 1) for _, each in found]
        axes.plot([each.ready for _, each in found], cost, marker="o", label=f"at most {most} tasks")
        for (target, each), height in zip(found, cost, strict=True):
            if most == 40 and target not in (0, 60):  # as 2 minutes: there are no more tasks
                axes.annotate(
                    clock(target), (each.ready, height), textcoords="offset points", xytext=(6, 4), fontsize=8
                )
    axes.axhline(10, color="#c0c4cc", linestyle="--")
    axes.set(xlabel="ready after (s)", ylabel="cost above one task (%)", xscale="log")
    _finish(figure, file, "Two hours of 1080p30: what haste costs, by target")


def draw_load(file: Path) -> None:
    """The slowest twentieth's time to ready by uploads a day, for some quotas."""
    figure = Figure(figsize=(9, 5))
    axes = figure.add_subplot()
    for quota in QUOTAS:
        found = [busiest(daily, quota)[0] for daily in DAILY]
        late = [quantile([min(each.ready, 24 * 3600) for each in outcomes], 0.95) for outcomes in found]
        axes.plot(DAILY, late, marker="o", label=f"{quota:,} vCPUs on Spot and on demand each")
    axes.set(xscale="log", yscale="log", xlabel="uploads a day", ylabel="ready after, p95 of the busiest hours (s)")
    _finish(figure, file, "A day's busiest hours; a day means that it gave up")


def _finish(figure: Figure, file: Path, title: str) -> None:
    mpl.rcParams.update({"font.size": 9})
    (axes,) = figure.axes
    axes.set_title(title, loc="left")
    axes.grid(color="#e5e7eb")
    axes.legend(frameon=False)
    figure.tight_layout()
    file.parent.mkdir(exist_ok=True)
    figure.savefig(file, dpi=90)


def main(arguments: Sequence[str]) -> int:
    """Write every table and picture, or those that are named; the exit code."""
    parts = {
        "lengths": (lengths, draw_lengths),
        "policies": (policies, draw_policies),
        "film": (film, draw_film),
        "load": (load, draw_load),
        "fairness": (fairness, draw_fairness),
    }
    for name, (make, draw) in parts.items():
        if arguments and name not in arguments:
            continue
        print(name, file=sys.stderr, flush=True)
        DOCUMENT.write_text(markdown.replaced(DOCUMENT.read_text(), name, make()))
        draw(PICTURES / f"{name}.png")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
