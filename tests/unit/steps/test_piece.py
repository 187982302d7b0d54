import pytest

from tests import samples
from vod.encoder.report import ChunkReport
from vod.errors import PieceDoubtful
from vod.steps.piece import check_piece

PLAN = samples.plan(samples.probe(320, 240, 20.0, audio=False))


def reported(*frames: int, **changes: object) -> ChunkReport:
    tracks = tuple(samples.track(f"v{number}", [each], 1, 1) for number, each in enumerate(frames))
    return ChunkReport(chunk=0, outcome="encoded", video=tracks).model_copy(update=changes)


def test_a_piece_that_is_not_as_planned_is_doubtful() -> None:
    size = PLAN.segment_frames
    closed = PLAN.chunks[0].model_copy(update={"first_segment": 0, "end_segment": 1, "ranges": ((0, 10),)})
    last = closed.model_copy(update={"first_segment": PLAN.segments - 1, "end_segment": None, "ranges": None})
    left = PLAN.frames - (PLAN.segments - 1) * size

    check_piece(PLAN, closed, reported(size, size))
    check_piece(PLAN, last, reported(left - 1, left - 1, complaints=3))
    for chunk, report in (
        (closed, reported(size, size - 1)),
        (closed, reported(size, complaints=1)),
        (closed, reported(size, outcome="refused")),
        (last, reported(left - 3)),
    ):
        with pytest.raises(PieceDoubtful):
            check_piece(PLAN, chunk, report)
