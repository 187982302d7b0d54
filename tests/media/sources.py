"""Sources of every kind that chunks must cope with: nine segments each, made on the spot or looped from real files."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.media.corpus import corpus_file
from tests.media.generate import clip, ffmpeg

SECONDS = 33.4
SIZE = "192x108"
Make = Callable[[Path], Path]


@dataclass(frozen=True, slots=True)
class Source:
    """`make` leaves a file in a folder; `frames` on the output's grid, None where as many as decode from the source."""

    name: str
    make: Make
    frames: int | None = None
    profile: str = "default"


def made(name: str, *extra: str, **options: object) -> Make:
    """A generated file with these output options of FFmpeg."""
    chosen = {"seconds": SECONDS, "size": SIZE, "extra": extra} | options
    return lambda folder: clip(folder / name, **chosen)  # type: ignore[arg-type]


def changed(make: Make, name: str, *arguments: str, before: tuple[str, ...] = ()) -> Make:
    """What another one makes, copied packet by packet with other options."""

    def copy(folder: Path) -> Path:
        target = folder / name
        ffmpeg(*before, "-i", str(make(folder)), *arguments, "-c", "copy", str(target))
        return target

    return copy


def looped(name: str, times: int, target: str, *arguments: str) -> Make:
    """A real file several times over, its packets as they are."""
    loop = ("-stream_loop", str(times - 1))
    return changed(lambda _: corpus_file(name), target, "-map", "0:v:0", "-map", "0:a?", *arguments, before=loop)


def apart(folder: Path, picture: str, sound: str, name: str) -> Path:
    """Picture and sound that begin at different times (s)."""
    plain = str(clip(folder / "plain.mp4", SECONDS, SIZE))
    inputs = ("-itsoffset", picture, "-i", plain, "-itsoffset", sound, "-i", plain)
    ffmpeg(*inputs, "-map", "0:v", "-map", "1:a", "-c", "copy", str(folder / name))
    return folder / name


def uneven(folder: Path) -> Path:
    """Every eleventh picture is missing, and all between 10 and 11.5 s: a telephone in bad light."""
    drops = ("-vf", "select='not(eq(mod(n,11),5))*not(between(t,10,11.5))'", "-fps_mode", "vfr")
    return clip(folder / "uneven.mp4", SECONDS, SIZE, "30", extra=drops)


HLG = ("-color_trc", "arib-std-b67", "-color_primaries", "bt2020", "-colorspace", "bt2020nc")
X264 = ("-preset", "medium", "-x264-params")
VP9 = ("-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8")
X265 = ("-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=error")
SVT_AV1 = ("-c:v", "libsvtav1", "-preset", "12", "-svtav1-params", "keyint=120")
INTERLACED = ("-c:v", "mpeg2video", "-vf", "setfield=tff", "-flags", "+ildct+ilme", "-q:v", "2")
ENTERED = (
    Source("h264 29.97", made("a.mp4", rate="30000/1001")),
    Source("open groups", made("a.mp4", *X264, "open-gop=1:keyint=50:min-keyint=50")),
    Source("open groups, 4 a second", made("a.mp4", *X264, "open-gop=1:bframes=8:b-adapt=0:keyint=60", rate="4")),
    Source("deep reordering", made("a.mp4", *X264, "bframes=8:b-pyramid=normal:b-adapt=0:keyint=75")),
    Source("long groups", made("a.mkv", "-g", "240", rate="24")),
    Source("one keyframe", made("a.mp4", "-g", "100000")),
    Source("fragmented", made("a.mp4", "-movflags", "+frag_keyframe+empty_moov+delay_moov")),
    # No edit list for the sound's priming: the first picture stands until the second, 0.06 s later.
    Source("other fragments", made("a.mp4", "-g", "200", "-movflags", "+empty_moov", "-frag_duration", "500000"), 836),
    Source("index in front, pcm", made("a.mov", "-movflags", "+faststart", "-c:a", "pcm_s16le", rate="24000/1001")),
    Source("uneven times", uneven, 1002),
    Source("120 frames a second", made("a.mp4", rate="120"), 2004),
    Source("slides without sound", made("a.mp4", rate="1", seconds=40.0, sound=False)),
    Source("edit list", changed(made("long.mp4", "-g", "100", seconds=38.0), "cut.mp4", before=("-ss", "3.3"))),
    Source("late picture", lambda folder: apart(folder, "0.4", "0", "late.mp4"), 845),
    Source("late sound", lambda folder: apart(folder, "0", "1.3", "late.mkv")),
    Source("rotated, 5.1", changed(made("a.mp4", "-ac", "6"), "turned.mp4", before=("-display_rotation", "90"))),
    Source("odd size, vp9", made("a.webm", *VP9, size="161x121")),
    Source("interlaced", made("a.mkv", *INTERLACED)),
    Source("10 bit hlg hevc", made("a.mp4", *X265, *HLG, "-pix_fmt", "yuv420p10le")),
    Source("av1 from 7.3 s", made("a.mkv", *SVT_AV1, "-output_ts_offset", "7.3")),
    Source("keyframes only", made("a.mov", "-c:v", "mjpeg", "-pix_fmt", "yuvj422p", "-q:v", "5")),
    Source("h264 to hevc", made("a.mp4"), profile="hevc"),
    Source("h264 to av1", made("a.mp4"), profile="av1"),
    # Real files several times over: the sound is longer than the picture, and the grid fills the gap at each joint.
    Source("real telephone, rotated", looped("mov_iphone_rot90_gps.mov", 9, "loop.mov"), 1083),
    Source("real vp8", looped("webm_vp8_vorbis.webm", 6, "loop.webm"), 1178),
    Source("real vp9", looped("webm_vp9_opus.webm", 7, "loop.webm"), 1172),
    Source(
        "real av1, fragmented",
        looped("mp4_av1_opus.mp4", 13, "loop.mp4", "-movflags", "+frag_keyframe+empty_moov"),
        1068,
    ),
)
"""Sources that can be entered in the middle."""
FROM_THE_BEGINNING = (
    Source("transport stream from 1000 s", made("a.ts", "-g", "250", "-output_ts_offset", "1000")),
    Source("interlaced transport stream", made("a.ts", *INTERLACED)),
    Source("flv", made("a.flv")),
    Source("intra refresh", made("a.mp4", *X264, "intra-refresh=1:keyint=96:bframes=0", rate="24", size="640x360")),
    Source("real xvid in avi", looped("avi_xvid_mp3.avi", 9, "loop.avi"), 882),
    Source("real captions in a transport stream", looped("ts_cea608.ts", 6, "loop.ts"), 1086),
)
"""Sources that are one chunk by design."""
