"""Routes of the page's session: no token opens them, but a code of the sign-in page or the session's own cookie."""

import json

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.router import APIGatewayRouter
from aws_lambda_powertools.shared.cookies import Cookie, SameSite

from vod.api.shapes import SessionBody
from vod.steps.session import Sessions

COOKIE = "vod-session"
PATH = "/api/session"
"""The cookie goes to these routes and to nothing else of the host."""
KEPT_SECONDS = 30 * 24 * 3600
"""As long as Cognito accepts a refresh token (stacks/login.yaml)."""


def routes(sessions: Sessions) -> APIGatewayRouter:
    """`POST` and `DELETE /session`, and `POST /session/token`."""
    router = APIGatewayRouter()

    @router.post("/session", summary="Start the page's session after a sign-in", tags=["session"])
    def start(body: SessionBody) -> Response[str]:
        tokens = sessions.open(body.code, body.verifier, _origin(router), _refresh_token(router))
        return _answer(tokens.id_token, [_cookie(tokens.refresh_token or "", KEPT_SECONDS, sessions.is_encrypted)])

    @router.post("/session/token", summary="Renew the id token of the page's session", tags=["session"])
    def renew() -> Response[str]:
        return _answer(sessions.renew(_refresh_token(router), _origin(router)), [])

    @router.delete(
        "/session",
        summary="End the page's session and revoke its refresh token",
        tags=["session"],
        responses={204: {"description": "Signed out"}},
    )
    def end() -> Response[str]:
        sessions.close(_refresh_token(router), _origin(router))
        return Response(204, body="", cookies=[_cookie("", 0, sessions.is_encrypted)])

    return router


def _answer(id_token: str, cookies: list[Cookie]) -> Response[str]:
    return Response(200, "application/json", json.dumps({"idToken": id_token}), cookies=cookies)


def _cookie(value: str, seconds: int, is_secure: bool) -> Cookie:
    return Cookie(
        COOKIE, value, path=PATH, secure=is_secure, http_only=True, max_age=seconds, same_site=SameSite.STRICT_MODE
    )


def _origin(router: APIGatewayRouter) -> str:
    return router.current_event.headers.get("origin") or ""


def _refresh_token(router: APIGatewayRouter) -> str:
    """The cookie's value; the standard library's parser gives up at cookies of others that it does not like."""
    pairs = (each.strip().partition("=") for each in (router.current_event.headers.get("cookie") or "").split(";"))
    return next((value for name, _, value in pairs if name == COOKIE), "")
