"""Piece: whether a function made of its chunk what was planned, or a task has to make it again."""

from vod.encoder.report import ChunkReport
from vod.errors import PieceDoubtful
from vod.manifest.verification import FRAME_TOLERANCE
from vod.plan.chunks import Chunk
from vod.plan.plan import Plan


def check_piece(plan: Plan, chunk: Chunk, report: ChunkReport) -> None:
    """Raise PieceDoubtful where a task might make more of the chunk than the function did, which has no more memory
    than it has, and of the source the planned bytes alone: the others are zeros."""
    if report.outcome != "encoded":
        raise PieceDoubtful(report.refusal.code if report.refusal else report.outcome)
    if report.complaints and chunk.ranges is not None:
        raise PieceDoubtful(f"{report.complaints} complaints of FFmpeg")
    first, end = plan.frames_of(chunk)
    wanted, tolerance = (plan.frames - first, FRAME_TOLERANCE) if end is None else (end - first, 0)
    if any(abs(track.frames - wanted) > tolerance for track in report.video):
        raise PieceDoubtful(f"not the {wanted} frames that were planned")
