"""The storyboard: small pictures at equal distances on JPEG sheets, and the WebVTT track that maps times to them."""

from collections.abc import Sequence
from fractions import Fraction
from math import ceil

from vod.frozen import Frozen
from vod.media import color, webvtt
from vod.media.color import Color
from vod.media.webvtt import Cue
from vod.source.probe import Rate

MAX_TILES = 150
LONG_SIDE = 160
SIDE_TILES = 10
_NICE_SECONDS = (1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 30)


Command = list[str]


class Storyboard(Frozen):
    """What will be drawn: tile n shows grid frame n * `step` of `rate`, `width` x `height` pixels."""

    step: int
    tiles: int
    width: int
    height: int
    rate: Rate

    def time(self, tile: int) -> float:
        """When the frame on a tile is shown (s)."""
        return float(tile * self.step / self.rate.fraction)


class Sheet(Frozen):
    """One JPEG with tiles [first, first + count), `columns` in a row; rows that stay empty are black."""

    first: int
    count: int
    columns: int
    rows: int

    @property
    def name(self) -> str:
        """Its object name, relative to the run; known from the plan alone."""
        return f"storyboard/{self.first:05d}.jpg"


def plan_storyboard(frames: int, rate: Rate, width: int, height: int) -> Storyboard:
    """The storyboard of a video of so many grid frames, shown at width x height; at most one tile a second."""
    step = _step(frames, rate.fraction)
    scale = Fraction(LONG_SIDE, max(width, height))
    return Storyboard(
        step=step,
        tiles=max(1, ceil(frames / step)),
        width=_even(width * scale),
        height=_even(height * scale),
        rate=rate,
    )


def sheets(board: Storyboard, first_frame: int, end_frame: int | None) -> tuple[Sheet, ...]:
    """The sheets that grid frames [first_frame, end_frame) fill; chunks share none, so each task draws its own."""
    first = ceil(first_frame / board.step)
    end = board.tiles if end_frame is None else min(board.tiles, ceil(end_frame / board.step))
    if end <= first:
        return ()
    columns, rows = _layout(end - first)
    room = columns * rows
    return tuple(
        Sheet(first=start, count=min(room, end - start), columns=columns, rows=rows)
        for start in range(first, end, room)
    )


def filters(board: Storyboard, meant: Color, drawn: Sequence[Sheet]) -> str:
    """From grid frames (fps, then trim: their timestamps are their numbers) to sheets, ready for the JPEG encoder."""
    columns, rows = drawn[0].columns, drawn[0].rows
    return ",".join(
        [
            rf"select=not(mod(pts\,{board.step}))",
            color.filters(meant, board.width, board.height),
            f"setsar=1,tile={columns}x{rows}",
            color.JPEG,
        ]
    )


def output(label: str, target: str) -> Command:
    """The encoder arguments: every sheet of a filter's output as JPEG, one after another."""
    # passthrough: a sheet a hundred seconds after the last one must not be repeated to fill the time between.
    return [
        *("-map", f"[{label}]", "-fps_mode", "passthrough", "-c:v", "mjpeg", "-q:v", "5"),
        *("-fflags", "+bitexact", "-flags:v", "+bitexact", "-f", "image2pipe", target),
    ]


def end_frame(board: Storyboard, drawn: Sequence[Sheet]) -> int:
    """Behind the frame of the last tile: nothing after it need be decoded."""
    last = drawn[-1].first + drawn[-1].count - 1
    return last * board.step + 1


def command(
    binary: str, opened: Command, pictures: str, board: Storyboard, meant: Color, drawn: Sequence[Sheet]
) -> Command:
    """A storyboard by itself, sheets on standard output; `opened` opens the source with the plan's zero, `pictures` is
    the filter that makes grid frames of it."""
    chain = f"{pictures},{filters(board, meant, drawn)}[sheets]"
    return [binary, "-v", "error", "-nostdin", *opened, "-filter_complex", chain, *output("sheets", "pipe:1")]


def split(jpegs: bytes) -> list[bytes]:
    """The pictures in a stream of JPEGs; a marker never occurs inside their coded data (ITU-T T.81, B.1.1.5)."""
    pictures = jpegs.split(b"\xff\xd9")
    return [picture + b"\xff\xd9" for picture in pictures[:-1]]


def track(board: Storyboard, drawn: Sequence[Sheet], seconds: float) -> str:
    """The WebVTT thumbnails track of a video of so many seconds: each cue names its part of a sheet."""
    cues = [cue for sheet in drawn for cue in _cues(board, sheet, seconds)]
    return webvtt.written(cue for cue in cues if cue.end > cue.start)


def _cues(board: Storyboard, sheet: Sheet, seconds: float) -> list[Cue]:
    return [
        Cue(
            start=board.time(sheet.first + place),
            end=min(board.time(sheet.first + place + 1), seconds),
            text=f"{sheet.name}#xywh={_corner(board, sheet, place)},{board.width},{board.height}",
        )
        for place in range(sheet.count)
    ]


def _corner(board: Storyboard, sheet: Sheet, place: int) -> str:
    row, column = divmod(place, sheet.columns)
    return f"{column * board.width},{row * board.height}"


def _step(frames: int, rate: Fraction) -> int:
    seconds = frames / rate
    wanted = next((nice for nice in _NICE_SECONDS if seconds / nice <= MAX_TILES), None)
    return max(1, ceil((wanted or 60 * ceil(seconds / 60 / MAX_TILES)) * rate))


def _layout(tiles: int) -> tuple[int, int]:
    columns = min(SIDE_TILES, tiles)
    return columns, min(SIDE_TILES, ceil(tiles / columns))


def _even(length: Fraction) -> int:
    return max(2, 2 * round(length / 2))
