"""The route of the delete step."""

import json
from http import HTTPStatus

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.router import APIGatewayRouter

from vod.api.app import current_caller
from vod.api.shapes import VideoId
from vod.steps.delete import Deleting


def routes(deleting: Deleting) -> APIGatewayRouter:
    """`DELETE /videos/{id}`."""
    router = APIGatewayRouter()

    @router.delete(
        "/videos/<video_id>",
        summary="Delete a video and everything made from it",
        tags=["library"],
        responses={200: {"description": "Deleted"}, 202: {"description": "The deletion has started and goes on"}},
    )
    def delete(video_id: VideoId) -> Response[str]:
        receipt = deleting.delete(current_caller(router), video_id)
        status = HTTPStatus.OK if receipt.completed_at else HTTPStatus.ACCEPTED
        return Response(status, "application/json", json.dumps({"deletion": receipt.shown}))

    return router
