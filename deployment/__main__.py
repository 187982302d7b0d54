"""`make deploy`: the key pair where there is none, the edge where it stands apart, the stack by SAM, and the page."""

import argparse
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from deployment import EDGE_REGION, STACK, page, playback_key, stack
from deployment.edge import Edge, is_apart

REPOSITORY = Path(__file__).parents[1]
PAGE, PROFILES = REPOSITORY / "web/dist", REPOSITORY / "src/vod/profiles"
NO_PAGE = "The page was not built: it needs Node.js 20.19 or newer with npm (or --without-page, for the API alone)."
ARCHITECTURE = "Architecture"
Deploy = Callable[[Mapping[str, str], str], None]
"""Deploys with parameters, and packages for a processor."""


@dataclass(frozen=True, slots=True)
class Target:
    """What samconfig.toml says of an environment: the stack, its region (None: the credentials' own), parameters."""

    environment: str
    stack: str
    region: str | None
    parameters: dict[str, str]


def target(environment: str, text: str) -> Target:
    """The environment of a samconfig.toml; ValueError when it has none of that name."""
    sections = tomllib.loads(text)
    if environment not in sections:
        raise ValueError(f"samconfig.toml has no environment {environment}")
    said = sections[environment].get("deploy", {}).get("parameters", {})
    parameters = assignments(said.get("parameter_overrides", []))
    return Target(environment, said.get("stack_name", STACK), said.get("region"), parameters)


def assignments(words: list[str] | str) -> dict[str, str]:
    """`NAME=value` words as a mapping; ValueError names a word that is none."""
    listed = shlex.split(words) if isinstance(words, str) else words
    for word in listed:
        if "=" not in word:
            raise ValueError(f"{word} is not of the form NAME=value")
    pairs = (word.split("=", 1) for word in listed)
    return {name: value.removeprefix('"').removesuffix('"') for name, value in pairs}


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


@dataclass(frozen=True, slots=True)
class Deployment:
    """Everything a deployment needs; tests give a session of the emulator and their own way to deploy."""

    session: Any
    stack: str
    given: Mapping[str, str]
    deploy: Deploy
    say: Callable[[str], None] = print

    def run(self, folder: Path | None) -> str:
        """Bring the stack up to date, then the page of a folder; the platform's address."""
        there = stack.read(self._cloudformation(), self.stack).parameters
        parameters = {**self.given, **self._key({**there, **self.given})}
        region = self.session.region_name
        edge = Edge(self._cloudformation(EDGE_REGION), self.stack, region, {**there, **parameters})
        apart = is_apart(region)
        if apart:
            self.say(f"certificate and firewall, in {EDGE_REGION} (a new certificate takes minutes)")
            parameters |= edge.before()
        self.deploy(parameters, {**there, **parameters}.get(ARCHITECTURE, "arm64"))
        made = stack.read(self._cloudformation(), self.stack)
        if not made.has(parameters):
            raise ValueError("nothing was deployed: the changes were not executed")
        if apart:
            edge.after()
        if folder:
            count = page.publish(self.session.client("s3"), folder, made, PROFILES)
            self.say(f"the page: {count} files")
        return made.outputs["PublicUrl"]

    def _cloudformation(self, region: str | None = None) -> Any:
        return self.session.client("cloudformation", region_name=region)

    def _key(self, known: Mapping[str, str]) -> dict[str, str]:
        """The parameter of a new key pair, for a private platform that has none."""
        has_key = known.get("PlaybackPublicKey") or known.get("OtherPlaybackPublicKey")
        if has_key or known.get("PlaybackAccess", "private") != "private":
            return {}
        self.say("a key pair for private playback, into Secrets Manager")
        pem = playback_key.ensured(self.session.client("secretsmanager"), self.stack)
        return {"PlaybackPublicKey": playback_key.public_half(pem)}


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
        address = Deployment(session, at.stack, given, by_sam(at)).run(None if asked.without_page else PAGE)
    except (BotoCoreError, ClientError, ValueError, subprocess.CalledProcessError) as error:
        print(f"make deploy: {error}", file=sys.stderr)
        return 1
    print(f"deployed: {address}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
