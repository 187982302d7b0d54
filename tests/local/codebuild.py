"""CodeBuild as the pipeline's steps see it: the commands of a buildspec, in the source folder, with the variables that
the project and the action of the pipeline give, and no others."""

import json
import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from deployment import EDGE_REGION
from tests.templates import parsed

OURS = ("AWS_", "VOD_", "CODEBUILD_")
Values = Mapping[str, str]


@dataclass(frozen=True)
class Action:
    """One CodeBuild action: its buildspec, its variables with their values as written, its secondary sources."""

    name: str
    buildspec: str
    variables: Values
    secondary: tuple[str, ...]

    @property
    def fixed(self) -> dict[str, str]:
        """Variables whose value stands in the templates."""
        return {name: value for name, value in self.variables.items() if "{" not in value}


def action(stage: str, name: str) -> Action:
    """An action of the pipeline by its stage and name."""
    return next(each for each in actions() if each.name == f"{stage}.{name}")


def actions() -> list[Action]:
    """Every CodeBuild action in its order."""
    stages = parsed.TEMPLATES["pipeline-config.yaml"]["Resources"]["Pipeline"]["Properties"]["Stages"]
    return [
        _action(f"{stage['Name']}.{each['Name']}", each)
        for stage in stages
        for each in stage["Actions"]
        if each["ActionTypeId"]["Provider"] == "CodeBuild"
    ]


def _action(name: str, written: Any) -> Action:
    configuration = written["Configuration"]
    project = parsed.template_of(configuration["ProjectName"]["Fn::GetAtt"][0])["Resources"][
        parsed.output(configuration["ProjectName"])["Ref"]
    ]["Properties"]
    said = configuration.get("EnvironmentVariables", "[]")
    of_action = json.loads(said["Fn::Sub"] if isinstance(said, dict) else said)
    of_project = project["Environment"].get("EnvironmentVariables", [])
    variables = {each["Name"]: _text(each["Value"]) for each in of_project}
    variables |= {each["name"]: each["value"] for each in of_action}
    secondary = [each["Name"] for each in written["InputArtifacts"] if each["Name"] != "Source"]
    return Action(name, project["Source"]["BuildSpec"], variables, tuple(secondary))


def _text(value: Any) -> str:
    return value if isinstance(value, str) else "{reference}"


@dataclass(frozen=True)
class CodeBuild:
    """Where steps run: an AWS endpoint, folders of artifacts by name, programs that stand before all others."""

    endpoint: str = "http://127.0.0.1:9"
    artifacts: Mapping[str, Path] = field(default_factory=dict)
    programs: Path | None = None

    def run(self, asked: Action, values: Values, **overrides: str) -> subprocess.CompletedProcess[str]:
        """Run an action; `values` are those of its variables that the templates leave open."""
        assert values.keys() == asked.variables.keys() - asked.fixed.keys()
        environment = {**self._environment(asked), **asked.fixed, **values, **overrides}
        spec = yaml.safe_load((parsed.REPOSITORY / asked.buildspec).read_text())
        commands = [each for phase in spec["phases"].values() for each in phase.get("commands", [])]
        assert spec["version"] == 0.2
        return subprocess.run(
            ["sh", "-c", "\n".join(f"{command} || exit" for command in commands)],
            cwd=parsed.REPOSITORY,
            env=environment,
            capture_output=True,
            text=True,
            timeout=280,
            check=False,
        )

    def _environment(self, asked: Action) -> dict[str, str]:
        machine = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
        if self.programs:
            machine["PATH"] = f"{self.programs}:{machine['PATH']}"
        return machine | {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_REGION": EDGE_REGION,
            "AWS_DEFAULT_REGION": EDGE_REGION,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "CODEBUILD_BUILD_ID": f"{asked.name}:1",
            "CODEBUILD_SRC_DIR": str(parsed.REPOSITORY),
            **{f"CODEBUILD_SRC_DIR_{name}": str(self.artifacts[name]) for name in asked.secondary},
        }


def artifacts(asked: Action) -> dict[str, Path]:
    """What a finished action hands on, by its path in the artifact."""
    said = yaml.safe_load((parsed.REPOSITORY / asked.buildspec).read_text())["artifacts"]
    base = parsed.REPOSITORY / said["base-directory"]
    found = [path for pattern in said["files"] for path in base.glob(pattern) if path.is_file()]
    return {path.relative_to(base).as_posix(): path for path in found}
