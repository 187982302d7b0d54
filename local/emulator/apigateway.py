"""API Gateway: what SAM writes into the OpenAPI body of a REST API as extensions is taken over too."""

from collections.abc import Mapping
from typing import Any

from ministack.services import apigateway_v1

RESPONSES = "x-amazon-apigateway-gateway-responses"
BINARY = "x-amazon-apigateway-binary-media-types"

_import = apigateway_v1._import_rest_api
_validate_token = apigateway_v1._validate_cognito_authorizer


def import_rest_api(body: Mapping[str, Any], settings: Mapping[str, Any]) -> str:
    """Make an API from an OpenAPI body, its binary media types and its own error responses included; the API's id."""
    binary = [*(settings.get("binaryMediaTypes") or []), *(body.get(BINARY) or [])]
    api = str(_import(body, {**settings, "binaryMediaTypes": binary}))
    for kind, response in (body.get(RESPONSES) or {}).items():
        apigateway_v1._put_gateway_response(api, kind, response)
    return api


async def validate_token(authorizer: Any, method: Mapping[str, Any], *rest: Any) -> tuple[Any, Any]:
    """The claims of a user pool's token: of an id token, or where the method has scopes, of an access token."""
    claims, refused = await _validate_token(authorizer, method, *rest)
    wanted = "access" if method.get("authorizationScopes") else "id"
    if not refused and claims.get("token_use") != wanted:
        return None, apigateway_v1._gw_error("UNAUTHORIZED", "Unauthorized")
    return claims, refused


def install() -> None:
    """Import APIs this way, and let in who has the right kind of token."""
    apigateway_v1._validate_cognito_authorizer = validate_token
    apigateway_v1._import_rest_api = import_rest_api
