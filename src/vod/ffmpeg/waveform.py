"""The poster of a source without pictures: the cover that it carries, else its waveform."""

from vod.media import color

COVER_SIDE = 1280
WIDTH, HEIGHT = 1280, 720
_WAVE_COLOR = "0x4FC3F7"
_LONG_SECONDS = 3600.0

Command = list[str]


def cover_command(binary: str, opened: Command, track: int) -> Command:
    """The attached picture `track` of a source as a JPEG on standard output: its own shape, at most 1280 pixels a
    side; `opened` opens the source."""
    side = rf"min({COVER_SIDE}\,iw):min({COVER_SIDE}\,ih)"
    look = f"scale={side}:force_original_aspect_ratio=decrease:force_divisible_by=2,setsar=1,{color.JPEG}"
    return [binary, "-v", "error", "-nostdin", *opened, "-map", f"0:{track}", "-vf", look, *_jpeg()]


def waveform_command(binary: str, opened: Command, track: int, seconds: float) -> Command:
    """Sound track `track` of about so many seconds as a waveform, a JPEG on standard output."""
    # showwavespic keeps every sample until the end: so few of them that ten hours fit into 200 MB.
    rate = 2000 if seconds > _LONG_SECONDS else 8000 if seconds > 1 else 48000
    drawn = [
        f"[0:{track}]aresample={rate}",
        # It draws nothing from fewer samples than columns.
        f"aformat=sample_fmts=s16:channel_layouts=mono,apad=whole_len={2 * WIDTH}",
        # Square root: speech beside one loud moment is still to be seen.
        f"showwavespic=size={WIDTH}x{HEIGHT // 2}:colors={_WAVE_COLOR}:scale=sqrt:draw=full",
        "format=rgb24",
        f"pad={WIDTH}:{HEIGHT}:0:(oh-ih)/2:color=black",
        f"{color.JPEG}[wave]",
    ]
    return [
        *(binary, "-v", "error", "-nostdin", *opened, "-filter_complex", ",".join(drawn), "-map", "[wave]"),
        *_jpeg(),
    ]


def _jpeg() -> Command:
    shape = ["-frames:v", "1", "-c:v", "mjpeg", "-q:v", "3", "-fflags", "+bitexact", "-flags:v", "+bitexact"]
    return [*shape, "-f", "image2pipe", "pipe:1"]
