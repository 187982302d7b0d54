import pytest

from tests import samples
from vod.encoder import limits
from vod.ffmpeg import commands, quality
from vod.ffmpeg.quality import QualityReport
from vod.media import color

PLAN = samples.plan(samples.probe(854, 480, 10))
FILES = {"v480": "/scratch/v480.mp4", "v240": "/scratch/v240.mp4"}
LINES = [
    "[libvmaf@v480 @ 0x1] VMAF score: 100 : a tag with this name",
    "[libvmaf@v240 @ 0x7fb78001fe80] VMAF score: 71.052181",
    "[libvmaf@v480 @ 0x7fb78001fa80] VMAF score: 95.841900",
    "[out#0/null @ 0x55b17cf20800] video:60KiB audio:0KiB",
]


def command(metric: quality.Metric = "vmaf", every: int = 5, first: int = 0, end: int | None = None) -> list[str]:
    return quality.command("ffmpeg", "/scratch/source", PLAN, first, end, FILES, metric, every, "pipe:4")


def graph(command: list[str]) -> list[str]:
    return command[command.index("-filter_complex") + 1].split(";")


def report(mean: float, frames: int, name: str = "v240", metric: quality.Metric = "vmaf") -> QualityReport:
    return QualityReport(name=name, metric=metric, mean=mean, frames=frames)


def test_the_whole_command_for_two_rungs() -> None:
    steps = "select='lt(mod(n+1,5),3)',settb=1/25,setpts=N"
    enlarged = "scale=854:480:flags=bicubic,format=yuv420p,setsar=1"
    libvmaf = "libvmaf@{}=model=version=vmaf_v0.6.1:n_subsample=3:n_threads=1:shortest=1:repeatlast=0"
    rung = "-protocol_whitelist file -format_whitelist mov -max_pixels 35389440 -threads 1 -f mov -i /scratch/{}.mp4"
    chains = [
        f"{commands.grid(PLAN, 100, 200)},{steps},{color.filters(PLAN.color, 854, 480)},setsar=1,split=2[source0][source1]",
        f"[1:v:0]{steps},{enlarged}[made0]",
        f"[made0][source0]{libvmaf.format('v480')}[v480]",
        f"[2:v:0]{steps},{enlarged}[made1]",
        f"[made1][source1]{libvmaf.format('v240')}[v240]",
    ]

    made = command(first=100, end=200)

    expected = [
        "ffmpeg -v info -hide_banner -nostdin -nostats -progress pipe:4 -stats_period 0.5",
        *commands.opened("/scratch/source", PLAN, 4.0),
        rung.format("v480"),
        rung.format("v240"),
        f"-filter_complex {';'.join(chains)}",
        "-map [v480] -map [v240] -map_metadata -1 -fps_mode passthrough -f null -",
    ]
    assert made == " ".join(expected).split(" ")


def test_xpsnr_compares_every_frame() -> None:
    chains = graph(command("xpsnr"))

    assert chains[2] == "[made0][source0]xpsnr@v480=shortest=1:repeatlast=0[v480]"
    assert not any("select" in chain for chain in chains)


@pytest.mark.parametrize(("every", "skipped"), [(1, False), (3, False), (4, True)])
def test_frames_are_skipped_only_where_neighbours_allow_it(every: int, skipped: bool) -> None:
    chains = graph(command(every=every))

    assert all(("select=" in chain) == skipped for chain in (chains[0], chains[1]))
    assert f"n_subsample={min(every, 3)}:" in chains[2]


@pytest.mark.parametrize(
    ("frames", "metric", "every", "expected"),
    [(11, "vmaf", 1, 11), (11, "vmaf", 5, 7), (10, "vmaf", 5, 6), (1, "vmaf", 10, 1), (11, "xpsnr", 5, 11)],
)
def test_the_frames_that_are_let_through_are_known(
    frames: int, metric: quality.Metric, every: int, expected: int
) -> None:
    assert quality.frames_looked_at(frames, metric, every) == expected


def test_scores_are_told_apart_by_name_and_the_last_one_counts() -> None:
    found = quality.reports(LINES, ["v480", "v240"], "vmaf", 5, 11)

    assert found == (report(95.842, 3, "v480"), report(71.052, 3, "v240"))


def test_the_luma_of_xpsnr_is_taken_and_equal_pictures_have_a_finite_score() -> None:
    lines = [
        "[xpsnr@a @ 0x7f] XPSNR  y: 39.1221  u: 25.2714  v: 26.8523  (minimum: 25.2714)",
        "[xpsnr@b @ 0x7f] XPSNR  y: inf  u: inf  v: inf  (minimum: inf)",
    ]

    found = quality.reports(lines, ["a", "b"], "xpsnr", 5, 11)

    assert found == (report(39.122, 11, "a", "xpsnr"), report(100.0, 11, "b", "xpsnr"))


@pytest.mark.parametrize("score", ["nan", "-nan", "much", ""])
def test_a_missing_score_leaves_none_at_all(score: str) -> None:
    lines = [line for line in LINES if "v240" not in line] + [f"[libvmaf@v240 @ 0x1] VMAF score: {score}"]

    assert quality.reports(lines, ["v480", "v240"], "vmaf", 5, 11) == ()


def test_vmaf_pools_to_the_mean_over_frames_and_keeps_the_worst_chunk() -> None:
    pooled = quality.pooled([report(90.0, 30), report(60.0, 10), report(99.0, 7, "v480")])

    assert pooled["v240"].model_dump() == {"metric": "vmaf", "mean": 82.5, "worst": 60.0}
    assert pooled["v480"].mean == 99.0


def test_decibels_pool_as_the_filter_makes_its_mean() -> None:
    pooled = quality.pooled([report(40.0, 10, metric="xpsnr"), report(20.0, 10, metric="xpsnr")])

    assert pooled["v240"].mean == 25.19  # 20 * log10(1 / mean(0.01, 0.1))


def test_a_rung_measured_in_two_ways_has_no_score() -> None:
    assert quality.pooled([report(90.0, 30), report(40.0, 10, metric="xpsnr")]) == {}


@pytest.mark.parametrize(
    ("filters", "metric"),
    [
        (" .. libvmaf           VV->V      Calculate the VMAF.\n T. xpsnr VV->V      XPSNR.", "vmaf"),
        (" T. xpsnr             VV->V      Calculate the XPSNR.\n .. vmafmotion V->V", "xpsnr"),
        ("Filters:\n TS psnr             VV->V      Calculate the PSNR.", None),
        ("", None),
    ],
)
def test_the_best_metric_that_ffmpeg_knows_is_taken(filters: str, metric: quality.Metric | None) -> None:
    assert quality.metric_of(filters) == metric


def test_measuring_has_a_budget_beyond_that_of_the_encode() -> None:
    plan = samples.plan(samples.probe(1920, 1080, 60))

    encode, measure = limits.of_chunk(plan, plan.chunks[0], 4), limits.of_measuring(plan, plan.chunks[0], 4)

    # Comparing every frame of five such rungs takes about 6 s of CPU for each second of video.
    assert measure.cpu_seconds > encode.cpu_seconds + 10 * 6 * 60
    assert measure.wall_seconds > measure.cpu_seconds
    assert measure.memory_bytes == encode.memory_bytes
