"""The OpenAPI document of the whole API, generated from the routes (`python -m vod.api.openapi` prints it)."""

import json
import sys
from typing import Any, cast

from aws_lambda_powertools.event_handler import APIGatewayRestResolver

from vod.api import delete, deliver, library, runs, session, shares, upload
from vod.api.shapes import NewVideoBody

_ANY: Any = None
"""The document needs the routes' shapes, never their steps."""
_ERROR = {
    "type": "object",
    "required": ["code", "message", "requestId"],
    "properties": {name: {"type": "string"} for name in ("code", "message", "requestId")},
}
_ERRORS = {
    "400": "A field is wrong; the message names it",
    "401": "No valid token, or videos are private",
    "403": "The URL is not signed, was changed, has expired, or is not allowed on this site",
    "404": "No such video, or it belongs to another owner",
    "409": "The video's status does not allow this",
    "413": "Larger than this endpoint accepts",
    "429": "An owner's daily limit is reached; the message says when it resets",
}
_UNAVAILABLE = {
    "description": "The sign-in service does not answer; try again in a minute",
    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}},
}
_TIME = {"type": "string", "format": "date-time"}
_UPLOAD = {
    "type": "object",
    "description": "One upload URL (`method`, `url`, `headers`), or one URL for each missing part (`uploadId`, "
    "`partSize`, `parts`, `arrived`). If S3 refuses a URL with 403, or with 400 and the code ExpiredToken, "
    "call `GET /videos/{id}/upload` for new URLs and continue with the missing parts.",
    "required": ["expiresAt", "finishBy"],
    "properties": {
        "method": {"const": "PUT"},
        "url": {"type": "string", "format": "uri"},
        "headers": {"type": "object", "additionalProperties": {"type": "string"}},
        "uploadId": {"type": "string"},
        "partSize": {"type": "integer", "description": "Size of every part except the last, in bytes"},
        "parts": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"partNumber": {"type": "integer"}, "url": {"type": "string", "format": "uri"}},
            },
        },
        "arrived": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "partNumber": {"type": "integer"},
                    "etag": {"type": "string"},
                    "size": {"type": "integer"},
                },
            },
        },
        "expiresAt": {**_TIME, "description": "The URLs work until this time at the latest; they may expire earlier"},
        "finishBy": {**_TIME, "description": "Latest time to finish the upload; requesting it again extends this time"},
    },
}


def document() -> dict[str, Any]:
    """The OpenAPI 3.1 document as plain data."""
    app = APIGatewayRestResolver(enable_validation=True)
    for part in (upload, library, runs, delete, deliver, shares, session):
        app.include_router(part.routes(_ANY))
    text = app.get_openapi_json_schema(title="Video transcoding platform", version="1.0.0")
    made = cast(dict[str, Any], json.loads(text))
    _describe_create(made["paths"]["/videos"]["post"])
    _describe_upload(made)
    _describe_errors(made)
    _describe_auth(made)
    return made


def _describe_create(operation: dict[str, Any]) -> None:
    """`POST /videos` reads its body itself: JSON, or the video's own bytes when `filename` is in the query."""
    binary = {"schema": {"type": "string", "format": "binary"}}
    operation["requestBody"] = {
        "required": True,
        "content": {
            "application/json": {"schema": NewVideoBody.model_json_schema()},
            "application/octet-stream": binary,
        },
    }
    operation["parameters"] = [
        {"name": name, "in": "query", "required": False, "schema": {"type": "string"}, "description": text}
        for name, text in (("filename", "Name of the file whose bytes are the body"), ("title", "Title, with filename"))
    ]
    operation["responses"] = {
        "201": {"description": "The video, and where to upload its file if the request had no bytes"}
    }


def _describe_upload(made: dict[str, Any]) -> None:
    made.setdefault("components", {}).setdefault("schemas", {})["Upload"] = _UPLOAD
    answer = {"type": "object", "properties": {"upload": {"$ref": "#/components/schemas/Upload"}}}
    create, remaining = made["paths"]["/videos"]["post"], made["paths"]["/videos/{video_id}/upload"]["get"]
    for responses, status in ((create["responses"], "201"), (remaining["responses"], "200")):
        responses[status]["content"] = {"application/json": {"schema": answer}}


def _describe_errors(made: dict[str, Any]) -> None:
    made.setdefault("components", {}).setdefault("schemas", {})["Error"] = _ERROR
    reference = {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
    for path in made["paths"].values():
        for operation in path.values():
            operation["responses"].pop("422", None)
            operation["responses"] |= {
                status: {"description": meaning, "content": reference} for status, meaning in _ERRORS.items()
            }


def _describe_auth(made: dict[str, Any]) -> None:
    scheme = {"type": "http", "scheme": "bearer", "bearerFormat": "JWT", "description": "A Cognito id token"}
    made["components"]["securitySchemes"] = {"cognito": scheme}
    made["security"] = [{"cognito": []}]
    for path in (
        "/public/{video_id}/playback",
        "/shares/{token}/playback",
        *(path for path in made["paths"] if "/manifest/" in path),
    ):
        made["paths"][path]["get"]["security"] = []  # the address is the proof
    for path in ("/session", "/session/token"):
        for operation in made["paths"][path].values():
            operation["security"] = []  # a code or the session's cookie is the proof
            operation["responses"]["503"] = _UNAVAILABLE
    made["servers"] = [{"url": "/api", "description": "Below the URL of the CDN"}]


if __name__ == "__main__":
    json.dump(document(), sys.stdout, indent=2)
    sys.stdout.write("\n")
