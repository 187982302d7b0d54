from tests import samples
from vod.encoder import limits
from vod.sandbox.limits import PROBE

GIB = 2**30


def test_a_budget_grows_with_frames_and_pixels() -> None:
    short = samples.plan(samples.probe(1280, 720, 10))
    long = samples.plan(samples.probe(1280, 720, 100))
    large = samples.plan(samples.probe(3840, 2160, 10))

    seconds = [limits.of_chunk(plan, plan.chunks[0], 4).cpu_seconds for plan in (short, long, large)]

    assert seconds[0] < seconds[1]
    assert seconds[0] < seconds[2]


def test_a_real_video_needs_a_fraction_of_its_budget() -> None:
    plan = samples.plan(samples.probe(1920, 1080, 60))

    spend = limits.of_chunk(plan, plan.chunks[0], 4)

    assert spend.cpu_seconds > 20 * 60  # it takes about a CPU minute for each minute
    assert spend.wall_seconds > spend.cpu_seconds
    assert spend.output_bytes > 2 * sum(rung.peak_kbps for rung in plan.renditions) * 1000 / 8 * 60


def test_memory_ends_below_that_of_the_task() -> None:
    plan = samples.plan()
    chunk = plan.chunks[0]

    assert limits.of_chunk(plan, chunk, 2).memory_bytes < chunk.memory * 2**20


def test_a_still_has_seconds() -> None:
    plan = samples.plan()
    whole, still = limits.of_chunk(plan, plan.chunks[0], 2), limits.of_still(plan, plan.chunks[0], 2, 60)

    assert (still.cpu_seconds, still.wall_seconds, still.memory_bytes) == (60, 60, whole.memory_bytes)


def test_the_budget_of_the_probe_fits_its_function() -> None:
    assert PROBE.memory_bytes < 2 * GIB * 3 / 4
    assert PROBE.wall_seconds < 300
