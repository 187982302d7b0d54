"""Routes of the upload step."""

import json
import re
from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.router import APIGatewayRouter
from pydantic import ValidationError

from vod.api import bodies
from vod.api.app import current_caller
from vod.api.shapes import IDEMPOTENCY_KEY, CompleteBody, ImportBody, NewVideoBody, VideoId
from vod.errors import InvalidRequest
from vod.frozen import Document
from vod.profiles.profile import DEFAULT
from vod.record import view
from vod.record.video import Video
from vod.steps.imports import Importing
from vod.steps.upload import NewVideo, Uploads


def routes(uploads: Uploads, importing: Importing) -> APIGatewayRouter:
    """`POST /videos`, `GET` and `DELETE /videos/{id}/upload` and `POST /videos/{id}/upload/complete`."""
    router = APIGatewayRouter()

    @router.post("/videos", summary="Create a video", enable_validation=False, tags=["upload"])
    def create() -> Response[str]:
        event = router.current_event
        key = _key(event.headers.get("idempotency-key"))
        if event.query_string_parameters and "filename" in event.query_string_parameters:
            data = bodies.bytes_of(event.raw_event)
            new = _from_query(event.query_string_parameters, event.headers.get("Content-Type") or "", len(data))
            video = uploads.store(current_caller(router), new, data, key)
            return _created({"video": _shown(video), "estimate": uploads.estimate(video)})
        if _is_import(event.decoded_body):
            video = importing.create(current_caller(router), *_of_import(event.decoded_body or ""), key)
            return _created({"video": _shown(video)})
        video, upload = uploads.create(current_caller(router), _from_body(event.decoded_body), key)
        way = {"upload": upload} if upload else {}
        return _created({"video": _shown(video), **way, "estimate": uploads.estimate(video)})

    @router.get("/videos/<video_id>/upload", summary="List what arrived and where to upload the rest", tags=["upload"])
    def remaining(video_id: VideoId) -> dict[str, Any]:
        video, upload = uploads.remaining(current_caller(router), video_id)
        return {"video": _shown(video), "upload": upload}

    @router.post("/videos/<video_id>/upload/complete", summary="Finish a multipart upload", tags=["upload"])
    def complete(video_id: VideoId, body: CompleteBody) -> dict[str, Any]:
        etags = {part.part_number: part.etag for part in body.parts}
        return {"video": _shown(uploads.complete(current_caller(router), video_id, etags))}

    @router.delete("/videos/<video_id>/upload", summary="Abort an upload and delete its video", tags=["upload"])
    def abort(video_id: VideoId) -> Response[str]:
        uploads.abort(current_caller(router), video_id)
        return Response(204, body="")

    return router


def _key(told: str | None) -> str | None:
    if told is not None and not re.fullmatch(IDEMPOTENCY_KEY, told):
        raise InvalidRequest("Idempotency-Key", "must be 1 to 255 characters of ASCII without spaces")
    return told


def _shown(video: Video) -> Document:
    return view.video(video, progress=0, playback=None)


def _created(body: Document) -> Response[str]:
    return Response(201, "application/json", json.dumps(body))


def _is_import(body: str | None) -> bool:
    """Whether a body names an address to fetch from."""
    return "url" in (json.loads(body or "{}") or {})


def _of_import(body: str) -> tuple[str, dict[str, Any]]:
    """The address, and what else is said of the video."""
    asked = ImportBody.model_validate_json(body)
    said = {
        "filename": asked.filename,
        "title": asked.title,
        "tags": tuple(asked.tags),
        "profile": asked.profile,
        "external_id": asked.external_id,
        "metadata": asked.metadata,
    }
    return asked.url, {name: value for name, value in said.items() if value}


def _from_body(body: str | None) -> NewVideo:
    try:
        asked = NewVideoBody.model_validate_json(body or "")
    except ValidationError as error:
        if any(problem["type"] == "json_invalid" for problem in error.errors()):
            raise InvalidRequest(
                "body", "must be JSON with filename and size, or the file's bytes with ?filename= in the URL"
            ) from error
        raise
    return NewVideo(
        asked.filename,
        asked.size,
        asked.content_type,
        asked.title,
        tuple(asked.tags),
        asked.profile,
        asked.external_id,
        asked.metadata,
    )


def _from_query(query: dict[str, str], told_type: str, size: int) -> NewVideo:
    kind = told_type.split(";")[0].strip().lower()
    # curl calls any body a form unless told otherwise.
    content_type = kind if kind and kind != "application/x-www-form-urlencoded" else None
    told = {
        "filename": query["filename"],
        "size": max(1, size),
        "contentType": content_type,
        "title": query.get("title"),
        "profile": query.get("profile", DEFAULT),
    }
    asked = NewVideoBody.model_validate(told)
    return NewVideo(asked.filename, size, asked.content_type, asked.title, profile=asked.profile)
