"""Routes of downloads; that of a share needs no sign-in, its address is the proof."""

import json
from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Query
from aws_lambda_powertools.event_handler.router import APIGatewayRouter

from vod.api.app import current_caller
from vod.api.shapes import Token, VideoId
from vod.frozen import Document
from vod.steps.downloads import Downloading

ASK_AGAIN_SECONDS = 2
Rendition = Annotated[
    str | None,
    Query(max_length=64, description="Name of one of `renditions`, or `none`; the largest in H.264 without it"),
]
Sound = Annotated[
    str | None, Query(max_length=64, description="Name of one of `sound`, or `none`; the one played first without it")
]


def routes(downloading: Downloading) -> APIGatewayRouter:
    """`GET .../download` of a video, of a public one and of a share link."""
    router = APIGatewayRouter()

    @router.get("/videos/<video_id>/download", summary="Get a file of a video", tags=["download"])
    def ask(video_id: VideoId, rendition: Rendition = None, sound: Sound = None) -> Response[str]:
        return _answer(downloading.ask(current_caller(router), video_id, rendition, sound))

    @router.get("/public/<video_id>/download", summary="Get a file of a public video", tags=["download"])
    def public(video_id: VideoId, rendition: Rendition = None) -> Response[str]:
        return _answer(downloading.public(video_id, rendition))

    @router.get("/shares/<token>/download", summary="Get a file of a shared video", tags=["download"])
    def shared(token: Token, rendition: Rendition = None) -> Response[str]:
        origin = router.current_event.headers.get("origin", "")
        return _answer(downloading.shared(token, origin, rendition))

    return router


def _answer(download: Document) -> Response[str]:
    body = json.dumps({"download": download})
    if download["state"] == "ready":
        return Response(200, "application/json", body)
    return Response(202, "application/json", body, headers={"Retry-After": str(ASK_AGAIN_SECONDS)})
