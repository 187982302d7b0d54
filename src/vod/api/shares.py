"""Routes of shares."""

import json
from typing import Annotated, Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Body
from aws_lambda_powertools.event_handler.router import APIGatewayRouter

from vod.api.app import current_caller
from vod.api.shapes import ShareBody, ShareId, VideoId
from vod.steps.shares import Sharing


def routes(sharing: Sharing) -> APIGatewayRouter:
    """`POST` and `GET /videos/{id}/shares`, and `DELETE /videos/{id}/shares/{shareId}`."""
    router = APIGatewayRouter()

    @router.post("/videos/<video_id>/shares", summary="Create a link for people without an account", tags=["share"])
    def create(video_id: VideoId, body: Annotated[ShareBody | None, Body()] = None) -> Response[str]:
        asked = body or ShareBody()
        made = sharing.create(current_caller(router), video_id, asked.expires_in_hours, tuple(asked.sites))
        return Response(201, "application/json", json.dumps({"share": made}))

    @router.get("/videos/<video_id>/shares", summary="List the share links that are valid", tags=["share"])
    def listed(video_id: VideoId) -> dict[str, Any]:
        return {"shares": sharing.list(current_caller(router), video_id)}

    @router.delete("/videos/<video_id>/shares/<share_id>", summary="Revoke a share link", tags=["share"])
    def revoke(video_id: VideoId, share_id: ShareId) -> Response[str]:
        sharing.revoke(current_caller(router), video_id, share_id)
        return Response(204, body="")

    return router
