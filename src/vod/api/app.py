"""The resolver every API function shares: validation on, errors always `{"code", "message", "requestId"}`."""

import json
import time
from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response
from aws_lambda_powertools.event_handler.exceptions import ServiceError
from aws_lambda_powertools.event_handler.middlewares import NextMiddleware
from aws_lambda_powertools.event_handler.openapi.exceptions import RequestValidationError
from aws_lambda_powertools.event_handler.router import APIGatewayRouter
from pydantic import ValidationError

from vod import keys
from vod.access import caller
from vod.access.caller import Caller
from vod.api import bodies, methods
from vod.aws import logs
from vod.errors import InvalidRequest, RateLimited, RequestError, VersionConflict, document
from vod.steps.request_rates import Rates

logger = logs.logger()
_NOT_STORED = {"Cache-Control": "no-store"}
Middleware = Callable[[APIGatewayRestResolver, NextMiddleware], Any]


class _Api(APIGatewayRestResolver):
    """Its routes get bodies that can be read."""

    def resolve(self, event: Mapping[str, Any], context: Any) -> dict[str, Any]:
        try:
            read = bodies.readable(dict(event))
        except InvalidRequest as refused:
            told = _told(refused.code, refused.message, event["requestContext"]["requestId"])
            headers = {"Content-Type": "application/json", **_NOT_STORED}
            return {"statusCode": refused.status, "headers": headers, "body": told, "isBase64Encoded": False}
        return super().resolve(read, context)


def resolver(*routers: APIGatewayRouter, rates: Rates | None = None) -> APIGatewayRestResolver:
    """An app with these routes and the platform's error answers; `rates` limits how often API keys are used."""
    app = _Api(enable_validation=True)
    app.use(middlewares=[_note_video, _not_stored, *([_limited(rates)] if rates else [])])
    for router in routers:
        app.include_router(router)
    _answer_errors(app)
    return app


def _note_video(app: APIGatewayRestResolver, following: NextMiddleware) -> Any:
    """Whatever a request about a video logs names the video."""
    video_id = (app.current_event.path_parameters or {}).get("id", "")
    if keys.is_video_id(video_id):
        logger.append_keys(videoId=video_id)
    return following(app)


def _not_stored(app: APIGatewayRestResolver, following: NextMiddleware) -> Any:
    """No cache keeps an answer: many hold addresses that open a video or take an upload from whoever has them."""
    response = following(app)
    response.headers.update(_NOT_STORED)
    return response


def _limited(rates: Rates) -> Middleware:
    def limited(app: APIGatewayRestResolver, following: NextMiddleware) -> Any:
        if not (key := (app.current_event["requestContext"].get("authorizer") or {}).get("key")):
            return following(app)
        is_too_many, told = rates.headers(key)
        app.append_context(rates=told)  # for errors
        if is_too_many:
            message = f"An API key may be used {rates.per_minute} times a minute. Wait {told['Retry-After']} s."
            raise RateLimited(message)
        response = following(app)
        response.headers.update(told)
        return response

    return limited


def current_caller(routes: APIGatewayRouter) -> Caller:
    """Who calls, as the API's authorizer told; Forbidden when this request is not theirs to make."""
    event = routes.current_event
    known = caller.from_authorizer(event["requestContext"]["authorizer"], time.time())
    known.require(event.http_method, event.path)
    return known


def _answer_errors(app: APIGatewayRestResolver) -> None:
    def answer(status: int, code: str, message: str, **headers: str) -> Response[str]:
        body = _told(code, message, app.current_event.request_context.request_id)
        told = {**_NOT_STORED, **app.context.get("rates", {}), **headers}
        return Response(status, "application/json", body, headers=told)

    @app.exception_handler(RequestError)
    def refused(error: RequestError) -> Response[str]:
        return answer(error.status, error.code, error.message)

    @app.exception_handler([RequestValidationError, ValidationError])
    def invalid(error: RequestValidationError | ValidationError) -> Response[str]:
        return answer(HTTPStatus.BAD_REQUEST, "invalid_request", describe(error.errors()))

    @app.exception_handler(VersionConflict)
    def conflict(error: VersionConflict) -> Response[str]:
        return answer(HTTPStatus.CONFLICT, error.code, error.message)

    @app.exception_handler(ServiceError)
    def service(error: ServiceError) -> Response[str]:
        code = HTTPStatus(error.status_code).phrase.lower().replace(" ", "_")
        return answer(error.status_code, code, str(error.msg))

    @app.not_found
    def unknown(_: Exception) -> Response[str]:
        found, method = methods.allowed(app.current_event.path), app.current_event.http_method
        if found and method not in found:
            told = f"This path has no {method}, but {', '.join(found)}. See docs/reference.html."
            return answer(HTTPStatus.METHOD_NOT_ALLOWED, "method_not_allowed", told, Allow=", ".join(found))
        return answer(HTTPStatus.NOT_FOUND, "not_found", "This path does not exist. See docs/reference.html.")

    @app.exception_handler(Exception)
    def broken(_: Exception) -> Response[str]:
        logger.exception("unexpected error")
        message = "The platform failed, not your request. Try again in a minute."
        return answer(HTTPStatus.INTERNAL_SERVER_ERROR, "internal", message)


def _told(code: str, message: str, request_id: str) -> str:
    return json.dumps({**document(code, message), "requestId": request_id})


def describe(errors: Sequence[Any]) -> str:
    """The first validation error as a sentence that names the field."""
    first = errors[0]
    where = [str(part) for part in first["loc"] if part not in ("body", "query", "path")]
    return f"{'.'.join(where) or 'body'}: {first['msg']}"
