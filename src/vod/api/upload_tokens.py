"""The route of upload tokens."""

import json

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.router import APIGatewayRouter

from vod.api.app import current_caller
from vod.api.shapes import VideoId
from vod.steps.upload_tokens import Inviting


def routes(inviting: Inviting) -> APIGatewayRouter:
    """`POST /videos/{id}/upload/token`."""
    router = APIGatewayRouter()

    @router.post("/videos/<video_id>/upload/token", summary="Let somebody else send the file", tags=["upload"])
    def token(video_id: VideoId) -> Response[str]:
        shown, ends = inviting.invite(current_caller(router), video_id)
        return Response(201, "application/json", json.dumps({"token": shown, "expiresAt": ends}))

    return router
