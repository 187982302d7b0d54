"""A whole task and its publishing against shaka-streamer: same sizes, average rates, x264 preset and keyframes."""

import json
from pathlib import Path

from benchmarks import environment
from benchmarks.bench import Bench, compared
from benchmarks.clips import Shape
from benchmarks.meter import Spent, spent_by
from benchmarks.plans import planned, with_preset
from benchmarks.ratios import Comparison, in_turn
from benchmarks.task import Cloud, cloud
from vod.plan.make_plan import GOP_SECONDS
from vod.plan.plan import Plan
from vod.plan.renditions import Rendition

GOAL = 0.9
PRESET = "slow"
"""What shaka-streamer always takes."""
CLIP = Shape(1920, 1080, 25, 6)


def measure(bench: Bench) -> str:
    """Three pairs on a six-second 1080p clip."""
    environment.make()
    source = bench.clips.mix(CLIP)
    plan = with_preset(planned(source), PRESET)
    with cloud() as local:
        pairs = in_turn(
            lambda: bench.told("ours", _ours(bench, local, plan, source)),
            lambda: bench.told("shaka-streamer", _theirs(bench, plan, source)),
        )
        comparison = Comparison("Task and publishing", GOAL, tuple(pairs))
    return compared(comparison, "ours", "shaka-streamer")


def _ours(bench: Bench, local: Cloud, plan: Plan, source: Path) -> Spent:
    rates = ",".join(f"{_side(rung)}:{rung.peak_kbps}" for rung in plan.renditions)
    with bench.scratch() as folder:
        options = ("--average", rates, "--publish", f"{plan.video_id}/{plan.run}")
        return local.run(plan, source, folder, *options).spent


def _theirs(bench: Bench, plan: Plan, source: Path) -> Spent:
    with bench.scratch() as folder:
        # Its configuration files are YAML, of which JSON is a part.
        files = {"-i": _input(source), "-p": _pipeline(plan), "-b": _bitrates(plan)}
        options: list[str] = []
        for option, content in files.items():
            file = folder / f"{option[1:]}.yaml"
            file.write_text(json.dumps(content))
            options += [option, str(file)]
        spent = spent_by([str(environment.OTHERS / "bin" / "shaka-streamer"), *options, "-o", str(folder / "out")])
        if not (folder / "out" / "dash.mpd").exists():
            raise RuntimeError("shaka-streamer wrote no manifest")
        return spent


def _input(source: Path) -> object:
    return {"inputs": [{"name": str(source), "media_type": kind} for kind in ("video", "audio")]}


def _pipeline(plan: Plan) -> object:
    return {
        "streaming_mode": "vod",
        "resolutions": [_name(rung) for rung in plan.renditions],
        "channel_layouts": ["stereo"],
        "audio_codecs": ["aac"],
        "video_codecs": ["h264"],
        "manifest_format": ["dash", "hls"],
        # Its segments begin at every keyframe; with the same distance of keyframes both encode the same.
        "segment_size": GOP_SECONDS,
        "segment_per_file": True,
        "quiet": True,
    }


def _bitrates(plan: Plan) -> object:
    return {
        "video_resolutions": {
            _name(rung): {
                "max_width": rung.width,
                "max_height": rung.height,
                "bitrates": {"h264": f"{rung.peak_kbps}k"},
            }
            for rung in plan.renditions
        },
        "audio_channel_layouts": {"stereo": {"max_channels": 2, "bitrates": {"aac": f"{plan.audio[0].kbps}k"}}},
    }


def _name(rung: Rendition) -> str:
    return f"{_side(rung)}p"


def _side(rung: Rendition) -> int:
    return min(rung.width, rung.height)
