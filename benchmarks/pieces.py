"""A source in pieces of a segment, as functions encode it, against the same in one: CPU, and bits at equal VMAF."""

from collections.abc import Callable, Sequence
from math import exp, log
from pathlib import Path
from statistics import fmean

from benchmarks.bench import FULL_HD, Bench, compared
from benchmarks.equal_quality import Encode, Excerpt
from benchmarks.ladder import Point, bd_rate
from benchmarks.markdown import table
from benchmarks.meter import Spent, added, spent_by
from benchmarks.plans import command, planned
from benchmarks.ratios import Comparison, in_turn
from vod.plan.plan import SEGMENT_SECONDS, Plan

CPU_GOAL, BITS_GOAL = 1.05, 1.02
PIECES = 4
SECONDS = PIECES * SEGMENT_SECONDS
EXCERPTS = (
    Excerpt("bbb_1080p24_30s_h264_aac51.mp4", 8),
    Excerpt("bbb_1080p60_30s_h264_aac51.mp4", 10),
    Excerpt("sintel_trailer_720p24_52s.mp4", 20),
    Excerpt("vertical_576x1024_16s.mp4", 0),
)


def measure(bench: Bench) -> str:
    """Both, over the same seconds; without real media bits are not compared."""
    media = bench.clips.media
    sources = [(media / each.clip, each.at) for each in EXCERPTS] if media else [(_generated(bench), EXCERPTS[0].at)]
    bits = _bits(bench, media) if media else "Bits: not measured, pictures that were generated say nothing of them."
    return f"{_cpu(bench, sources)}\n\n{bits}"


def _generated(bench: Bench) -> Path:
    return bench.clips.repeated(bench.clips.mix(FULL_HD), 3)


def _cpu(bench: Bench, sources: Sequence[tuple[Path, int]]) -> str:
    """All sources one behind the other: how far apart their keyframes are is what pieces cost."""
    plans = [(planned(source), source, at) for source, at in sources]

    def all_of(each: Callable[[Bench, Plan, Path, int], Spent]) -> Spent:
        return added(each(bench, plan, source, round(at * plan.rate.fraction)) for plan, source, at in plans)

    pairs = in_turn(
        lambda: bench.told(f"{PIECES} pieces", all_of(_in_pieces)), lambda: bench.told("in one", all_of(_in_one))
    )
    return compared(Comparison(f"{PIECES} pieces", CPU_GOAL, tuple(pairs)), f"{PIECES} pieces", "in one")


def _in_one(bench: Bench, plan: Plan, source: Path, first: int) -> Spent:
    return _encoded(bench, plan, source, first, first + PIECES * plan.segment_frames)


def _in_pieces(bench: Bench, plan: Plan, source: Path, first: int) -> Spent:
    each = plan.segment_frames
    return added(
        _encoded(bench, plan, source, first + number * each, first + (number + 1) * each) for number in range(PIECES)
    )


def _encoded(bench: Bench, plan: Plan, source: Path, first: int, end: int) -> Spent:
    with bench.scratch() as folder:
        return spent_by(command(plan, source, folder, first, end, sound=False))


def _bits(bench: Bench, media: Path) -> str:
    rows, rates = [], []
    for excerpt in EXCERPTS:
        source = media / excerpt.clip
        plan = planned(source).model_copy(update={"storyboard": None})
        whole = Encode(bench.kept, source, plan, excerpt.at, SECONDS).points()
        starts = range(excerpt.at, excerpt.at + SECONDS, SEGMENT_SECONDS)
        parts = [Encode(bench.kept, source, plan, at, SEGMENT_SECONDS).points() for at in starts]
        made = _joined(parts)
        rate = bd_rate(whole, made)
        assert rate is not None
        rates.append(rate)
        kbps = sum(point.kbps for point in made) / sum(point.kbps for point in whole)
        vmaf = fmean(one.vmaf - other.vmaf for one, other in zip(made, whole, strict=True))
        rows.append((excerpt.name, f"{kbps:.3f}", f"{vmaf:+.2f}", f"{rate:.3f}"))
        bench.tell(" ".join(rows[-1]))
    mean = exp(fmean(log(rate) for rate in rates))
    verdict = "met" if mean <= BITS_GOAL else "NOT MET"
    head = (f"{SECONDS} s of", "bits, pieces in one", "VMAF, mean of all rungs", "bits at equal VMAF")
    told = f"**Bits at equal VMAF: {mean:.3f}; goal at most {BITS_GOAL}: {verdict}.**"
    return f"{told}\n\n{table(head, rows)}"


def _joined(parts: Sequence[Sequence[Point]]) -> tuple[Point, ...]:
    """Every rung of pieces of one length, one behind the other."""
    rungs = zip(*parts, strict=True)
    return tuple(Point(fmean(each.kbps for each in rung), fmean(each.vmaf for each in rung)) for rung in rungs)
