"""docs/stack.md names all that others may rely on, and the example uses nothing else."""

import re
import subprocess
import sys
from pathlib import Path

from local import templates
from tests.templates import parsed

DOCUMENT = (parsed.REPOSITORY / "docs" / "stack.md").read_text()
EXAMPLE = parsed.REPOSITORY / "examples" / "nested" / "template.yaml"


def section(name: str) -> str:
    return DOCUMENT.split(f"## {name}\n")[1].split("\n## ")[0]


def told(name: str) -> set[str]:
    """What the first column of a table names."""
    rows = [line.split("|")[1] for line in section(name).splitlines() if line.startswith("| `")]
    return set(re.findall(r"`([^`]+)`", " ".join(rows)))


def test_every_output_is_described() -> None:
    assert told("Outputs") == set(parsed.ROOT_TEMPLATE["Outputs"])


def test_every_ssm_parameter_is_described() -> None:
    names = re.compile(r"/\$\{(?:RootStackName|AWS::StackName)\}(/[a-z-]+)")
    found = {
        name
        for path in (parsed.REPOSITORY / "template.yaml", *(parsed.REPOSITORY / "stacks").rglob("*.yaml"))
        for name in names.findall(path.read_text())
    }

    assert {each.removeprefix("/STACK") for each in told("SSM parameters")} == found - {
        "/webhooks"
    }  # a path of secrets


def test_the_example_uses_what_there_is() -> None:
    example = templates.load(EXAMPLE)
    nested = example["Resources"]["Videos"]["Properties"]

    assert (EXAMPLE.parent / nested["Location"]).resolve() == parsed.REPOSITORY / "template.yaml"
    assert nested["Parameters"].keys() <= parsed.ROOT_TEMPLATE["Parameters"].keys()
    used = set(re.findall(r"Videos\.Outputs\.(\w+)", EXAMPLE.read_text()))
    assert used
    assert used <= parsed.ROOT_TEMPLATE["Outputs"].keys()


def test_the_example_is_a_template() -> None:
    lint = Path(sys.executable).with_name("cfn-lint")
    done = subprocess.run([lint, str(EXAMPLE)], capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout
