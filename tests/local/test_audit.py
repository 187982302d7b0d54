"""What is granted, used and explained, by names that are the same in every run."""

from local.audit import EXPLAINED, Grant, document, read_used, unexplained
from local.logical_names import logical_names, neutral

READ = Grant("ProbeRole", "s3:GetObjectVersion", "arn:aws:s3:::${SourceBucket}/uploads/*")
TRACE = Grant("TranscodeRole", "xray:PutTraceSegments", "*")
WRITE = Grant("PlanRole", "s3:PutObject", "arn:aws:s3:::${OutputBucket}/jobs/*")
REASON = {("TranscodeRole", "xray:PutTraceSegments"): "no traces here"}


def test_what_is_neither_used_nor_explained_is_told() -> None:
    assert unexplained({READ, TRACE, WRITE}, {READ}, REASON) == [
        "PlanRole may s3:PutObject on arn:aws:s3:::${OutputBucket}/jobs/*, and no test used it"
    ]


def test_an_explanation_that_is_not_needed_is_told() -> None:
    assert unexplained({READ, TRACE}, {READ, TRACE}, REASON) == [
        "TranscodeRole xray:PutTraceSegments has an explanation, but it is used or not granted"
    ]
    assert len(unexplained({READ}, {READ}, REASON)) == 1


def test_the_document_has_every_grant_with_its_verdict() -> None:
    text = document({READ, TRACE}, {READ}, REASON)

    assert "## ProbeRole" in text
    assert "| s3:GetObjectVersion | `arn:aws:s3:::${SourceBucket}/uploads/*` | yes |" in text
    assert "| xray:PutTraceSegments | `*` | no: no traces here |" in text


def test_lines_of_the_emulator_are_grants() -> None:
    line = '["ProbeRole", "s3:GetObjectVersion", "arn:aws:s3:::${SourceBucket}/uploads/*"]'

    assert read_used([line, "", line]) == {READ}


def test_names_are_those_of_the_template() -> None:
    names = logical_names(
        {
            "stack-source-0a1b2c3d": "SourceBucket",
            "http://127.0.0.1:4566/123456789012/stack-dispatch-ff00": "DispatchQueue",
            "arn:aws:cloudformation:us-east-1:123456789012:stack/stack-encoder-77/0d9e": "Encoder",
            "short": "Short",
        }
    )

    assert neutral("arn:aws:s3:::stack-source-0a1b2c3d/uploads/*", names) == "arn:aws:s3:::${SourceBucket}/uploads/*"
    assert neutral("arn:aws:sqs:r:a:stack-dispatch-ff00", names) == "arn:aws:sqs:r:a:${DispatchQueue}"
    assert neutral("arn:aws:ecs:r:a:task-definition/stack-encoder-77:*", names).endswith("${Encoder}:*")
    assert neutral("short", names) == "short"
    assert neutral("table/x/stream/2026-11-26T16:44", {}) == "table/x/stream/*"
    assert neutral("arn:aws:secretsmanager:r:a:secret:x-8dfe8c", {}) == "arn:aws:secretsmanager:r:a:secret:x-??????"


def test_every_explanation_is_a_sentence_for_one_role() -> None:
    assert all(" " in reason and "*" not in role for (role, _), reason in EXPLAINED.items())
