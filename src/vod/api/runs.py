"""Routes of runs."""

import json
from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.router import APIGatewayRouter

from vod.api.app import current_caller
from vod.api.shapes import VideoId
from vod.steps.runs import Runs


def routes(runs: Runs) -> APIGatewayRouter:
    """`POST /videos/{id}/cancel` and `POST /videos/{id}/retry`."""
    router = APIGatewayRouter()

    @router.post("/videos/<video_id>/cancel", summary="Stop encoding a video; its source is kept", tags=["library"])
    def cancel(video_id: VideoId) -> dict[str, Any]:
        return {"video": runs.cancel(current_caller(router), video_id)}

    @router.post("/videos/<video_id>/retry", summary="Encode a failed or cancelled video again", tags=["library"])
    def retry(video_id: VideoId) -> Response[str]:
        return Response(202, "application/json", json.dumps({"video": runs.retry(current_caller(router), video_id)}))

    return router
