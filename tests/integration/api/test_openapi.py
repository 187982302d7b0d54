import json
from pathlib import Path

from openapi_spec_validator import validate

from vod.api.openapi import document

KEPT = Path(__file__).parents[3] / "docs" / "openapi.json"


def test_the_kept_document_is_what_the_routes_say() -> None:
    assert json.loads(KEPT.read_text()) == document(), (
        "run: PYTHONPATH=src .venv/bin/python -m vod.api.openapi > docs/openapi.json"
    )


def test_the_document_is_valid_openapi() -> None:
    validate(document())


def test_every_operation_documents_its_errors() -> None:
    for path in document()["paths"].values():
        for operation in path.values():
            assert {"400", "401", "404"} <= set(operation["responses"])
