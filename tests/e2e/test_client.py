"""The command `vod`, as somebody uses it: each call a process of its own, against the local platform."""

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from local.api import Api
from local.platform import REPOSITORY, Platform
from tests.e2e.conftest import Video
from tests.media import decoded
from tests.media.generate import clip

PYTHON = REPOSITORY / ".venv-api" / "bin" / "python"
CLIENT = REPOSITORY / "client"
COMMAND = [PYTHON, "-c", "from vod_client.cli import main; main()"]
Vod = Callable[..., str]


@pytest.fixture
def home(tmp_path: Path) -> dict[str, str]:
    """The environment of somebody who has nothing yet."""
    return {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "PYTHONPATH": str(CLIENT / "src"), "COLUMNS": "200"}


@pytest.fixture
def vod(home: dict[str, str]) -> Vod:
    def run(*words: str | Path, ok: bool = True, env: dict[str, str] | None = None) -> str:
        done = subprocess.run(
            [*COMMAND, *map(str, words)],
            env={**home, **(env or {})},
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
        )
        assert (done.returncode == 0) is ok, done.stdout + done.stderr
        return done.stdout if ok else done.stderr

    return run


@pytest.fixture
def signed_in(vod: Vod, platform: Platform, api: Api) -> Vod:
    made = api.call("POST", "/keys", {"name": "vod", "scopes": ["read", "upload", "manage"]})
    vod("login", platform.url, "--key", made["secret"])
    return vod


def test_who_has_not_signed_in_is_told_how_to(vod: Vod, platform: Platform) -> None:
    assert "vod login" in vod("ls", ok=False)
    assert "token_invalid" in vod("login", platform.url, "--key", "nonsense", ok=False)
    assert "vod login" in vod("ls", ok=False)


def test_the_key_is_kept_where_nobody_else_reads_it(signed_in: Vod, home: dict[str, str]) -> None:
    (kept,) = Path(home["HOME"]).rglob("settings.json")

    assert kept.stat().st_mode & 0o777 == 0o600
    signed_in("logout")
    assert "vod login" in signed_in("ls", ok=False)


def test_a_film_goes_in_and_is_found_watched_shared_and_removed(signed_in: Vod, source: Path, tmp_path: Path) -> None:
    folder = tmp_path / "films"
    folder.mkdir()
    (folder / "Rome.mp4").write_bytes(source.read_bytes())
    (folder / ".hidden").write_text("x")

    (made,) = json.loads(signed_in("upload", folder, "--tag", "travel", "--wait", "--json"))
    assert (made["status"], made["title"], made["tags"]) == ("ready", "Rome.mp4", ["travel"])
    assert made["id"] in signed_in("ls", "rom", "--tag", "travel")
    assert "Rome" in signed_in("show", made["id"])
    assert signed_in("watch", made["id"], "--url").startswith("http")
    text = tmp_path / "rome.srt"
    text.write_text("1\n00:00:01,000 --> 00:00:02,000\nCiao\n")
    track = signed_in("captions", "add", made["id"], text, "--language", "it", "--kind", "captions").strip()
    assert "Italiano (SDH)" in signed_in("captions", "ls", made["id"])
    signed_in("captions", "shift", made["id"], track, "--", "-0.5")
    signed_in("captions", "rm", made["id"], track)
    assert track not in signed_in("captions", "ls", made["id"])
    name = made["renditions"][0]["name"]
    for options, suffix in (
        (("--rendition", name), ".mp4"),
        (("--rendition", "none"), ".m4a"),
        (("--original",), ".mp4"),
    ):
        saved = Path(signed_in("download", made["id"], *options, "--to", tmp_path / f"file{suffix}").strip())
        assert decoded.tracks(saved)[-1].kind == "audio"
    assert saved.read_bytes() == source.read_bytes()
    kept = signed_in("download", made["id"], "--original", "-o", tmp_path).strip()
    assert Path(kept).name == "Rome.mp4"
    assert Path(signed_in("download", made["id"], "--original", "-o", tmp_path).strip()).name == "Rome 2.mp4"
    assert "/share/" in signed_in("share", made["id"], "--hours", "1")
    signed_in("rm", made["id"], "--yes")
    assert made["id"] not in signed_in("ls")
    assert "not_found" in signed_in("show", made["id"], ok=False)


def test_a_large_upload_that_is_killed_goes_on_where_it_was(
    signed_in: Vod, home: dict[str, str], api: Api, tmp_path: Path
) -> None:
    film = large(tmp_path / "large.mp4", 200)
    begun = subprocess.Popen([*COMMAND, "upload", film], env=home, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    arrived = until_parts_arrived(api, begun)
    begun.send_signal(signal.SIGKILL)
    begun.wait()
    before = api.call("GET", f"/videos/{arrived}/upload")["upload"]
    assert 0 < len(before["arrived"]) < len(before["arrived"]) + len(before["parts"])

    (made,) = json.loads(signed_in("upload", film, "--wait", "--json"))

    assert (made["id"], made["status"], made["size"]) == (arrived, "ready", film.stat().st_size)
    assert json.loads(signed_in("upload", film, "--json"))[0]["id"] == arrived  # nothing is doubled
    signed_in("rm", arrived, "--yes")
    assert json.loads(signed_in("upload", film, "--json"))[0]["id"] != arrived


def test_the_same_file_is_a_new_video_where_that_is_wanted(signed_in: Vod, source: Path) -> None:
    first, second, third = (
        json.loads(signed_in("upload", source, *more, "--json"))[0]["id"] for more in ((), (), ("--again",))
    )

    assert first == second != third


def large(path: Path, mib: int) -> Path:
    """A film of so many MiB, of which most is a box that says to skip it."""
    clip(path, seconds=1)
    filler = mib * 2**20
    with path.open("ab") as file:
        file.write((8 + filler).to_bytes(4, "big") + b"free")
        file.truncate(file.tell() + filler)
    return path


def until_parts_arrived(api: Api, begun: "subprocess.Popen[bytes]") -> str:
    """The id of the video of which some parts have arrived."""
    until = time.monotonic() + 60
    while time.monotonic() < until and begun.poll() is None:
        for video in api.call("GET", "/videos?status=awaiting_upload&q=large")["videos"]:
            if api.call("GET", f"/videos/{video['id']}/upload")["upload"].get("arrived"):
                return str(video["id"])
    raise AssertionError(f"no part arrived, the upload {begun.poll()}")


def test_keys_are_made_with_a_token_and_with_no_key(signed_in: Vod, api: Api) -> None:
    as_user = {"VOD_API": api.address, "VOD_TOKEN": api.token}

    secret = signed_in("keys", "new", "site", "--scope", "read", env=as_user).strip()

    assert secret.startswith("vod_")
    key_id = secret.split("_")[1]
    assert key_id in signed_in("keys", "ls", env=as_user)
    signed_in("keys", "rm", key_id, env=as_user)
    assert key_id not in signed_in("keys", "ls", env=as_user)
    assert "forbidden" in signed_in("keys", "ls", ok=False)


def test_webhooks_are_made_listed_and_removed(signed_in: Vod) -> None:
    webhook, secret = signed_in("webhooks", "new", "http://127.0.0.1:9/hook", "--event", "VideoFailed").split()

    assert secret.startswith("whsec_")
    assert f"{webhook}" in signed_in("webhooks", "ls")
    assert "VideoFailed" in signed_in("webhooks", "ls")
    assert webhook not in signed_in("webhooks", "log", webhook)
    signed_in("webhooks", "on", webhook)
    signed_in("webhooks", "rm", webhook)
    assert webhook not in signed_in("webhooks", "ls")
    assert "invalid_request" in signed_in("webhooks", "new", "http://example.com/", ok=False)


def test_what_cannot_be_imported_is_told(signed_in: Vod) -> None:
    assert "invalid_request" in signed_in("import", "ftp://example.com/a", ok=False)
    signed_in("import", "https://169.254.169.254/latest", "--wait", ok=False)


MEDIA_CONVERT: dict[str, Any] = {
    "Role": "arn:aws:iam::123456789012:role/MediaConvert",
    "UserMetadata": {"course": "biology", "not a name": "x"},
    "Settings": {
        "Inputs": [{"FileInput": "s3://films/in/clip.mp4", "InputClippings": [{"StartTimecode": "00:00:01:00"}]}],
        "OutputGroups": [
            {
                "OutputGroupSettings": {"Type": "HLS_GROUP_SETTINGS", "HlsGroupSettings": {"Destination": "s3://out/", "Encryption": {}}},
                "Outputs": [
                    {"VideoDescription": {"Width": 1280, "Height": 720, "CodecSettings": {"Codec": "H_264"}, "VideoPreprocessors": {"ImageInserter": {}}}},
                    {"VideoDescription": {"Width": 1920, "Height": 1080, "CodecSettings": {"Codec": "H_265"}}},
                ],
            },
            {"OutputGroupSettings": {"Type": "FILE_GROUP_SETTINGS"}, "Outputs": [{"VideoDescription": {"CodecSettings": {"Codec": "FRAME_CAPTURE"}}}]},
        ],
    },
}  # fmt: skip
ELASTIC_TRANSCODER = {
    "Job": {
        "Id": "1", "Input": {"Key": "in/clip.mp4"}, "OutputKeyPrefix": "out/",
        "Outputs": [{"Key": "hls400k", "PresetId": "1351620000001-200050", "SegmentDuration": "10", "Watermarks": [{"InputKey": "logo.png"}]}],
        "Playlists": [{"Format": "HLSv3", "Name": "index", "OutputKeys": ["hls400k"]}],
    }
}  # fmt: skip


def test_a_job_of_another_service_becomes_an_upload_and_says_what_is_lost(
    signed_in: Vod, source: Path, tmp_path: Path
) -> None:
    job, other = tmp_path / "mediaconvert.json", tmp_path / "elastic.json"
    job.write_text(json.dumps(MEDIA_CONVERT))
    other.write_text(json.dumps(ELASTIC_TRANSCODER))
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "clip.mp4").write_bytes(source.read_bytes())

    first, second = json.loads(signed_in("migrate", job, other, "--json"))

    assert (first["key"], first["profile"], first["metadata"]) == ("in/clip.mp4", "hevc", {"course": "biology"})
    lost = " ".join(first["lost"])
    assert all(word in lost for word in ("clipping", "watermark", "1280x720", "DRM", "s3://out/"))
    assert "download" not in lost  # pictures of the film are a poster and a storyboard here
    assert (second["key"], second["profile"]) == ("in/clip.mp4", "default")
    assert "watermarks" in second["lost"]
    signed_in("migrate", job, "--root", tmp_path)
    (made,) = [each for each in json.loads(signed_in("ls", "clip", "--json")) if each["metadata"]]
    assert (made["profile"], made["metadata"]) == ("hevc", {"course": "biology"})
    signed_in("rm", made["id"], "--yes")


@pytest.mark.parametrize("content", ["{", "{}", "[{}]"])
def test_what_is_no_job_is_refused_in_a_sentence(vod: Vod, tmp_path: Path, content: str) -> None:
    (tmp_path / "job.json").write_text(content)

    assert "not_a_job" in vod("migrate", tmp_path / "job.json", ok=False)


def test_its_types_hold() -> None:
    mypy = REPOSITORY / ".venv" / "bin" / "mypy"
    done = subprocess.run(
        [mypy, "--strict", "--python-executable", PYTHON, "src/vod_client"],
        cwd=CLIENT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


def test_a_program_uses_it_as_its_readme_says(
    signed_in: Vod, platform: Platform, api: Api, video: Video, home: dict[str, str]
) -> None:
    readme = (CLIENT / "README.md").read_text()
    program = (
        readme.split("```python\n")[1]
        .split("```")[0]
        .replace("https://video.example.com/api", api.address)
        .replace('"rome"', '""')
    )

    done = subprocess.run(
        [PYTHON, "-c", f"KEY = {api.token!r}\n{program}"], env=home, capture_output=True, text=True, check=True
    )

    assert any(line.endswith(".m3u8") or ".m3u8?" in line for line in done.stdout.splitlines())
