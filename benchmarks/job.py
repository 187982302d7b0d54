"""One task as the platform runs it, in a fresh interpreter: container/encode.py, then a note of who used the CPU.

Run: python -m benchmarks.job NOTE [--average KBPS,...] [--publish VIDEO/RUN] -- ARGUMENTS OF container/encode.py
"""

import argparse
import json
import os
import resource
import runpy
import sys
from pathlib import Path

from vod.aws.clients import client
from vod.aws.objects import S3Output
from vod.aws.videos import DynamoVideos
from vod.ffmpeg import encoders
from vod.frozen import Document
from vod.plan.renditions import Rendition
from vod.steps.publish import Publishing

ENCODER = Path(__file__).parent.parent / "container" / "encode.py"
_HIGH_PROFILE_LINES = 720


class _Nobody:
    """Subscribers are not part of a measurement."""

    def publish(self, event: str, payload: Document) -> None:
        """Tell nobody."""


class _Nowhere:
    """Nor are metrics."""

    def put(self, name: str, value: float, unit: str = "Count", **dimensions: str) -> None:
        """Record nothing."""


def main() -> int:
    """Run the encoder's entry point, publish when asked, note CPU seconds; the encoder's exit code."""
    parser = argparse.ArgumentParser()
    parser.add_argument("note", type=Path)
    parser.add_argument("--average", help="kbit/s by short side (1080:5000,...): average rates instead of capped CRF")
    parser.add_argument("--publish", metavar="VIDEO/RUN", help="verify and write the manifests, too")
    parser.add_argument("encoder", nargs="+")
    asked = parser.parse_args()
    if asked.average:
        _encode_at_average(asked.average)
    code = _encoded(asked.encoder)
    if asked.publish and code == 0:
        _publish(*asked.publish.split("/"))
    asked.note.write_text(
        json.dumps({"python": _used(resource.RUSAGE_SELF), "ffmpeg": _used(resource.RUSAGE_CHILDREN)})
    )
    return code


def _encoded(arguments: list[str]) -> int:
    sys.argv = [str(ENCODER), *arguments]
    try:
        runpy.run_path(str(ENCODER), run_name="__main__")
    except SystemExit as ended:
        return int(ended.code or 0)
    return 0


def _publish(video_id: str, run: str) -> None:
    videos = DynamoVideos(client("dynamodb"), os.environ["TABLE_NAME"])
    output = S3Output(client("s3"), os.environ["OUTPUT_BUCKET"])
    answer = Publishing(videos, output, _Nobody(), _Nowhere()).publish(video_id, run)
    if answer["outcome"] != "published":
        raise RuntimeError(f"not published: {answer}")


def _encode_at_average(rates: str) -> None:
    """Make x264 aim at average rates, with the H.264 profiles of the other side, so that both do the same work."""
    kbps = {int(side): int(rate) for side, rate in (pair.split(":") for pair in rates.split(","))}

    def arguments(rendition: Rendition, gop_frames: int) -> list[str]:
        side = min(rendition.width, rendition.height)
        gop = ["-g", str(gop_frames), "-keyint_min", str(gop_frames), "-sc_threshold", "0"]
        profile = "high" if side >= _HIGH_PROFILE_LINES else "main"
        return ["-c:v", "libx264", "-preset", rendition.preset, "-b:v", f"{kbps[side]}k", "-profile:v", profile, *gop]

    setattr(encoders, "arguments", arguments)  # noqa: B010 - for this process only


def _used(who: int) -> float:
    used = resource.getrusage(who)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    sys.exit(main())
