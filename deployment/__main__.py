"""`make deploy`: the key pair where there is none, the edge where it stands apart, the stack by SAM, and the page."""

import argparse
import subprocess
import sys
from collections.abc import Mapping

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from deployment import REPOSITORY, page
from deployment.platform import ARCHITECTURE, Deploy, Deployment
from deployment.samconfig import Target, assignments, target

PAGE = REPOSITORY / "web/dist"
NO_PAGE = "The page was not built: it needs Node.js 20.19 or newer with npm (or --without-page, for the API alone)."


def by_sam(at: Target) -> Deploy:
    """Building for the stack's processor, then deploying; parameters that are not named stay as they are."""

    def deploy(parameters: Mapping[str, str], architecture: str) -> None:
        build = ["sam", "build", "--parameter-overrides", f"{ARCHITECTURE}={architecture}"]
        subprocess.run(build, cwd=REPOSITORY, check=True)
        command = ["sam", "deploy", "--config-env", at.environment]
        if parameters:
            command += ["--parameter-overrides", *(f'{name}="{value}"' for name, value in parameters.items())]
        subprocess.run(command, cwd=REPOSITORY, check=True)

    return deploy


def main(arguments: list[str]) -> int:
    """Deploy; the exit code."""
    parser = argparse.ArgumentParser(prog="make deploy", description="Deploy to the AWS account of your credentials.")
    parser.add_argument("--config-env", default="default", help="the environment of samconfig.toml")
    parser.add_argument("--without-page", action="store_true", help="leave the page alone")
    parser.add_argument("parameters", nargs="*", help="NAME=value; other parameters stay as they are")
    asked = parser.parse_args(arguments)
    if not (asked.without_page or (PAGE / page.INDEX).exists()):
        print(f"make deploy: {NO_PAGE}", file=sys.stderr)
        return 1
    try:
        at = target(asked.config_env, (REPOSITORY / "samconfig.toml").read_text())
        session = boto3.Session(region_name=at.region)
        given = {**at.parameters, **assignments(asked.parameters)}
        folder = None if asked.without_page else PAGE
        address = Deployment(session, at.stack, given).run(by_sam(at), folder)
    except (BotoCoreError, ClientError, ValueError, subprocess.CalledProcessError) as error:
        print(f"make deploy: {error}", file=sys.stderr)
        return 1
    print(f"deployed: {address}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
