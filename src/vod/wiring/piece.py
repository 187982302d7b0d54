"""An encoder without any right, put together from the addresses that it is handed."""

import threading
from dataclasses import dataclass
from pathlib import Path

from vod import keys
from vod.aws.presigned import PresignedBytes, PresignedOutput, with_session
from vod.frozen import Document
from vod.plan.plan import Plan, SourceObject
from vod.steps.encode import Encoder, encode
from vod.steps.piece import check_piece


@dataclass(frozen=True, slots=True)
class Place:
    """Where a piece is encoded: FFmpeg's binary, an empty folder, and memory in MiB; `stop` is set when time is up."""

    binary: str
    folder: Path
    memory: int
    stop: threading.Event


def encode_piece(event: Document, place: Place) -> Document:
    """`{"outcome"}` of the chunk that the event names, which holds what `Granting.addresses` answered."""
    granted, key = event["granted"], keys.plan_key(event["videoId"], event["run"])
    readable = {key: with_session(granted["plan"], granted["session"])}
    store = {name: with_session(url, granted["session"]) for name, url in granted["store"].items()}
    output = PresignedOutput(store, readable)
    plan = Plan.model_validate_json(output.get(key)).of_encoders
    chunk = plan.chunk(int(event["chunk"])).model_copy(update={"memory": place.memory})
    encoder = Encoder(
        place.binary,
        place.folder,
        _Source(PresignedBytes(with_session(granted["source"], granted["session"]))),
        output,
        on_frames=lambda _frames, _is_more: True,
        stop=place.stop,
        unconfined_allowed=True,  # Lambda allows no filter: its machine is the wall (docs/security.md)
        in_function=True,
    )
    report = encode(encoder, plan, chunk)
    check_piece(plan, chunk, report)
    return {"outcome": report.outcome, "frames": report.video[0].frames if report.video else 0}


@dataclass(frozen=True, slots=True)
class _Source:
    signed: PresignedBytes

    def read(self, _: SourceObject, first: int, end: int) -> bytes:
        """Bytes [first, end) of the one source that there is an address of."""
        return self.signed.read(first, end)
