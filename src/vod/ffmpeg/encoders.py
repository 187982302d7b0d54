"""FFmpeg's video encoders: the arguments that make one rendition of each codec, keyframes on the grid only."""

from fractions import Fraction

from vod.media import h264_level
from vod.plan.renditions import Rendition
from vod.profiles.profile import Codec

Arguments = list[str]
QUIET = {"SVT_LOG": "1"}
"""Environment in which encoders print errors only: SVT-AV1 does not ask FFmpeg how much to say."""


def arguments(rendition: Rendition, gop_frames: int, rate: Fraction) -> Arguments:
    """What follows -map for a rendition of `rate` (1/s) with a keyframe every `gop_frames` frames and nowhere else."""
    quality = ["-preset", rendition.preset, "-crf", str(rendition.crf)]
    capped = ["-maxrate", f"{rendition.peak_kbps}k", "-bufsize", f"{2 * rendition.peak_kbps}k"]
    chosen, fixed = _CODECS[rendition.codec]
    keyframes = ["-g", str(gop_frames), "-keyint_min", str(gop_frames)]
    return ["-c:v", chosen, *quality, *capped, *keyframes, *fixed, *_level(rendition, rate)]


def _level(rendition: Rendition, rate: Fraction) -> Arguments:
    if rendition.codec is not Codec.H264:
        return []
    level = h264_level.named(rendition.width, rendition.height, rate, rendition.peak_kbps)
    return ["-level", level] if level else []


# Captions inside the source's pictures (CEA-608 in A/53) are not copied: playlists say CLOSED-CAPTIONS=NONE. SVT-AV1
# never copies any and has no such option.
_NO_CAPTIONS = ["-a53cc", "0"]

_CODECS: dict[Codec, tuple[str, Arguments]] = {
    # sc_threshold 0: keyframes on the grid only, so that they are aligned across rungs.
    # aq-mode 3, weakly: 4 to 8 % fewer bits at equal VMAF and cost, and dark pictures look the same.
    Codec.H264: ("libx264", ["-sc_threshold", "0", "-aq-mode", "3", "-aq-strength", "0.6", *_NO_CAPTIONS]),
    # hvc1: Apple's players want the parameter sets in the header. open-gop=0: no segment leans on the one before.
    # info=0: no text about the encoder in the header. log-level: x265 prints warnings by itself.
    Codec.HEVC: (
        "libx265",
        ["-tag:v", "hvc1", *_NO_CAPTIONS, "-x265-params", "scenecut=0:open-gop=0:info=0:log-level=error"],
    ),
    # irefresh-type=2: closed groups. lp=4: with six encoders at work more threads each only take memory.
    # 10 bit costs nothing here and saves bits; every AV1 decoder has it.
    Codec.AV1: ("libsvtav1", ["-svtav1-params", "scd=0:irefresh-type=2:film-grain=0:lp=4", "-pix_fmt", "yuv420p10le"]),
}
