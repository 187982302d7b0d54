import json
import re
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate

from local import api_reference
from tests.integration.api import contract
from vod.api.examples import EXAMPLES
from vod.api.openapi import document

KEPT = Path(__file__).parents[3] / "docs" / "openapi.json"


def test_the_kept_document_is_what_the_routes_say() -> None:
    assert json.loads(KEPT.read_text()) == document(), (
        "run: PYTHONPATH=src .venv/bin/python -m vod.api.openapi > docs/openapi.json"
    )


def test_the_document_is_valid_openapi() -> None:
    validate(document())


def test_every_operation_documents_its_errors() -> None:
    for path, operations in document()["paths"].items():
        for operation in operations.values():
            assert {"400", "401", "429", "500", *(["404"] if "{" in path else [])} <= set(operation["responses"])


def test_a_method_that_a_path_has_not_is_documented_with_those_that_it_has() -> None:
    for path, operations in document()["paths"].items():
        for method, operation in operations.items():
            told = operation["responses"].get("405", {})
            assert "Allow" in told.get("headers", {}), f"{method} {path}"


def test_the_answers_that_set_cookies_are_documented_with_them() -> None:
    setting = {
        (method, path, status)
        for path, operations in document()["paths"].items()
        for method, operation in operations.items()
        for status, told in operation["responses"].items()
        if "Set-Cookie" in told.get("headers", {})
    }

    assert setting == {
        ("get", "/videos/{videoId}/playback", "200"),
        ("get", "/shares/{token}/playback", "200"),
        ("post", "/session", "200"),
        ("delete", "/session", "204"),
    }


def test_an_answer_with_a_header_that_is_not_documented_is_a_fault() -> None:
    response = {"statusCode": 204, "body": "", "multiValueHeaders": {"Location": ["/elsewhere"]}}

    with pytest.raises(AssertionError, match="location"):
        contract.require_as_documented("DELETE", "/session", response)


def test_every_operation_says_what_it_answers() -> None:
    """No answer is just "an object" or a text, but for manifests."""
    for path, operations in document()["paths"].items():
        for method, operation in operations.items():
            good = {status: told for status, told in operation["responses"].items() if status.startswith("2")}
            assert good, f"{method} {path}"
            for status, told in good.items():
                named = told.get("content", {}).get("application/json", {}).get("schema", {}).get("$ref")
                assert named or status == "204" or "/manifest/" in path, f"{method} {path} {status}"


def test_every_code_that_an_answer_may_have_is_named() -> None:
    """The codes of requests in the source, each a member of the document's list."""
    told = set(document()["components"]["schemas"]["Code"]["enum"])
    sources = "\n".join(path.read_text() for path in (KEPT.parents[1] / "src" / "vod").rglob("*.py"))

    raised = set(re.findall(r"(?:Conflict|TooLarge|Unavailable)\(\s*\"([a-z_]+)\"", sources))
    gateway = (KEPT.parents[1] / "template.yaml").read_text()
    raised |= set(re.findall(r"\"code\": *\"([a-z_]+)\"", gateway))

    assert raised <= told
    assert {"invalid_request", "not_found", "internal", "throttled", "timeout"} <= told


def test_the_kept_reference_is_made_from_the_document_and_asks_nobody() -> None:
    made = api_reference.page(json.loads(KEPT.read_text()))

    assert api_reference.PAGE.read_text() == made, "run: python -m local.api_reference"
    assert not re.search(r"<script|<link|url\(|src=|href=\"https?:", made)
    addressed = set(re.findall(r"href=\"#([^\"]+)\"", made))
    assert addressed <= set(re.findall(r"id=\"([^\"]+)\"", made))


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_is_what_its_schema_says(name: str) -> None:
    whole = {**contract.document(), "$ref": f"#/components/schemas/{name}"}

    assert [error.message for error in Draft202012Validator(whole).iter_errors(EXAMPLES[name])] == []
