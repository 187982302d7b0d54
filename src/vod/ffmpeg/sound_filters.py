"""FFmpeg filters that make a sound track steady, as long as the picture, of the wanted channels, and not too loud."""

from vod.plan.sound import SURROUND, AudioRendition

_ROUNDED_SECONDS = 0.1
_STRETCHED = 1000
"""Samples a second by which sound is stretched that is recorded by a wrong clock: 2 %, and no holes."""
_LEAST_HOLE = 0.02
"""A hole or an overlap (s) that is made good at the joints of a source; elsewhere FFmpeg's own 0.1 s."""
# Channels that are mixed add up to more than full scale. A limiter keeps the loudness, which a smaller matrix lowers by
# 8 dB for all of the film; 1 dB below full scale leaves room for what AAC adds.
_LIMITED = "alimiter=limit=0.891:attack=5:release=50:level=0:latency=1"
_FIRST_TWO = "pan=stereo|c0=c0|c1=c1,"


def sound_filters(
    track: AudioRendition, alone: bool, is_joined: bool = False, gain: float = 0.0, is_limited: bool = True
) -> list[str]:
    """What makes a sound track steady: gaps and a late start become silence, so that it never drifts from the picture.

    Broadcasts change between stereo and 5.1, which ends FFmpeg. A track `alone` in its process passes two graphs: the
    first one may be built anew then, the second lives on and knows how much it has given. With a picture beside it that
    sometimes stands still for ever (FFmpeg 9.0.2, late sound), so it is for what the first try could not do.

    Where a source `is_joined`, put together from several, blocks of its sound overlap. `gain` is in dB;
    the limiter of what is mixed or raised can be left out.
    """
    silence, cut = _silence(track)
    begin, late = _late(track)
    begin = f"{_FIRST_TWO}{begin}" if track.takes_two else begin
    exact = f":min_hard_comp={_LEAST_HOLE}" if is_joined else ""
    steady = f"aresample={track.sample_rate}:async={_STRETCHED if track.drifts else 1}{exact}:first_pts=0{late}"
    layout = {1: "mono", 2: "stereo", SURROUND: "5.1"}[track.channels]
    laid_out = f",aformat=fltp:channel_layouts={layout}"
    louder = f",volume={gain}dB" if gain else ""
    limited = f"{louder},{_LIMITED}" if is_limited and (track.is_mixed or gain > 0) else louder
    if not alone or track.right_index is not None:
        ending = f"{laid_out + limited if limited or track.is_mixed else ''}{silence or _filled(track)}{cut}"
        return ["-filter_complex", f"{_heard(track, begin + steady)}{ending}[{track.name}]"]
    # apad does nothing in a graph behind another one, whose end does not reach it (FFmpeg 9.0.2).
    even = f"[0:{track.source_index}]{begin}aresample={track.sample_rate}:async=1{laid_out}{limited}{silence}"
    return [
        "-filter_complex",
        f"{even}[{track.name}in]",
        "-filter_complex",
        f"[{track.name}in]{steady}{cut}[{track.name}]",
    ]


def _heard(track: AudioRendition, steady: str) -> str:
    """A track of the source through the filters that make it steady; two of a pair as left and right."""
    if track.right_index is None:
        return f"[0:{track.source_index}]{steady}"
    left, right = f"{track.name}l", f"{track.name}r"
    sides = f"[0:{track.source_index}]{steady}[{left}];[0:{track.right_index}]{steady}[{right}]"
    return f"{sides};[{left}][{right}]join=inputs=2:channel_layout=stereo"


def _late(track: AudioRendition) -> tuple[str, str]:
    """What comes before and behind the filter that makes a track steady whose first sound is late: an hour of silence
    is 700 MB where aresample makes it, and adelay makes it piece by piece."""
    if not track.late:
        return "", ""
    samples = round(track.late * track.sample_rate)
    return f"asetpts=PTS-{samples / track.sample_rate:.6f}/TB,", f",adelay={samples}S:all=1"


def _silence(track: AudioRendition) -> tuple[str, str]:
    """What follows a track that is known to end before the video, and where that is cut.

    A length, not "up to a time", so that missing sound is seen; a little more, and then cut exactly.
    """
    if not track.silence or track.until is None:
        return "", ""
    end = round(track.until * track.sample_rate)
    return f",apad=pad_dur={track.silence + _ROUNDED_SECONDS:.6f}", f",atrim=end_sample={end}"


def _filled(track: AudioRendition) -> str:
    """Silence up to where the video ends, behind a track whose end is not known."""
    return f",apad=whole_dur={track.until:.6f}" if track.end is None and track.until is not None else ""
