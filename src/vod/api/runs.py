"""Routes of runs."""

import json
from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.router import APIGatewayRouter

from vod.api.app import current_caller
from vod.api.shapes import RetryBody, VideoId
from vod.steps.runs import Runs


def routes(runs: Runs) -> APIGatewayRouter:
    """`POST /videos/{id}/cancel` and `POST /videos/{id}/retry`."""
    router = APIGatewayRouter()

    @router.post("/videos/<video_id>/cancel", summary="Stop encoding a video; its source is kept", tags=["library"])
    def cancel(video_id: VideoId) -> dict[str, Any]:
        return {"video": runs.cancel(current_caller(router), video_id)}

    @router.post(
        "/videos/<video_id>/retry",
        summary="Encode a failed or cancelled video again, or one rendition of a ready one",
        tags=["library"],
    )
    def retry(video_id: VideoId, body: RetryBody | None = None) -> Response[str]:
        caller = current_caller(router)
        if body and body.rendition:
            video = runs.remake(caller, video_id, body.rendition)
        else:
            video = runs.retry(caller, video_id)
        return Response(202, "application/json", json.dumps({"video": video}))

    return router
