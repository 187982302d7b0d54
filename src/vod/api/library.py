"""Routes of the library."""

import json
from typing import Annotated, Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Query
from aws_lambda_powertools.event_handler.router import APIGatewayRouter

from vod.api.app import current_caller
from vod.api.shapes import ChangeBody, VideoId
from vod.frozen import Document
from vod.record import view
from vod.record.status import Status
from vod.steps.library import Library


def routes(library: Library) -> APIGatewayRouter:
    """`GET /videos`, and `GET` and `PATCH /videos/{id}`."""
    router = APIGatewayRouter()

    @router.get("/videos", summary="List your videos, newest first", tags=["library"])
    def page(
        status: Annotated[Status | None, Query()] = None,
        limit: Annotated[int, Query(ge=1, le=100)] = 25,
        cursor: Annotated[str | None, Query(max_length=2000)] = None,
    ) -> dict[str, Any]:
        return library.list(current_caller(router), status, limit, cursor)

    @router.get("/videos/<video_id>", summary="Show a video", tags=["library"])
    def show(video_id: VideoId) -> Response[str]:
        return _edition(library.show(current_caller(router), video_id))

    @router.patch("/videos/<video_id>", summary="Change title and tags", tags=["library"])
    def rename(video_id: VideoId, body: ChangeBody) -> Response[str]:
        tags = None if body.tags is None else tuple(body.tags)
        seen = router.current_event.headers.get("if-match")
        return _edition(library.rename(current_caller(router), video_id, body.title, tags, seen))

    return router


def _edition(video: Document) -> Response[str]:
    headers: dict[str, str | list[str]] = {"ETag": view.edition(video["title"], video["tags"])}
    return Response(200, "application/json", json.dumps({"video": video}), headers=headers)
