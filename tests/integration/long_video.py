"""A video of 48 hours in 4K, in two codecs and three languages, as its encoders would have left it: 690,000 objects.

`python -m tests.integration.long_video` publishes it and prints what that took, as JSON.
"""

import json
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from tests import samples
from tests.fakes import FakeEvents, FakeMetrics, FakeOutput, FakeVideos
from vod import keys, profiles
from vod.plan import storyboard
from vod.plan.chunks import MOST_TASKS, Chunk, ChunkPolicy, beside_extras
from vod.plan.make_plan import make_plan
from vod.plan.plan import Plan, SourceObject
from vod.record.status import Status
from vod.source.probe import Probe, Rate
from vod.steps.publish import Publishing

HOURS = 48
FRAMES_OF_SOUND = 188


def probe(hours: int = HOURS) -> Probe:
    """Of the source."""
    found = samples.probe(3840, 2160, hours * 3600.0, Rate(num=60, den=1))
    (sound,) = found.audio
    others = [sound.model_copy(update={"index": number, "is_default": False}) for number in (2, 3)]
    return found.model_copy(update={"audio": (sound, *others)})


def plan(hours: int = HOURS) -> Plan:
    """As many tasks as a video may have."""
    source = SourceObject(bucket="source", key="uploads/x/source", version="v1", size=10**11)
    policy = ChunkPolicy(most=beside_extras(MOST_TASKS))
    return make_plan(samples.VIDEO_ID, samples.RUN, source, probe(hours), policy, profiles.named("av1"))


def _track(
    name: str, timescale: int, frames: int, ticks: int, numbers: range, edit: int = 0, has_keys: bool = False
) -> str:
    told = {"name": name, "codec": "avc1.640028", "timescale": timescale, "init_bytes": 700, "init_sha256": "ab"}
    segments = ",".join(
        f'{{"number":{at},"bytes":{10**6 + at},"frames":{frames},"start":{at * ticks},"ticks":{ticks},'
        f'"key_bytes":{10**5 + at if has_keys else 0}}}'
        for at in numbers
    )
    return f'{json.dumps(told | {"edit": edit})[:-1]},"segments":[{segments}]}}'


def report(made: Plan, chunk: Chunk) -> str:
    """Of one encoder, as it is stored; as values it would be as large as the step's own."""
    end = made.segments if chunk.end_segment is None else chunk.end_segment
    frames = made.segment_frames
    numbers = range(chunk.first_segment, end)
    ticks = frames * made.frame_ticks
    videos = [_track(r.name, made.timescale, frames, ticks, numbers, has_keys=True) for r in made.renditions]
    sounds = [_track(a.name, 48000, FRAMES_OF_SOUND, 4 * 48000, range(made.segments), edit=1024) for a in made.audio]
    sheets = json.dumps([{"name": name, "bytes": 900} for name in _sheets(made, chunk)])
    video, audio = (",".join(tracks) for tracks in (videos * chunk.video, sounds * chunk.extras))
    return f'{{"chunk":{chunk.index},"outcome":"encoded","video":[{video}],"audio":[{audio}],"sheets":{sheets}}}'


def _sheets(made: Plan, chunk: Chunk) -> list[str]:
    if made.storyboard is None or not chunk.video:
        return []
    return [sheet.name for sheet in storyboard.sheets(made.storyboard, *made.frames_of(chunk))]


class LongOutput(FakeOutput):
    """A bucket with all of it, which makes what it is asked for: this process has room for the step alone."""

    def __init__(self, made: Plan) -> None:
        super().__init__()
        self._plan = made
        self.seconds = 0.0
        """Of computing that is the bucket's own."""

    def get(self, key: str) -> bytes:
        began = time.process_time()
        data = self._made(key)
        self.seconds += time.process_time() - began
        return data

    def _made(self, key: str) -> bytes:
        if key.endswith("plan.json"):
            return self._plan.model_dump_json().encode()
        chunk = next(c for c in self._plan.chunks if key == keys.report_key(samples.VIDEO_ID, samples.RUN, c.index))
        return report(self._plan, chunk).encode()

    def sizes(self, prefix: str) -> Mapping[str, int]:
        return {prefix + name: size for name, size in self._stored()}

    def _stored(self) -> Iterator[tuple[str, int]]:
        for name in self._plan.track_names:
            yield keys.init_name(name), 700
            for number in range(self._plan.segments):
                yield keys.segment_name(name, number), 10**6 + number
        for chunk in self._plan.chunks:
            yield from ((name, 900) for name in _sheets(self._plan, chunk))


def main() -> None:
    """Publish it."""
    made = plan()
    videos = FakeVideos({samples.VIDEO_ID: samples.video(Status.TRANSCODING)})
    output = LongOutput(made)
    step = Publishing(videos, output, FakeEvents(), FakeMetrics(), now=lambda: samples.NOW)
    began = time.process_time()
    outcome = step.publish(samples.VIDEO_ID, samples.RUN)
    took = time.process_time() - began - output.seconds
    print(json.dumps({**outcome, "mebibytes": _peak(), "cpuSeconds": round(took, 1)}))


def _peak() -> int:
    """Most memory resident in this program (MiB); `ru_maxrss` also counts the process that started it."""
    told = Path("/proc/self/status").read_text()
    return next(int(line.split()[1]) for line in told.splitlines() if line.startswith("VmHWM")) // 1024


if __name__ == "__main__":
    main()
