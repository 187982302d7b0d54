"""Routes of the subtitles of a video."""

import json
from typing import Annotated, Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Query
from aws_lambda_powertools.event_handler.router import APIGatewayRouter

from vod.api import bodies
from vod.api.app import current_caller
from vod.api.shapes import CaptionBody, CaptionId, CaptionKind, Label, Language, VideoId
from vod.steps.captions import Captioning, Wanted


def routes(captioning: Captioning) -> APIGatewayRouter:
    """`/videos/{id}/captions` and everything below it. A subtitle file is the body of its request."""
    router = APIGatewayRouter()

    @router.get("/videos/<video_id>/captions", summary="List a video's subtitles", tags=["captions"])
    def listed(video_id: VideoId) -> dict[str, Any]:
        return {"captions": captioning.list(current_caller(router), video_id)}

    @router.post("/videos/<video_id>/captions", summary="Add a subtitle file", tags=["captions"])
    def add(
        video_id: VideoId,
        language: Annotated[Language, Query(description="BCP 47, such as de or pt-BR")],
        label: Annotated[Label | None, Query(description="For menus; the language's own name without it")] = None,
        kind: Annotated[CaptionKind, Query()] = "subtitles",
        is_default: Annotated[bool, Query(alias="isDefault", description="Shown without being chosen")] = False,
    ) -> Response[str]:
        wanted = Wanted(language, label, kind, is_default)
        made = captioning.add(current_caller(router), video_id, _body(router), wanted)
        return Response(201, "application/json", json.dumps({"caption": made}))

    @router.put("/videos/<video_id>/captions/<caption_id>", summary="Replace a subtitle file", tags=["captions"])
    def replace(video_id: VideoId, caption_id: CaptionId) -> dict[str, Any]:
        return {"caption": captioning.replace(current_caller(router), video_id, caption_id, _body(router))}

    @router.patch("/videos/<video_id>/captions/<caption_id>", summary="Change or shift subtitles", tags=["captions"])
    def change(video_id: VideoId, caption_id: CaptionId, body: CaptionBody) -> dict[str, Any]:
        wanted = Wanted(body.language, body.label, body.kind, body.is_default, body.shift_seconds)
        return {"caption": captioning.change(current_caller(router), video_id, caption_id, wanted)}

    @router.delete(
        "/videos/<video_id>/captions/<caption_id>",
        summary="Remove subtitles",
        tags=["captions"],
        responses={204: {"description": "Gone"}},
    )
    def remove(video_id: VideoId, caption_id: CaptionId) -> Response[str]:
        captioning.remove(current_caller(router), video_id, caption_id)
        return Response(204, body="")

    return router


def _body(router: APIGatewayRouter) -> bytes:
    """The bytes of the file, whatever its content type."""
    return bodies.bytes_of(router.current_event.raw_event)
