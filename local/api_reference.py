"""The API's reference as one page without scripts or outside requests: `python -m local.api_reference` writes it."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

HERE = Path(__file__).parent
DOCUMENT = HERE.parent / "docs" / "openapi.json"
PAGE = DOCUMENT.with_name("reference.html")
_ABSENT: dict[str, Any] = {"security": None, "parameters": (), "requestBody": None}
_BOUNDS = {
    "minimum": "from",
    "exclusiveMinimum": "above",
    "maximum": "to",
    "minLength": "at least",
    "maxLength": "at most",
    "minItems": "at least",
    "maxItems": "at most",
    "pattern": "pattern",
    "default": "default",
}


def page(document: dict[str, Any]) -> str:
    """The page of an OpenAPI document."""
    operations = [
        {**_ABSENT, **operation, "method": method.upper(), "path": path, "examples": list(_examples(operation))}
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]
    groups = [(tag, [each for each in operations if tag["name"] in each["tags"]]) for tag in document["tags"]]
    environment = Environment(
        loader=FileSystemLoader(HERE), autoescape=True, undefined=StrictUndefined, keep_trailing_newline=True
    )
    return environment.get_template("api_reference.html.j2").render(
        info=document["info"],
        groups=groups,
        schemas=document["components"]["schemas"],
        headers=document["components"]["headers"],
        errors=_errors(operations),
        kind=kind,
        bounds=bounds,
        marked=marked,
    )


def _examples(operation: dict[str, Any]) -> Iterator[str]:
    for answer in operation["responses"].values():
        for content in answer.get("content", {}).values():
            if "example" in content:
                yield json.dumps(content["example"], indent=2, ensure_ascii=False)


def _errors(operations: list[dict[str, Any]]) -> list[tuple[str, dict[str, Any]]]:
    """What each status of an error means, which is the same for every operation; with all headers that it may have."""
    found: dict[str, dict[str, Any]] = {}
    for operation in operations:
        for status, answer in operation["responses"].items():
            if status >= "400":
                headers = found.get(status, {}).get("headers", {}) | answer.get("headers", {})
                found[status] = {**answer, "headers": headers}
    return sorted(found.items())


def kind(schema: dict[str, Any]) -> Markup:
    """A schema in a few words, with links to those that have a name."""
    if reference := schema.get("$ref"):
        name = reference.rpartition("/")[2]
        return Markup('<a href="#{0}">{0}</a>').format(name)
    if several := schema.get("anyOf") or schema.get("oneOf"):
        return Markup(" or ").join(kind(each) for each in several)
    if "enum" in schema:
        return Markup(", ").join(Markup("<code>{}</code>").format(each) for each in schema["enum"])
    if "const" in schema:
        return Markup("<code>{}</code>").format(schema["const"])
    if schema.get("type") == "array":
        return Markup("list of {}").format(kind(schema["items"]))
    if isinstance(schema.get("additionalProperties"), dict):
        return Markup("names, each with {}").format(kind(schema["additionalProperties"]))
    named = {"date-time": "time", "binary": "bytes"}.get(schema.get("format", ""), schema.get("type", "anything"))
    return escape(named)


def bounds(schema: dict[str, Any]) -> Markup:
    """What a value has to keep to."""
    told = [f"{word} {schema[name]}" for name, word in _BOUNDS.items() if schema.get(name) not in (None, [], "")]
    return Markup(' <span class="faint">{}</span>').format(", ".join(told)) if told else Markup("")


def marked(text: str) -> Markup:
    """Text in which names between backticks are code."""
    parts = (Markup("<code>{}</code>").format(part) if odd else escape(part) for part, odd in _alternating(text))
    return Markup("").join(parts)


def _alternating(text: str) -> Iterator[tuple[str, bool]]:
    return ((part, number % 2 == 1) for number, part in enumerate(text.split("`")))


if __name__ == "__main__":
    PAGE.write_text(page(json.loads(DOCUMENT.read_text())))
