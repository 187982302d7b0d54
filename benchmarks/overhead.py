"""What the platform adds to FFmpeg: seconds from the end of an upload to `ready`, less FFmpeg's own wall time.

Run: .venv/bin/python -m benchmarks.overhead [runs]      (starts platforms of its own on this machine)
"""

import json
import statistics
import sys
import tempfile
import time
from pathlib import Path

from local.api import Api
from local.deploy import resources
from local.platform import Options, Platform
from tests.media.generate import clip

LANES = {"functions": {}, "tasks": {"FunctionLaneMaxInSeconds": "0"}}


def measure(platform: Platform, source: Path) -> tuple[float, float]:
    """Seconds from uploaded to ready, and FFmpeg's share of them: the longest of what is encoded at once."""
    api = Api(platform.api, platform.token)
    video_id = api.upload(source, lambda _: None)
    began = time.monotonic()
    while (video := api.video(video_id))["status"] not in ("ready", "failed"):
        time.sleep(0.05)
    seconds = time.monotonic() - began
    bucket = next(r.physical_id for r in resources(platform.clients) if r.logical_id == "OutputBucket")
    run, s3 = video["playback"]["hls"].split("/")[-2], platform.clients.s3
    stored = s3.list_objects_v2(Bucket=bucket, Prefix=f"jobs/{video_id}/{run}/report-")["Contents"]
    reports = [json.loads(s3.get_object(Bucket=bucket, Key=each["Key"])["Body"].read()) for each in stored]
    return seconds, max(float(report["encode_seconds"]) for report in reports)


def main(runs: int) -> None:
    """Print a line for each run and the medians."""
    for lane, parameters in LANES.items():
        with tempfile.TemporaryDirectory() as folder:
            source = clip(Path(folder) / "clip.mp4", seconds=5, size="1280x720")
            with Platform(Options(state=Path(folder) / "state", port=0, parameters=parameters)) as platform:
                found = [measure(platform, source) for _ in range(runs)]
        for number, (whole, encode) in enumerate(found, start=1):
            print(f"run {number}: ready after {whole:.2f} s, FFmpeg {encode:.2f} s, overhead {whole - encode:.2f} s")
        print(f"{lane}: median overhead {statistics.median(seconds - encode for seconds, encode in found):.2f} s")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10)
