"""Routes of webhooks."""

import json
from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.router import APIGatewayRouter

from vod.api.app import current_caller
from vod.api.shapes import DeliveryId, WebhookBody, WebhookChangeBody, WebhookId
from vod.steps.endpoints import Subscribing


def routes(subscribing: Subscribing) -> APIGatewayRouter:
    """`/webhooks` and everything below it."""
    router = APIGatewayRouter()

    @router.post("/webhooks", summary="Make a webhook", tags=["webhooks"])
    def create(body: WebhookBody) -> Response[str]:
        made, secret = subscribing.create(current_caller(router), body.url, tuple(body.events))
        return Response(201, "application/json", json.dumps({"webhook": made, "secret": secret}))

    @router.get("/webhooks", summary="List webhooks", tags=["webhooks"])
    def listed() -> dict[str, Any]:
        return {"webhooks": subscribing.listed(current_caller(router))}

    @router.patch("/webhooks/<webhook_id>", summary="Change a webhook, or switch it on or off", tags=["webhooks"])
    def change(webhook_id: WebhookId, body: WebhookChangeBody) -> dict[str, Any]:
        events = None if body.events is None else tuple(body.events)
        return {"webhook": subscribing.change(current_caller(router), webhook_id, body.url, events, body.is_on)}

    @router.delete(
        "/webhooks/<webhook_id>",
        summary="Delete a webhook",
        tags=["webhooks"],
        responses={204: {"description": "Gone"}},
    )
    def remove(webhook_id: WebhookId) -> Response[str]:
        subscribing.remove(current_caller(router), webhook_id)
        return Response(204, body="")

    @router.post("/webhooks/<webhook_id>/secret", summary="Make a webhook's secret anew", tags=["webhooks"])
    def renew(webhook_id: WebhookId) -> Response[str]:
        secret = subscribing.renew(current_caller(router), webhook_id)
        return Response(201, "application/json", json.dumps({"secret": secret}))

    @router.get("/webhooks/<webhook_id>/deliveries", summary="List what was sent to a webhook", tags=["webhooks"])
    def log(webhook_id: WebhookId) -> dict[str, Any]:
        return {"deliveries": subscribing.log(current_caller(router), webhook_id)}

    @router.post(
        "/webhooks/<webhook_id>/deliveries/<delivery_id>/retry", summary="Send an event again", tags=["webhooks"]
    )
    def again(webhook_id: WebhookId, delivery_id: DeliveryId) -> Response[str]:
        found = subscribing.again(current_caller(router), webhook_id, delivery_id)
        return Response(202, "application/json", json.dumps({"delivery": found}))

    return router
