"""The launcher: one port, one owner of the state, nothing left behind."""

import json
import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from deployment import playback_key, stack
from local.clients import Clients
from local.deploy import STACK, DeployError
from local.interrupts import interruptible
from local.platform import PASSWORD, REPOSITORY, USER, Options, Platform
from local.users import seconds_left
from tests.local.aws import until
from vod import clock
from vod.access import passes, signing
from vod.access.passes import Pass


def get(url: str, token: str = "") -> tuple[int, bytes]:
    request = urllib.request.Request(url, headers={"Authorization": f"Bearer {token}"} if token else {})
    try:
        with urllib.request.urlopen(request, timeout=30) as response:
            return response.status, response.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


@contextmanager
def launcher(environment: dict[str, str], *parameters: str) -> Iterator[subprocess.Popen[str]]:
    started = subprocess.Popen(
        [sys.executable, "-m", "local.up", *parameters],
        env=environment,
        cwd=REPOSITORY,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        yield started
    finally:
        started.kill()
        started.wait()


def processes_of(state: str) -> list[str]:
    """Command lines or working folders of processes that belong to a state folder."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            try:
                command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                found += [command] if state in command or state in str((entry / "cwd").readlink()) else []
            except OSError:
                continue
    return found


def pass_to(platform: Platform, video_id: str) -> Pass:
    """A pass signed with the key of the state folder."""
    pem = (platform.state / playback_key.FILE).read_text()
    (public,) = platform.clients.cloudfront.list_public_keys()["PublicKeyList"]["Items"]
    key = signing.load(pem, f"{public['Id']}:{playback_key.public_half(pem)}")
    return passes.issue(key, f"{platform.url}/videos/{video_id}/*", clock.now() + timedelta(hours=1))


def test_there_is_a_page_with_or_without_node(platform: Platform) -> None:
    status, body = get(platform.url + "/")

    assert status == 200
    assert (b'<div id="app">' if platform.has_page else f"{platform.url}/api/videos".encode()) in body


def test_the_api_wants_a_token_and_says_so_in_its_own_shape(platform: Platform) -> None:
    status, body = get(platform.api + "/videos")

    assert status == 401
    assert json.loads(body).keys() == {"code", "message", "requestId"}


def test_the_api_takes_id_tokens_and_no_access_tokens(platform: Platform) -> None:
    assert platform._pool
    tokens = platform._pool.sign_in(USER, PASSWORD)

    assert get(platform.api + "/videos", tokens["id_token"])[0] == 200
    status, body = get(platform.api + "/videos", tokens["access_token"])
    assert (status, json.loads(body)["code"]) == (401, "token_invalid")
    assert "access token" in json.loads(body)["message"]


def test_the_env_file_holds_a_token_that_works(platform: Platform) -> None:
    values = dict(line.split("=", 1) for line in platform.env_file.read_text().splitlines())

    assert values.keys() == {"VOD_URL", "VOD_API", "VOD_TOKEN"}
    assert get(values["VOD_API"] + "/videos", values["VOD_TOKEN"])[0] == 200
    assert platform.env_file.stat().st_mode & 0o077 == 0
    assert platform.state.stat().st_mode & 0o077 == 0


def test_a_second_user_is_another_one(platform: Platform) -> None:
    token = platform.user_token("second")

    assert token != platform.token
    assert seconds_left(token) > 600
    assert get(platform.api + "/videos", token)[0] == 200


def test_the_output_bucket_is_served_only_below_videos(platform: Platform) -> None:
    outputs = platform.clients.cloudformation.describe_stacks()["Stacks"]
    bucket = next(
        output["OutputValue"]
        for stack in outputs
        for output in stack["Outputs"]
        if output["OutputKey"] == "OutputBucketName"
    )
    for key in ("videos/a/b.m4s", "jobs/a/plan.json"):
        platform.clients.s3.put_object(Bucket=bucket, Key=key, Body=b"content")

    signed = pass_to(platform, "a").query
    assert get(f"{platform.url}/videos/a/b.m4s?{signed}") == (200, b"content")
    assert get(f"{platform.url}/videos/a/b.m4s")[0] == 403
    assert get(f"{platform.url}/videos/a/missing.m4s?{signed}")[0] == 403
    assert get(f"{platform.url}/jobs/a/plan.json")[0] == 404


def test_a_busy_port_is_named(platform: Platform, tmp_path: Path) -> None:
    port = int(platform.url.rsplit(":", 1)[1])

    with pytest.raises(RuntimeError, match=f"port {port} is not free"):
        Platform(Options(state=tmp_path, port=port)).start()


def test_a_second_start_with_the_same_state_is_refused(platform: Platform) -> None:
    with pytest.raises(RuntimeError, match=f"already running \\(process {os.getpid()}\\)"):
        Platform(Options(state=platform.state, port=0)).start()


def test_ctrl_c_ends_what_was_started_in_the_background_too() -> None:
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)  # as a shell without job control starts it
    try:
        with pytest.raises(KeyboardInterrupt), interruptible():
            signal.raise_signal(signal.SIGINT)
    finally:
        signal.signal(signal.SIGINT, before)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_nothing_outlives_the_launcher(launcher_environment: dict[str, str], number: signal.Signals) -> None:
    state = Path(launcher_environment["VOD_STATE"])
    with launcher(launcher_environment) as started:
        until((state / "env").exists, seconds=60)

        started.send_signal(number)

        started.wait(20)
        until(lambda: not processes_of(str(state)))


def test_state_survives_and_a_later_start_deploys_nothing(
    launcher_environment: dict[str, str], emulator_python: Path
) -> None:
    options = Options(state=Path(launcher_environment["VOD_STATE"]), port=0, emulator_python=emulator_python)
    with Platform(options) as first:
        port, pool = (
            int(first.url.rsplit(":", 1)[1]),
            first.clients.cognito_idp.list_user_pools(MaxResults=9)["UserPools"],
        )

    with Platform(Options(options.state, port, emulator_python=emulator_python)) as second:
        assert not second.deployed
        assert second.clients.cognito_idp.list_user_pools(MaxResults=9)["UserPools"][0]["Id"] == pool[0]["Id"]
        assert get(second.api + "/videos", second.token)[0] == 200


def test_parameters_hold_for_the_start_that_names_them(launcher_environment: dict[str, str]) -> None:
    state, seen = Path(launcher_environment["VOD_STATE"]), []
    for words in (["LogLevel=DEBUG", "MaxRunningVideos=3"], []):
        with launcher(launcher_environment, *words) as started:
            until((state / "env").exists, seconds=60)
            clients = Clients(f"http://127.0.0.1:{(state / 'emulator-port').read_text()}")
            given = stack.read(clients.cloudformation, STACK).parameters
            seen.append((given["LogLevel"], given["MaxRunningVideos"]))

            started.send_signal(signal.SIGTERM)

            started.wait(20)
            (state / "env").unlink()
    assert seen == [("DEBUG", "3"), ("INFO", "200")]


def test_the_launcher_ends_with_the_process_it_was_told_to(launcher_environment: dict[str, str]) -> None:
    state = Path(launcher_environment["VOD_STATE"])
    maker = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(120)"])
    with launcher({**launcher_environment, "VOD_END_WITH": str(maker.pid)}) as started:
        until((state / "env").exists, seconds=60)

        maker.kill()
        maker.wait()

        assert started.wait(20) == 0
        until(lambda: not processes_of(str(state)))


def test_a_public_platform_needs_no_key_and_lets_everybody_watch(tmp_path: Path, emulator_python: Path) -> None:
    chosen = {"PlaybackAccess": "public", "PlaybackPublicKey": ""}
    with Platform(Options(tmp_path, 0, emulator_python=emulator_python, parameters=chosen)) as public:
        outputs = public.clients.cloudformation.describe_stacks(StackName=STACK)["Stacks"][0]["Outputs"]
        bucket = next(one["OutputValue"] for one in outputs if one["OutputKey"] == "OutputBucketName")
        public.clients.s3.put_object(Bucket=bucket, Key="videos/a/b.m4s", Body=b"content")

        assert get(f"{public.url}/videos/a/b.m4s") == (200, b"content")
        assert public.clients.cloudfront.list_public_keys()["PublicKeyList"].get("Items", []) == []


def test_a_private_platform_without_a_key_is_not_deployed(tmp_path: Path, emulator_python: Path) -> None:
    chosen = {"PlaybackPublicKey": ""}

    with pytest.raises(DeployError, match="make playback-key"):
        Platform(Options(tmp_path, 0, emulator_python=emulator_python, parameters=chosen)).start()
