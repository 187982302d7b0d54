"""Routes of the deliver step; those of shares and manifests need no sign-in, their address is the proof."""

import json
from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Query
from aws_lambda_powertools.event_handler.router import APIGatewayRouter
from aws_lambda_powertools.shared.cookies import Cookie, SameSite

from vod import keys
from vod.access.passes import Pass
from vod.api.app import current_caller
from vod.api.shapes import ManifestName, PathName, Token, VideoId
from vod.aws.stored_as import TYPES
from vod.frozen import Document
from vod.steps.deliver import Delivering, Grant

Value = Annotated[str, Query(max_length=2000)]


def routes(delivering: Delivering) -> APIGatewayRouter:
    """`GET .../playback` of a video, of a public one and of a share link, and `GET /videos/{id}/manifest/...`."""
    router = APIGatewayRouter()

    @router.get("/videos/<video_id>/playback", summary="Get URLs and cookies to play a video", tags=["deliver"])
    def playback(video_id: VideoId) -> Response[str]:
        grant = delivering.playback(current_caller(router), video_id)
        return _granted(grant, grant.answer)

    @router.get("/public/<video_id>/playback", summary="Play a public video, without an account", tags=["deliver"])
    def public(video_id: VideoId) -> Response[str]:
        grant = delivering.public(video_id)
        return _granted(grant, grant.answer_to_strangers)

    @router.get("/shares/<token>/playback", summary="Play a shared video, without an account", tags=["deliver"])
    def shared(token: Token) -> Response[str]:
        grant = delivering.shared(token, router.current_event.headers.get("origin", ""))
        return _granted(grant, grant.answer_to_strangers)

    @router.get("/videos/<video_id>/manifest/<run>/<name>", summary="A signed manifest", tags=["deliver"])
    def manifest(
        video_id: VideoId,
        run: PathName,
        name: ManifestName,
        policy: Value = "",
        sign: Value = "",
        key: Value = "",
    ) -> Response[str]:
        return _manifest(delivering.manifest(video_id, f"{run}/{name}", Pass(policy, sign, key)), name, router)

    @router.get("/videos/<video_id>/manifest/<run>/<name>/<playlist>", summary="A signed playlist", tags=["deliver"])
    def media(
        video_id: VideoId,
        run: PathName,
        name: PathName,
        playlist: ManifestName,
        policy: Value = "",
        sign: Value = "",
        key: Value = "",
    ) -> Response[str]:
        text = delivering.manifest(video_id, f"{run}/{name}/{playlist}", Pass(policy, sign, key))
        return _manifest(text, playlist, router)

    return router


def _manifest(text: str, name: str, router: APIGatewayRouter) -> Response[str]:
    """Compressed for who takes it: every line has the same long signature, and Lambda answers 6 MB at most.

    API Gateway makes bytes of an answer in base64 only for a request that has the header Accept.
    """
    takes_bytes = bool(router.current_event.headers.get("accept"))
    headers = {"Vary": "Accept-Encoding"}
    return Response(200, TYPES[name.rsplit(".", 1)[1]][0], text, headers=headers, compress=takes_bytes)


def _granted(grant: Grant, answer: Document) -> Response[str]:
    is_secure = str(grant.playback["hls"]).startswith("https:")
    path = "/" + keys.video_prefix(grant.video.id)
    cookies = [  # kept until the browser is closed: their end stands in the policy
        Cookie(name, value, path=path, secure=is_secure, http_only=True, same_site=SameSite.LAX_MODE)
        for name, value in grant.cookies.items()
    ]
    return Response(200, "application/json", json.dumps(answer), cookies=cookies)
