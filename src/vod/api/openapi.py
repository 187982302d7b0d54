"""The OpenAPI document of the whole API, generated from the routes (`python -m vod.api.openapi` prints it)."""

import json
import re
import sys
from inspect import cleandoc, signature
from typing import Any, cast

from aws_lambda_powertools.event_handler import APIGatewayRestResolver
from pydantic.alias_generators import to_camel
from pydantic.json_schema import models_json_schema

from vod.access.scopes import Scope, needed
from vod.api import (
    answered_headers,
    captions,
    delete,
    deliver,
    downloads,
    endpoints,
    keys,
    library,
    original,
    runs,
    session,
    shares,
    upload,
    upload_tokens,
)
from vod.api.answered_video import Answer
from vod.api.answers import ANSWERS, Error
from vod.api.examples import EXAMPLES
from vod.api.operations import DESCRIPTION, IF_MATCH, KEY, OPERATIONS, TAGS, TITLE
from vod.api.shapes import IDEMPOTENCY_KEY, ImportBody, NewVideoBody
from vod.aws.stored_as import TYPES

_ANY: Any = None
"""The document needs the routes' shapes, never their steps."""
_PARTS = (
    *(upload, upload_tokens, original, library, runs, delete),
    *(deliver, captions, downloads, shares, keys, endpoints, session),
)
_ERRORS = {
    "400": "A field is wrong; the message names it",
    "401": "No token; `token_expired`: it was good before; `token_invalid`: it is not a token of this platform",
    "403": "The API key does not have the scope, or the address is not signed, has expired, or not for this site",
    "404": "No such thing, or it belongs to another owner",
    "405": "To another method, with a token: the path has only those of `Allow`",
    "409": "The status of the video does not allow this, or there are too many already",
    "412": "The video was changed since the `ETag` in `If-Match` was read",
    "413": "Larger than this endpoint accepts",
    "422": "The `Idempotency-Key` named another request before",
    "429": "`rate_limited`: this API key; `throttled`: all of them; `daily_limit_reached`: this owner, for today",
    "500": "The platform failed; try again in a minute",
    "504": "The answer took longer than 29 s; look again before you repeat the request",
}
_ALWAYS = ("400", "401", "403", "405", "429", "500", "504")
_WITHOUT_CONFLICTS = ("/keys/{key_id}", "/session", "/session/token", "/videos/{video_id}/shares/{share_id}")
_WITH_CONFLICTS = ("/upload", "/playback", "/download", "/original", "/captions")
"""Reads that depend on the status of the video."""
_BYTES = {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}
_UNAVAILABLE = {
    "description": "The sign-in service does not answer; try again in a minute",
    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}},
}
_MANIFEST = {
    "description": "The manifest, every URL in it signed",
    "content": {TYPES[kind][0]: {"schema": {"type": "string"}} for kind in ("m3u8", "mpd", "vtt")},
}


def document() -> dict[str, Any]:
    """The OpenAPI 3.1 document as plain data."""
    app = APIGatewayRestResolver(enable_validation=True)
    for part in _PARTS:
        app.include_router(part.routes(*[_ANY] * len(signature(part.routes).parameters)))
    text = app.get_openapi_json_schema(title=TITLE, version="1.0.0")
    made = cast(dict[str, Any], json.loads(text))
    for (method, path), operation in OPERATIONS.items():
        told = {"operationId": operation.id, "description": operation.description}
        made["paths"][path][method] |= told
    made["info"]["description"] = DESCRIPTION
    made["tags"] = [{"name": name, "description": text} for name, text in TAGS.items()]
    _describe_create(made["paths"]["/videos"]["post"])
    _describe_files(made["paths"])
    _describe_answers(made)
    _describe_errors(made)
    _describe_editions(made["paths"]["/videos/{video_id}"])
    _describe_auth(made)
    answered_headers.describe(made)
    made["paths"] = {_named_as_elsewhere(path): made["paths"][path] for _, path in OPERATIONS}
    for operation in (each for operations in made["paths"].values() for each in operations.values()):
        for parameter in operation.get("parameters", ()):
            parameter["name"] = parameter["name"] if parameter["in"] == "header" else to_camel(parameter["name"])
    return made


def _named_as_elsewhere(path: str) -> str:
    """Python's names are not the API's."""
    return re.sub(r"\{(\w+)\}", lambda found: f"{{{to_camel(found[1])}}}", path)


def _describe_create(operation: dict[str, Any]) -> None:
    """`POST /videos` reads its body itself: JSON, or the video's own bytes when `filename` is in the query."""
    operation["requestBody"] = {
        "required": True,
        "content": {
            "application/json": {
                "schema": {
                    "anyOf": [{"$ref": f"#/components/schemas/{name}"} for name in ("NewVideoBody", "ImportBody")]
                }
            },
            **_BYTES,
        },
    }
    operation["parameters"] = [
        {"name": name, "in": "query", "required": False, "schema": {"type": "string"}, "description": text}
        for name, text in (
            ("filename", "Name of the file whose bytes are the body"),
            ("title", "Title, with filename"),
            ("profile", "Profile, with filename"),
        )
    ]
    operation["parameters"].append(_header("Idempotency-Key", KEY, {"type": "string", "pattern": IDEMPOTENCY_KEY}))


def _describe_files(paths: dict[str, Any]) -> None:
    """Bodies that are a file's own bytes."""
    captions = "/videos/{video_id}/captions"
    for operation in (paths[captions]["post"], paths[captions + "/{caption_id}"]["put"]):
        operation["requestBody"] = {"required": True, "content": _BYTES}


def _describe_answers(made: dict[str, Any]) -> None:
    """What each operation answers when nothing is wrong, and the parts that these answers share."""
    models: set[type[Answer]] = {
        Error,
        *(each for found in ANSWERS.values() for each in found.values() if not isinstance(each, str)),
    }
    wanted: list[Any] = [(model, "serialization") for model in sorted(models, key=lambda model: model.__name__)]
    wanted += [(NewVideoBody, "validation"), (ImportBody, "validation")]
    _, shared = models_json_schema(wanted, ref_template="#/components/schemas/{model}")
    schemas = made.setdefault("components", {}).setdefault("schemas", {})
    schemas.update(shared["$defs"])
    for unused in ("HTTPValidationError", "ResponseValidationError", "ValidationError"):
        schemas.pop(unused, None)  # powertools' own, which no answer is
    for (method, path), found in ANSWERS.items():
        made["paths"][path][method]["responses"] = {str(status): _answer(each) for status, each in found.items()}
    for path in (path for path in made["paths"] if "/manifest/" in path):
        made["paths"][path]["get"]["responses"] = {"200": _MANIFEST}


def _header(name: str, text: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "in": "header", "required": False, "description": text, "schema": schema}


def _describe_editions(operations: dict[str, Any]) -> None:
    """Changes that depend on a video's entity tag."""
    operations["patch"]["parameters"].append(_header("If-Match", IF_MATCH, {"type": "string"}))


def _answer(found: type[Answer] | str) -> dict[str, Any]:
    if isinstance(found, str):
        return {"description": found}
    schema = {"$ref": f"#/components/schemas/{found.__name__}"}
    content = {"application/json": {"schema": schema, "example": EXAMPLES[found.__name__]}}
    return {"description": cleandoc(found.__doc__ or ""), "content": content}


def _describe_errors(made: dict[str, Any]) -> None:
    reference = {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
    for path, operations in made["paths"].items():
        for method, operation in operations.items():
            operation["responses"].pop("422", None)  # powertools' own
            operation["responses"] |= {
                status: {"description": _ERRORS[status], "content": reference}
                for status in sorted(_refusals(method, path, "requestBody" in operation))
            }


def _refusals(method: str, path: str, has_body: bool) -> set[str]:
    """The statuses with which an operation may refuse."""
    found = {*_ALWAYS, *(["404"] if "{" in path else []), *(["413"] if has_body else [])}
    if (method != "get" and path not in _WITHOUT_CONFLICTS) or path.endswith(_WITH_CONFLICTS):
        found.add("409")
    if (method, path) == ("post", "/videos"):
        found.add("422")
    if (method, path) == ("patch", "/videos/{video_id}"):
        found.add("412")
    return found


def _describe_auth(made: dict[str, Any]) -> None:
    told = "An API key, an id token of Cognito, or for the routes of one upload its token"
    made["components"]["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer", "description": told}}
    made["security"] = [{"token": []}]
    for path in (
        *(path for path in made["paths"] if path.startswith(("/public/", "/shares/"))),
        *(path for path in made["paths"] if "/manifest/" in path),
    ):
        made["paths"][path]["get"]["security"] = []  # the address is the proof
    for path in ("/session", "/session/token"):
        for operation in made["paths"][path].values():
            operation["security"] = []  # a code or the session's cookie is the proof
            operation["responses"]["503"] = _UNAVAILABLE
    _describe_scopes(made)
    made["servers"] = [{"url": "/api", "description": "Below the URL of the CDN"}]


def _describe_scopes(made: dict[str, Any]) -> None:
    """What a key needs for each operation."""
    for path, operations in made["paths"].items():
        for method, operation in operations.items():
            if operation.get("security") != []:
                scope = needed(method.upper(), path)
                told = "No API key does this." if scope is Scope.ACCOUNT else f"An API key needs the scope `{scope}`."
                operation["description"] += f" {told}"


if __name__ == "__main__":
    json.dump(document(), sys.stdout, indent=2)
    sys.stdout.write("\n")
