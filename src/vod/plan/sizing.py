"""Task sizes: what encoding costs by resolution, codec, preset and frame rate, and the Fargate task to do it in.

Measured by `make bench` (docs/benchmarks.md, "Sizing"); sizes Fargate offers: AWS's "Fargate task CPU and memory".
"""

from collections.abc import Iterable
from dataclasses import dataclass
from math import ceil

from vod.profiles.profile import Codec

_MEGA = 10**6
_DECODE_SECONDS = 0.006
_ENCODE_SECONDS: dict[Codec, dict[str, float]] = {
    Codec.H264: {
        "ultrafast": 0.010,
        "superfast": 0.015,
        "veryfast": 0.019,
        "faster": 0.029,
        "fast": 0.038,
        "medium": 0.040,
        "slow": 0.053,
        "slower": 0.10,
        "veryslow": 0.18,
    },
    Codec.HEVC: {"ultrafast": 0.03, "superfast": 0.04, "veryfast": 0.06, "fast": 0.075, "medium": 0.08, "slow": 0.2},
    Codec.AV1: {"12": 0.018, "10": 0.025, "8": 0.039, "7": 0.055, "6": 0.087, "5": 0.14, "4": 0.27},
}
"""CPU seconds for a megapixel; a preset that is not listed counts as the slowest that is."""
_MEASURE_SECONDS = 0.017
"""CPU seconds for a megapixel of a rendition beside the source: 0.6 of encoding it as H.264 `faster`."""
_SIZES = (
    (1024, range(2048, 8192 + 1, 1024)),
    (2048, range(4096, 16384 + 1, 1024)),
    (4096, range(8192, 30720 + 1, 1024)),
    (8192, range(16384, 61440 + 1, 4096)),
    (16384, range(32768, 122880 + 1, 8192)),
)
"""CPU units and the memory (MiB) that may come with them; below a vCPU a task starts and fetches too slowly."""
FREE_DISK_GIB = 20
"""What every task has; more is billed."""
_TASK_MIB = 512
_FFMPEG_MIB = 350
_CODEC_MIB = {Codec.H264: (0, 200), Codec.HEVC: (150, 220), Codec.AV1: (500, 500)}
"""Writable memory: of the task beside FFmpeg, of FFmpeg, of a codec's encoders together and for each megapixel."""
_SPARE_CORES = 8
"""So many cores take once more of the memory: more threads with pictures of their own than on two."""


@dataclass(frozen=True, slots=True)
class Encode:
    """One rendition's encoder: codec, preset, pixels of a picture."""

    codec: Codec
    preset: str
    pixels: int


@dataclass(frozen=True, slots=True)
class TaskSize:
    """A Fargate task: CPU units (1024 = a vCPU), memory in MiB, disk in GiB."""

    cpu: int
    memory: int
    disk: int = FREE_DISK_GIB


def cpu_seconds(source_pixels: int, encodes: Iterable[Encode], is_measured: bool = False) -> float:
    """CPU seconds for one frame of a source of so many pixels, encoded and perhaps measured."""
    wanted = list(encodes)
    decode = source_pixels * _DECODE_SECONDS
    measure = sum(encode.pixels for encode in wanted) * _MEASURE_SECONDS if is_measured else 0.0
    return (decode + sum(encode.pixels * _per_megapixel(encode) for encode in wanted) + measure) / _MEGA


def task_size(source_pixels: int, encodes: Iterable[Encode], rate: float) -> TaskSize:
    """The smallest task that encodes about as fast as the video plays and has the memory for it, else the largest."""
    wanted = list(encodes)
    vcpus = cpu_seconds(source_pixels, wanted) * rate
    for cpu, offered in _SIZES:
        memory = memory_mib(wanted, cpu / 1024)
        if cpu >= vcpus * 1024 and offered[-1] >= memory:
            return TaskSize(cpu, next(size for size in offered if size >= memory))
    cpu, offered = _SIZES[-1]
    return TaskSize(cpu, next((size for size in offered if size >= memory), offered[-1]))


def least_task(encodes: Iterable[Encode]) -> TaskSize:
    """The smallest task that has the memory to encode all of these, however long it takes."""
    return task_size(0, encodes, 0)


def memory_mib(encodes: Iterable[Encode], vcpus: float) -> float:
    """What encoding all of these at once needs on so many vCPUs, in MiB."""
    return _TASK_MIB + _ffmpeg_mib(list(encodes)) * (1 + vcpus / _SPARE_CORES)


def wall_seconds(frames: int, cpu_seconds_each: float, size: TaskSize) -> int:
    """How long a task of this size takes for so many frames."""
    return ceil(frames * cpu_seconds_each * 1024 / size.cpu)


def _ffmpeg_mib(encodes: list[Encode]) -> float:
    codecs = {encode.codec for encode in encodes}
    pictures = sum(encode.pixels * _CODEC_MIB[encode.codec][1] for encode in encodes) / _MEGA
    return _FFMPEG_MIB + sum(_CODEC_MIB[codec][0] for codec in codecs) + pictures


def _per_megapixel(encode: Encode) -> float:
    known = _ENCODE_SECONDS[encode.codec]
    return known.get(encode.preset, max(known.values()))
