"""What a pipeline does around a deployment by CloudFormation: the parameters before it, the page after it.

Before: what the stack has, what samconfig.toml says of its environment, a key pair where there is none, the edge where
it stands apart, the commit's image. After: the edge let go of what is unused, the page into its bucket.
"""

import argparse
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from deployment import REPOSITORY, recovery, stack
from deployment.platform import Deployment
from deployment.samconfig import target
from deployment.stack import Stack
from local import templates


def parameters(deployment: Deployment, template: Path) -> dict[str, str]:
    """Every value that the template's stack gets; ValueError when a pipeline must not or cannot deploy it."""
    there = stack.read(deployment.session.client("cloudformation"), deployment.stack)
    require_deployable(deployment.stack, there)
    known = templates.load(template)["Parameters"]
    kept = {name: value for name, value in there.parameters.items() if name in known}
    wanted = {**kept, **deployment.prepare()}
    if unknown := wanted.keys() - known.keys():
        raise ValueError(f"the template has no parameter {', '.join(sorted(unknown))}")
    return wanted


def require_deployable(name: str, there: Stack) -> None:
    """ValueError for a stack that is half made, and for one that holds a pipeline: a push must not change its guard."""
    if recovery.is_stuck(there.status):
        raise ValueError(f"{name} is {there.status}. {recovery.WHAT_HAPPENED[there.status]} Read its events first.")
    if there.parameters.get("GitHubRepository"):
        raise ValueError(f"{name} contains a pipeline: let the pipeline deploy other stacks")


def configuration(values: Mapping[str, str]) -> str:
    """A template configuration file as CodePipeline's CloudFormation action takes it."""
    return json.dumps({"Parameters": dict(values)}, indent=2, sort_keys=True) + "\n"


def write_parameters(asked: argparse.Namespace, session: Any) -> None:
    """`parameters`: the values for one stack and commit, into a file."""
    text = (REPOSITORY / "samconfig.toml").read_text()
    given = {
        **target(asked.environment, text).parameters,
        "Architecture": asked.architecture,
        "EncoderImageUri": asked.image,
        "PermissionsBoundaryArn": asked.boundary,
        "GitHubRepository": "",
    }
    values = parameters(Deployment(session, asked.stack, given, role=asked.role), asked.template)
    asked.to.write_text(configuration(values))
    print(f"{asked.stack}: {len(values)} parameters, image {asked.image}")


def publish(asked: argparse.Namespace, session: Any) -> None:
    """`page`: what follows a deployment."""
    print(f"deployed: {Deployment(session, asked.stack, {}, role=asked.role).finish({}, asked.page)}")


def parser() -> argparse.ArgumentParser:
    """The two commands, and what they need."""
    made = argparse.ArgumentParser(prog="python -m deployment.release")
    made.set_defaults(do=None)
    commands = made.add_subparsers(required=True)
    before, after = commands.add_parser("parameters"), commands.add_parser("page")
    for each, do in ((before, write_parameters), (after, publish)):
        each.set_defaults(do=do)
        each.add_argument("--stack", required=True)
        each.add_argument("--role", required=True, help="CloudFormation's role, for a separate edge stack")
    before.add_argument("--boundary", required=True, help="permissions boundary of the stack's roles")
    before.add_argument("--environment", required=True, help="environment in samconfig.toml")
    before.add_argument("--architecture", required=True)
    before.add_argument("--image", required=True, help="URI of the encoder image")
    before.add_argument("--template", required=True, type=Path, help="packaged template")
    before.add_argument("--to", required=True, type=Path, help="file to write")
    after.add_argument("--page", required=True, type=Path, help="folder of the built page")
    return made


def main(arguments: list[str]) -> int:
    """Do one of the two; the exit code."""
    asked = parser().parse_args(arguments)
    try:
        asked.do(asked, boto3.Session())
    except (BotoCoreError, ClientError, ValueError, OSError) as error:
        print(f"{asked.stack}: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
