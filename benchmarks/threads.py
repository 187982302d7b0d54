"""An FFmpeg command with the threads it would start on a machine of so many cores: memory grows with threads."""

from collections.abc import Sequence


def as_on(cores: int, command: Sequence[str]) -> list[str]:
    """The command as a machine of so many cores would run it, told explicitly.

    x264 starts 1.5 threads a core; x265 a pool of all cores and the frame threads of its documentation
    (--frame-threads); FFmpeg's decoders one more than cores, at most 16; SVT-AV1's lp is a level from 1 to 6.
    """
    made = list(command)
    first_input = made.index("-i")
    made[first_input:first_input] = ["-threads", str(min(16, cores + 1))]
    made[1:1] = ["-filter_complex_threads", str(cores)]
    return [argument for place, text in enumerate(made) for argument in _told(cores, made[place - 1], text)]


def _told(cores: int, before: str, text: str) -> list[str]:
    if text == "libx264":
        return [text, "-threads", str(cores * 3 // 2)]
    if before == "-x265-params":
        return [f"{text}:pools={cores}:frame-threads={_level(cores, 2, 3, 5)}"]
    if before == "-svtav1-params":
        return [f"{text}:lp={_level(cores, 4, 5, 6)}"]
    return [text]


def _level(cores: int, few: int, eight: int, sixteen: int) -> int:
    return sixteen if cores >= 16 else eight if cores >= 8 else few
