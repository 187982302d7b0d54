"""An FFmpeg command with the threads it would start on a machine of so many cores: memory grows with threads."""

from collections.abc import Sequence


def as_on(cores: int, command: Sequence[str]) -> list[str]:
    """The command as a machine of so many cores would run it, told explicitly.

    x264 starts 1.5 threads a core; x265 a pool of all cores and 2 frame threads up to 7 cores, 3 up to 15 (x265's
    documentation, --frame-threads); FFmpeg's decoders one more than cores; SVT-AV1's lp is a level, 4 to 8 cores.
    """
    made = list(command)
    first_input = made.index("-i")
    made[first_input:first_input] = ["-threads", str(cores + 1)]
    made[1:1] = ["-filter_complex_threads", str(cores)]
    return [argument for place, text in enumerate(made) for argument in _told(cores, made[place - 1], text)]


def _told(cores: int, before: str, text: str) -> list[str]:
    if text == "libx264":
        return [text, "-threads", str(cores * 3 // 2)]
    if before == "-x265-params":
        return [f"{text}:pools={cores}:frame-threads={2 if cores < 8 else 3}"]
    if before == "-svtav1-params":
        return [f"{text}:lp={cores // 2 + 1}"]
    return [text]
