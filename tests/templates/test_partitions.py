"""Nothing of ours names a partition of AWS, but for what is the same in all of them."""

import re
from pathlib import Path

import pytest

from tests.templates import parsed

SOURCES = [
    path
    for folder in ("src", "lambda", "container", "deployment", "ci", "web/src")
    for path in sorted((parsed.REPOSITORY / folder).rglob("*"))
    if path.suffix in (".py", ".sh", ".yaml", ".ts", ".tsx", "")
    and path.is_file()
    and "node_modules" not in path.parts
    and "__pycache__" not in path.parts
]
ARN = re.compile(r"arn:aws[a-z-]*:")
HOST = re.compile(r"[\w-]+\.amazonaws\.com(\.cn)?")
SERVICE = re.compile(r"^[a-z0-9-]+(\.[a-z0-9-]+)*\.amazonaws\.com$")
"""Of service principals, which are called alike in every partition that has the service."""


@pytest.mark.parametrize("path", [*parsed.PATHS, parsed.STATE_MACHINE], ids=lambda path: path.name)
def test_a_template_names_no_partition(path: Path) -> None:
    assert ARN.findall(path.read_text()) == []


@pytest.mark.parametrize("template", parsed.TEMPLATES)
def test_a_template_names_hosts_by_the_partitions_suffix(template: str) -> None:
    texts = [value for value in parsed.walk(parsed.TEMPLATES[template]) if isinstance(value, str)]

    hosts = [text for text in texts if HOST.search(text) and not SERVICE.match(text)]

    assert [host for host in hosts if "aws-service-role/" not in host] == []


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.relative_to(parsed.REPOSITORY).as_posix())
def test_code_names_no_partition(path: Path) -> None:
    text = path.read_text(errors="ignore")

    assert ARN.findall(text) == []
    assert {found.group() for found in HOST.finditer(text)} <= {"ecs.amazonaws.com"}
