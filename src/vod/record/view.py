"""The video as the API shows it."""

import hashlib
import json
from collections.abc import Mapping

from vod.errors import document, may_be_retried
from vod.frozen import Document
from vod.money.cost import MICRO, Spent
from vod.record.status import Status
from vod.record.video import Failure, Imported, Video


def video(
    record: Video, progress: float, playback: Document | None, remade: float = 0, spent: Spent | None = None
) -> Document:
    """The API's video object; `progress` in percent, of what is `remade` too; `playback`: its addresses. What was
    `spent` is told where one video is shown."""
    return {
        "id": record.id,
        "status": record.status.value,
        "waitsFor": record.waits_for,
        "progress": progress,
        **editable(record),
        "profile": record.profile,
        "import": _import(record.imported) if record.imported else None,
        "filename": record.filename,
        "size": record.size,
        "duration": record.duration,
        "source": _source(record.probe) if record.probe else None,
        "renditions": list(record.renditions),
        "sound": list(record.sound),
        "remake": {"rendition": record.remade_now.rendition, "progress": remade} if record.remade_now else None,
        "playback": playback,
        "warnings": list(record.warnings),
        "error": _error(record, record.failure) if record.failure else None,
        "cost": _cost(record, spent) if spent else None,
        "createdAt": record.created_at,
        "updatedAt": record.updated_at,
    }


def editable(record: Video) -> Document:
    """What callers can change of it."""
    return {
        "title": record.title,
        "tags": list(record.tags),
        "externalId": record.external_id,
        "metadata": dict(record.metadata),
        "downloads": record.downloads,
    }


def _import(imported: Imported) -> Document:
    """Its address without what may be secret: signatures stand in the query."""
    url = imported.url.partition("?")[0]
    return {"url": url, "received": imported.received, "total": imported.total}


def _error(record: Video, failure: Failure) -> Document:
    """`retryable` says whether encoding the same source again may help; an import that failed has none."""
    has_source = record.imported is None or record.run is not None
    return {**document(failure.code, failure.message), "retryable": has_source and may_be_retried(failure.code)}


def edition(shown: Document) -> str:
    """The entity tag of what callers can change of a shown video (RFC 9110, 8.8.3): progress is no part of it."""
    told = [shown[name] for name in ("title", "tags", "externalId", "metadata", "downloads")]
    return f'"{hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:16]}"'


def _source(probe: Document) -> Document:
    """What viewers and their programs may want to know of the source; the probe itself is no interface."""
    video = probe.get("video")
    return {
        "container": probe.get("container"),
        "duration": probe.get("duration"),
        "size": probe.get("size"),
        "video": _picture(video) if video else None,
        "audio": [
            {
                "codec": track.get("codec"),
                "channels": track.get("channels"),
                "sampleRate": track.get("sample_rate"),
                "language": track.get("language"),
                "title": track.get("title"),
            }
            for track in probe.get("audio") or ()
        ],
    }


def _picture(track: Document) -> Document:
    rate = track.get("rate") or {}
    return {
        "codec": track.get("codec"),
        "width": track.get("width"),
        "height": track.get("height"),
        "rotation": track.get("rotation", 0),
        "frameRate": round(rate["num"] / rate["den"], 3) if rate else None,
        "interlaced": track.get("interlaced", False),
        "pixelFormat": track.get("pixel_format") or None,
    }


def _cost(record: Video, spent: Spent) -> Document:
    """What a video cost so far, in USD: its tasks over all runs, requests of the one that is ready, storage a month."""
    requests = record.costs.requests if record.costs else 0
    return {
        "tasks": spent.tasks,
        "taskSeconds": spent.seconds,
        "tasksUsd": spent.micro_usd / MICRO,
        "requestsUsd": requests / MICRO,
        "totalUsd": (spent.micro_usd + requests) / MICRO,
        "storageUsdPerMonth": record.costs.storage_month / MICRO if record.costs else None,
    }


def progress(record: Video, chunk_frames: Mapping[int, int]) -> float:
    """Percent of the encode that is done, to a tenth; 100 only when the video is ready."""
    if record.status is Status.READY:
        return 100
    return _share(record, chunk_frames) if record.status.is_encoding else 0


def remade(record: Video, chunk_frames: Mapping[int, int]) -> float:
    """Percent of the rendition that is being made anew."""
    return _share(record, chunk_frames)


def _share(record: Video, chunk_frames: Mapping[int, int]) -> float:
    total = (record.probe or {}).get("gridFrames") or 0
    return min(99, 1000 * sum(chunk_frames.values()) // total / 10) if total else 0
