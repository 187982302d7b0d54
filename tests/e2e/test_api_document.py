"""docs/openapi.json is enough: a generated client uses the platform by it, and nothing sent by it finds a fault."""

import subprocess
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from local.platform import REPOSITORY, Platform
from tests.e2e.conftest import Video
from tests.media.generate import clip

DOCUMENT = REPOSITORY / "docs" / "openapi.json"
TOOLS = REPOSITORY / ".venv-api" / "bin"
# Not which methods are refused: TRACE, and PUT where strangers play, CloudFront refuses before the API.
CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_schema_conformance",
    "negative_data_rejection",
)


def run(*command: str | Path, cwd: Path, **env: str) -> str:
    """What a tool of .venv-api printed; AssertionError with it where it failed."""
    done = subprocess.run(
        [TOOLS / command[0], *command[1:]],
        cwd=cwd,
        env={"PATH": f"{TOOLS}:/usr/bin:/bin", "HOME": str(cwd), **env},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert not done.returncode, done.stdout[-10000:]
    return done.stdout


def test_a_generated_client_uploads_resumes_waits_plays_and_deletes(platform: Platform, tmp_path: Path) -> None:
    large, filler = clip(tmp_path / "large.mp4", seconds=1), 65 * 2**20
    with large.open("ab") as file:
        file.write((8 + filler).to_bytes(4, "big") + b"free" + bytes(filler))
    folder = tmp_path / "vod_client"
    made = run(
        *("openapi-python-client", "generate", "--path", DOCUMENT, "--output-path", folder, "--meta", "none"),
        cwd=tmp_path,
    )
    assert "warning" not in made.lower()

    script = REPOSITORY / "tests" / "clients" / "typed.py"
    said = run("python", script, platform.api, platform.token, large, cwd=tmp_path, PYTHONPATH=str(tmp_path))

    assert "resumed, with parts that arrived: [1]" in said
    assert said.endswith("deleted\n")


@pytest.mark.timeout(600)
def test_no_request_that_the_document_allows_or_forbids_finds_a_fault(
    platform: Platform, video: Video, tmp_path: Path
) -> None:
    """Requests of a fixed seed, of every operation but those of the page's session; a video is there to be found."""
    methods = '[phases.coverage]\nunexpected-methods = ["PUT"]\n'
    ids = {"videoId": video["id"], "webhookId": "0" * 16, "keyId": "0" * 16, "deliveryId": f"{'0' * 13}-{'0' * 12}"}
    ids["captionId"] = "c12ab34cd"
    named = "".join(f'"path.{name}" = "{each}"\n' for name, each in ids.items())
    (tmp_path / "schemathesis.toml").write_text(f"{methods}[parameters]\n{named}")
    common = (
        *("run", DOCUMENT, "--url", platform.api, "--header", f"Authorization: Bearer {platform.token}"),
        *("--checks", ",".join(CHECKS), "--seed", "1", "--generation-deterministic", "--no-color"),
        *("--exclude-tag", "session", "--exclude-operation-id", "deleteVideo"),
        *("--exclude-operation-id", "getManifest", "--exclude-operation-id", "getPlaylist"),
    )

    run("schemathesis", *common, "--phases", "examples,coverage", cwd=tmp_path)
    # `POST /videos?filename=` takes any bytes, also what would be no JSON of the other way to create a video. Here no
    # route is found for an address with a line break, which a token may have.
    fuzzing = ("--phases", "fuzzing", "--max-examples", "5", "--exclude-checks", "negative_data_rejection")
    for each in ("playSharedVideo", "downloadSharedVideo"):
        fuzzing += ("--exclude-operation-id", each)
    run("schemathesis", *common, *fuzzing, cwd=tmp_path)


@pytest.mark.parametrize(("method", "path", "allow"), [("PUT", "/videos", "GET, POST"), ("GET", "/nothing", None)])
def test_a_wrong_method_is_not_a_wrong_path(platform: Platform, method: str, path: str, allow: str | None) -> None:
    asked = urllib.request.Request(
        platform.api + path, method=method, headers={"Authorization": f"Bearer {platform.token}"}
    )

    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(asked, timeout=30)

    assert (refused.value.code, refused.value.headers["Allow"]) == (405 if allow else 404, allow)
