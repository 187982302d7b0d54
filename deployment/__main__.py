"""`make deploy`: a look whether the account is ready, what stands around the stack, the stack by SAM, and what is next.

A stack that is stuck is explained, and cleared with CLEAN=yes.
"""

import argparse
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from deployment import EDGE_REGION, REPOSITORY, page, recovery, stack, wheels
from deployment.edge import Edge, is_apart
from deployment.findings import Verdict, table
from deployment.missing import still_missing
from deployment.platform import Deploy, Deployment
from deployment.preflight import Preflight, is_ready
from deployment.recovery import Recovery
from deployment.samconfig import Target, assignments, target

PAGE = REPOSITORY / "web/dist"
NO_PAGE = (
    "The page was not built. It needs Node.js 20.19 or newer with npm. `make deploy PAGE=no` deploys without the page."
)
NO_SAM = "sam is not on PATH: run `make deploy`, which installs it in .venv."


class NotDeployedError(RuntimeError):
    """SAM could not bring the stack to the template."""


def by_sam(at: Target) -> Deploy:
    """Building for the stack's processor, then deploying; parameters that are not named stay as they are."""

    def deploy(parameters: Mapping[str, str], architecture: str) -> None:
        wheels.build(architecture)
        command = ["sam", "deploy", "--config-env", at.environment]
        if parameters:
            command += ["--parameter-overrides", *(f'{name}="{value}"' for name, value in parameters.items())]
        if subprocess.run(command, cwd=REPOSITORY, check=False).returncode:
            raise NotDeployedError("sam deploy failed, as it says above")

    return deploy


def clear(session: Any, name: str) -> None:
    """Explain and clear what is stuck, the stack and the one of its edge; ValueError where it stays so."""
    places = {name: session.region_name}
    if is_apart(session.region_name):
        places[Edge(None, name, session.region_name, {}).name] = EDGE_REGION
    for each, region in places.items():
        Recovery(session, region, each, recovery.agreed).run()


def require_ready(session: Any, name: str, given: Mapping[str, str]) -> None:
    """Print what a look at the account finds; ValueError when a deployment would surely fail."""
    found = list(Preflight(session, name, given).run())
    print(table(found), flush=True)
    if not is_ready(found):
        raise ValueError("nothing was built: fix the lines marked NO first")


def next_steps(session: Any, name: str) -> str:
    """What the deployed platform still lacks, with the commands, or the one that tries it out."""
    there = stack.read(session.client("cloudformation"), name)
    lacking = [each for each in still_missing(session, there) if each.verdict is not Verdict.OK]
    return table(lacking) if lacking else f"Try it with a generated clip: make smoke STACK={name}"


def deploy(at: Target, given: Mapping[str, str], folder: Path | None) -> None:
    """All of it, in order, told on the terminal."""
    session = boto3.Session(region_name=at.region)
    if session.region_name and session.get_credentials():
        clear(session, at.stack)
    require_ready(session, at.stack, given)
    try:
        address = Deployment(session, at.stack, given).run(by_sam(at), folder)
    except NotDeployedError:
        print("\n".join(recovery.why_not(session.client("cloudformation"), at.stack)))
        raise
    print(f"deployed: {address}\n{next_steps(session, at.stack)}")


def missing_tool(wants_page: bool) -> str:
    """What this machine lacks for a deployment; empty when nothing."""
    if wants_page and not (PAGE / page.INDEX).exists():
        return NO_PAGE
    return "" if shutil.which("sam") else NO_SAM


def main(arguments: list[str]) -> int:
    """Deploy; the exit code."""
    parser = argparse.ArgumentParser(prog="make deploy", description="Deploy to the AWS account of your credentials.")
    parser.add_argument("--config-env", default="default", help="the environment of samconfig.toml")
    parser.add_argument("--without-page", action="store_true", help="do not build or upload the page")
    parser.add_argument("parameters", nargs="*", help="NAME=value; other parameters keep their values")
    asked = parser.parse_args(arguments)
    if lacking := missing_tool(wants_page=not asked.without_page):
        print(f"make deploy: {lacking}", file=sys.stderr)
        return 1
    try:
        at = target(asked.config_env, (REPOSITORY / "samconfig.toml").read_text())
        given = {**at.parameters, **assignments(asked.parameters)}
        deploy(at, given, None if asked.without_page else PAGE)
    except (BotoCoreError, ClientError, NotDeployedError, ValueError, subprocess.CalledProcessError) as error:
        print(f"make deploy: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
