"""Route of the uploaded file."""

from typing import Any

from aws_lambda_powertools.event_handler.router import APIGatewayRouter

from vod.api.app import current_caller
from vod.api.shapes import VideoId
from vod.steps.original import Originals


def routes(originals: Originals) -> APIGatewayRouter:
    """`GET /videos/{id}/original`."""
    router = APIGatewayRouter()

    @router.get("/videos/<video_id>/original", summary="Get the uploaded file", tags=["download"])
    def find(video_id: VideoId) -> dict[str, Any]:
        return {"download": originals.find(current_caller(router), video_id)}

    return router
