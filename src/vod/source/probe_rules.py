"""The rules by which facts of a source become its probe; pure, whatever library tells the facts."""

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction

from vod.source.byte_ranges import PRE_ROLL_SECONDS
from vod.source.dump import Crop

LEAD_IN = Fraction(1, 10)
"""Sound that leads the picture by no more (s) is cut."""


def zero(picture: Fraction | None, sound: Fraction | None) -> Fraction:
    """The common zero of picture and sound (s): the earlier of the two, so that neither loses anything.

    Sound that leads by less than 0.1 s (codec priming, TS multiplexing) is cut instead: padding the picture by a
    fraction of a frame would put it off its grid.
    """
    if picture is None:
        return sound or Fraction(0)
    return picture if sound is None or picture - sound <= LEAD_IN else sound


def zero_of_sounds(begins: Iterable[Fraction | None]) -> Fraction:
    """The zero (s) of a source without picture: where its first sound track begins."""
    return min((begin for begin in begins if begin is not None), default=Fraction(0))


def quarter_turn(degrees: float) -> int:
    """By how many degrees FFmpeg turns a picture: quarters only, near the angle that is told (NaN: a huge number)."""
    quarter = round(degrees / 90) * 90
    return quarter % 360 if abs(degrees - quarter) <= 1 else 0


def cropped(width: int, height: int, crop: Crop, shape: Fraction) -> tuple[int, int, Fraction]:
    """Width, height and pixels' shape of what a container leaves of a picture.

    Writers forget that the size on screen is that of the cropped picture (Matroska, DisplayWidth), and players take
    pixels for square where either reading makes them square.
    """
    kept_width, kept_height = width - crop.left - crop.right, height - crop.top - crop.bottom
    if crop == Crop() or kept_width < 1 or kept_height < 1:
        return width, height, shape
    of_whole = shape * Fraction(kept_width * height, kept_height * width)
    return kept_width, kept_height, Fraction(1) if of_whole == 1 else shape


def on_screen(width: int, height: int, pixel_shape: Fraction, turn: int) -> tuple[int, int]:
    """Width and height as shown: the pixels' shape stretches the width, then the picture is turned."""
    stretched = max(1, round(width * pixel_shape))
    return (height, stretched) if turn in (90, 270) else (stretched, height)


def decoder_of_alpha(codec: str, alpha_mode: str | None) -> str | None:
    """The decoder of a picture track that reads the alpha channel which Matroska keeps beside VP8 and VP9; FFmpeg's own
    decoders show what lies beneath."""
    return {"vp8": "libvpx", "vp9": "libvpx-vp9"}.get(codec) if alpha_mode == "1" else None


def pre_roll(delay: Fraction, step: Fraction, is_all_read: bool) -> float:
    """How far (s) before a picture the source is entered: a keyframe found there is shown before that picture, and
    deinterlacing has the pictures before. Of a source not read to its end more is assumed."""
    known = float(delay + 2 * step + LEAD_IN)
    return known if is_all_read else max(known, PRE_ROLL_SECONDS)


def picture_end(last: Fraction | None, step: Fraction, told: Fraction, start: Fraction) -> Fraction:
    """How long (s) the picture is: to the end of its last frame or as far as the container says, a frame at least."""
    return max(max(told, last + step if last is not None else Fraction(0)) - start, step)


def stands_until(times: Sequence[Fraction], header: Fraction) -> Fraction:
    """When the last of the pictures ends (s) that are shown at these times: as far as the header says, but no longer
    after it than there is between the others on average."""
    if len(times) < 2:
        return Fraction(0)
    return min(header, times[-1] + (times[-1] - times[0]) / (len(times) - 1))


def is_heard(is_proven: bool, was_read_whole: bool, packets: int, channels: int) -> bool:
    """Whether there is sound: proven by decoding, or believed of a track that begins behind what was read."""
    return is_proven or (not (was_read_whole or packets) and channels > 0)


def sound_left_out(number: int, codec: str, packets: int) -> str:
    """The warning about a sound track that is not heard."""
    why = "could not be decoded" if packets else "is empty"
    return f"Sound track {number} ({codec}) {why} and was left out."


_UNUSED_PERCENT, _UNUSED_BYTES = 10, 2**17


def unused_end(used: int, size: int) -> Iterator[str]:
    """The warning about the end of a source that no known track uses: its track numbers changed, or it begins anew."""
    unused = 100 * (size - used) // size
    if unused >= _UNUSED_PERCENT and size - used >= _UNUSED_BYTES:
        yield f"The last {unused} % of the source belong to none of its tracks and were left out."


_MISSED_SECONDS, _MISSED_PART = 0.3, 0.05


def cut_short(begin: float, length: float, end: float) -> Iterator[str]:
    """The warning about a source of which less can be read (up to `end`, s) than its header says."""
    # Matroska counts its length from its clock's zero, others from where they begin.
    missed = min(length, begin + length) - end if begin > 0 else length - (end - begin)
    if missed > _MISSED_SECONDS and missed > _MISSED_PART * length:
        yield f"The source says that it is {length:.1f} s long; {max(0.0, end - begin):.1f} s of it can be read."


def holds_encrypted_track(header: bytes) -> bool:
    """Whether the first bytes of an ISO file have a sample entry `encv` or `enca` (ISO/IEC 23001-7)."""
    return b"encv" in header or b"enca" in header
