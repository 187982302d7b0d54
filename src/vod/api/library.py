"""Routes of the library."""

import json
from typing import Annotated, Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Query
from aws_lambda_powertools.event_handler.router import APIGatewayRouter

from vod import clock
from vod.api.app import current_caller
from vod.api.shapes import ChangeBody, ExternalId, Moment, Pair, Tag, VideoId
from vod.frozen import Document
from vod.record import view
from vod.record.status import Status
from vod.steps import search
from vod.steps.library import Change, Library
from vod.steps.search import Sort


def routes(library: Library) -> APIGatewayRouter:
    """`GET /videos`, and `GET` and `PATCH /videos/{id}`."""
    router = APIGatewayRouter()

    @router.get("/videos", summary="List and find your videos", tags=["library"])
    def page(
        q: Annotated[str, Query(max_length=200, description="Words of title and file name, or their beginnings")] = "",
        tag: Annotated[list[Tag] | None, Query(max_length=10, description="All of these, in any case")] = None,
        metadata: Annotated[
            list[Pair] | None, Query(max_length=10, description="`name:value`, all of these, exactly")
        ] = None,
        external_id: Annotated[ExternalId | None, Query(alias="externalId", min_length=1)] = None,
        status: Annotated[Status | None, Query()] = None,
        created_from: Annotated[Moment | None, Query(alias="createdFrom")] = None,
        created_before: Annotated[Moment | None, Query(alias="createdBefore")] = None,
        sort: Annotated[Sort, Query()] = Sort.NEWEST,
        limit: Annotated[int, Query(ge=1, le=100)] = 25,
        cursor: Annotated[str | None, Query(max_length=2000)] = None,
    ) -> dict[str, Any]:
        pairs = tuple(each.partition(":") for each in metadata or ())
        query = search.Query(
            text=q,
            tags=tuple(tag or ()),
            metadata=tuple((name, value) for name, _, value in pairs),
            external_id=external_id,
            status=status,
            created_from=clock.stamp(created_from) if created_from else "",
            created_before=clock.stamp(created_before) if created_before else "",
            sort=sort,
        )
        return library.list(current_caller(router), query, limit, cursor)

    @router.get("/videos/<video_id>", summary="Show a video", tags=["library"])
    def show(video_id: VideoId) -> Response[str]:
        return _edition(library.show(current_caller(router), video_id))

    @router.patch(
        "/videos/<video_id>",
        summary="Change title, tags, external id, metadata and who may download it",
        tags=["library"],
    )
    def change(video_id: VideoId, body: ChangeBody) -> Response[str]:
        tags = None if body.tags is None else tuple(body.tags)
        wanted = Change(body.title, tags, body.external_id, body.metadata, body.downloads)
        seen = router.current_event.headers.get("if-match")
        return _edition(library.change(current_caller(router), video_id, wanted, seen))

    return router


def _edition(video: Document) -> Response[str]:
    headers: dict[str, str | list[str]] = {"ETag": view.edition(video)}
    return Response(200, "application/json", json.dumps({"video": video}), headers=headers)
