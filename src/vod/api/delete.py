"""The route of the delete step."""

from typing import Any

from aws_lambda_powertools.event_handler.router import APIGatewayRouter

from vod.api.app import current_caller
from vod.api.shapes import VideoId
from vod.steps.delete import Deletion


def routes(deletion: Deletion) -> APIGatewayRouter:
    """`DELETE /videos/{id}`."""
    router = APIGatewayRouter()

    @router.delete("/videos/<video_id>", summary="Delete a video and everything made from it", tags=["library"])
    def delete(video_id: VideoId) -> dict[str, Any]:
        return {"deletion": deletion.delete(current_caller(router), video_id).shown}

    return router
