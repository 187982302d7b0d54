"""Routes of API keys."""

import json
from typing import Annotated, Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Query
from aws_lambda_powertools.event_handler.router import APIGatewayRouter

from vod.api.app import current_caller
from vod.api.shapes import KeyBody, KeyId
from vod.steps.keys import Keeping

Keys = dict[str, Any]


def routes(keeping: Keeping) -> APIGatewayRouter:
    """`GET` and `POST /keys`, and `DELETE /keys/{keyId}`."""
    router = APIGatewayRouter()

    @router.post("/keys", summary="Make an API key", tags=["keys"])
    def create(body: KeyBody) -> Response[str]:
        made, secret = keeping.create(current_caller(router), body.name, tuple(body.scopes), body.expires_in_days)
        return Response(201, "application/json", json.dumps({"key": made, "secret": secret}))

    @router.get("/keys", summary="List API keys", tags=["keys"])
    def listed(owner: Annotated[str | None, Query(max_length=128, description="For administrators")] = None) -> Keys:
        return {"keys": keeping.list(current_caller(router), owner)}

    @router.delete(
        "/keys/<key_id>", summary="Revoke an API key", tags=["keys"], responses={204: {"description": "Revoked"}}
    )
    def revoke(key_id: KeyId) -> Response[str]:
        keeping.revoke(current_caller(router), key_id)
        return Response(204, body="")

    return router
