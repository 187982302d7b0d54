"""`make smoke`: one generated clip through a deployed platform, from sign-in to the first segments, then deleted.

Exit code 0 when the video became ready and plays; else 1 with the reason, and the video stays for who looks into it.
"""

import argparse
import secrets
import sys
import tempfile
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from deployment import STACK, stack
from deployment.playback import check_dash, check_hls
from local.api import Api, ApiError, NotDoneError, until_final
from local.media import MediaError, sample

LIMIT_SECONDS = 1800
FETCH_SECONDS = 60
Say = Callable[[str], None]


class SmokeError(RuntimeError):
    """The platform does not do what it should; the text says what."""


@contextmanager
def visitor(cognito: Any, pool: str, client: str, ending: str = "") -> Iterator[str]:
    """The id token of a user of the pool who exists only meanwhile; `client` is an app client of the password flow.

    The user's name ends with `ending`: a pool of addresses takes no other names.
    """
    name, password = f"smoke-{secrets.token_hex(6)}{ending}", f"Aa1!{secrets.token_urlsafe(24)}"
    cognito.admin_create_user(UserPoolId=pool, Username=name, MessageAction="SUPPRESS")
    try:
        cognito.admin_set_user_password(UserPoolId=pool, Username=name, Password=password, Permanent=True)
        answer = cognito.initiate_auth(
            ClientId=client,
            AuthFlow="USER_PASSWORD_AUTH",
            AuthParameters={"USERNAME": name, "PASSWORD": password},
        )
        yield str(answer["AuthenticationResult"]["IdToken"])
    finally:
        cognito.admin_delete_user(UserPoolId=pool, Username=name)


def fetch(address: str) -> bytes:
    """What a player without cookies gets from an address; urllib's errors for a refusal."""
    with urllib.request.urlopen(address, timeout=FETCH_SECONDS) as answer:  # noqa: S310 - the platform's own address
        return bytes(answer.read())


@dataclass(frozen=True, slots=True)
class Smoke:
    """The test of one platform, through its public API."""

    api: Api
    say: Say = print
    limit_seconds: float = LIMIT_SECONDS
    poll_seconds: float = 2

    def run(self, clip: Path) -> None:
        """Upload, wait, play, delete; SmokeError says what did not work."""
        video_id = self.api.upload(clip, lambda _: None)
        self.say(f"video {video_id}: {clip.stat().st_size} bytes uploaded")
        self._play(self._final(video_id))
        self.api.call("DELETE", f"/videos/{video_id}")
        self.say(f"video {video_id}: deleted")

    def _final(self, video_id: str) -> dict[str, Any]:
        for video in self._changes(video_id):
            self.say(f"video {video_id}: {video['status']}, {video.get('progress') or 0:g} %")
        if video["status"] != "ready":
            error = video.get("error") or {}
            raise SmokeError(
                f"video {video_id} is {video['status']}: {error.get('code')}: {error.get('message')} (it is kept)"
            )
        return video

    def _changes(self, video_id: str) -> Iterator[dict[str, Any]]:
        """The video each time that its status or progress is another one, the last time when it is final."""
        before = None
        try:
            for video in until_final(self.api, video_id, self.limit_seconds, self.poll_seconds):
                now = (video["status"], video.get("progress"))
                if now != before:
                    yield video
                before = now
        except NotDoneError as late:
            raise SmokeError(f"video {video_id} {late} (it is kept)") from late

    def _play(self, video: dict[str, Any]) -> None:
        for kind, check in (("hls", check_hls), ("dash", check_dash)):
            try:
                count = check(video["playback"][kind], fetch)
            except (OSError, ValueError) as error:
                raise SmokeError(f"video {video['id']} does not play as {kind}: {error} (it is kept)") from error
            self.say(f"video {video['id']}: {kind} plays, {count} files of media")


def smoke(session: Any, name: str, say: Say = print) -> None:
    """Test the platform of a stack with the credentials of a session; SmokeError says what did not work."""
    there = stack.read(session.client("cloudformation"), name)
    outputs, ending = there.outputs, "@example.com" if there.parameters.get("SignInWith") == "email" else ""
    if "PublicUrl" not in outputs:
        raise SmokeError(f"there is no stack {name} with a platform")
    cognito = session.client("cognito-idp")
    with (
        tempfile.TemporaryDirectory() as folder,
        visitor(cognito, outputs["UserPoolId"], outputs["UserPoolClientId"], ending) as token,
    ):
        say(f"{outputs['PublicUrl']}: signed in")
        Smoke(Api(f"{outputs['PublicUrl']}/api", token), say).run(sample(Path(folder) / "smoke.mp4"))


def main(arguments: list[str]) -> int:
    """Test; the exit code."""
    parser = argparse.ArgumentParser(prog="make smoke", description="Send a clip through a deployed platform.")
    parser.add_argument("--stack", default=STACK, help="the platform's stack")
    asked = parser.parse_args(arguments)
    try:
        smoke(boto3.Session(), asked.stack)
    except (SmokeError, ApiError, MediaError, BotoCoreError, ClientError, OSError) as error:
        print(f"smoke test of {asked.stack} failed: {error}", file=sys.stderr)
        return 1
    print(f"smoke test of {asked.stack} passed")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
