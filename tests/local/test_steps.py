"""The steps of the pipeline, run as CodeBuild runs them; programs that are not here are stand-ins that record."""

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from deployment import EDGE_REGION
from local.clients import Clients
from tests.local.aws import unique
from tests.local.codebuild import CodeBuild, action, actions
from tests.playback.browser import CHROMIUMS
from tests.templates import parsed

RELEASE = "0123456789abcdef0123456789abcdef01234567-5d35a4d1-0000-4000-8000-000000000000"
"""A commit, and the run of the pipeline that brings it."""
MIRROR = "mirror.example/library"
DIGEST = "sha256:" + "0123456789abcdef" * 4
REPOSITORY = Path(__file__).parents[2]
REGISTRY = f"123456789012.dkr.ecr.{EDGE_REGION}.example"
IMAGES = f"{REGISTRY}/vod-images"
STAND_IN = """#!/usr/bin/env python3
import json, os, pathlib, sys
name, here = pathlib.Path(sys.argv[0]).name, pathlib.Path(__file__).parent
answer = json.loads((here / "answers.json").read_text()).get(" ".join([name, *sys.argv[1:3]]), ["", 0])
said = "" if sys.stdin.isatty() or "--password-stdin" not in sys.argv else sys.stdin.read()
with (here / "calls").open("a") as calls:
    calls.write(json.dumps([[name, *sys.argv[1:]], said, os.environ.get("VOD_BROWSER", "")]) + chr(10))
print(answer[0])
sys.exit(answer[1])
"""
LOGIN = {"aws ecr get-login-password": ["password", 0]}


class Programs:
    """A folder of stand-ins, and what they were called with."""

    def __init__(self, folder: Path, *names: str) -> None:
        self.folder = folder
        for name in names:
            (folder / name).write_text(STAND_IN)
            (folder / name).chmod(0o755)
        self.answer({})

    def answer(self, answers: dict[str, Any]) -> None:
        """Output and exit code by a command's first three words."""
        (self.folder / "answers.json").write_text(json.dumps(answers))

    @property
    def calls(self) -> list[Any]:
        """Arguments, standard input and VOD_BROWSER of every call."""
        path = self.folder / "calls"
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def test_the_test_step_runs_every_test_and_demands_a_browser(tmp_path: Path) -> None:
    programs = Programs(tmp_path, "make")

    done = CodeBuild(programs=tmp_path).run(action("Test", "Test"), {})

    assert done.returncode == 0, done.stderr
    assert programs.calls == [[["make", "check", "test"], "", "required"]]


@pytest.fixture
def without_a_browser(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only programs that are no browser are on PATH."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for path in (
        path for part in os.environ["PATH"].split(":") if Path(part).is_dir() for path in Path(part).iterdir()
    ):
        if path.name not in CHROMIUMS and not (folder / path.name).is_symlink():
            (folder / path.name).symlink_to(path)
    monkeypatch.setenv("PATH", str(folder))


def test_the_test_step_brings_a_browser_where_there_is_none(tmp_path: Path, without_a_browser: None) -> None:
    programs = Programs(tmp_path, "make", "playwright")

    done = CodeBuild(programs=tmp_path).run(action("Test", "Test"), {})

    assert done.returncode == 0, done.stderr
    assert [call[0] for call in programs.calls] == [["playwright", "install", "chrome"], ["make", "check", "test"]]


def test_the_test_step_brings_a_browser_where_the_one_that_is_there_plays_nothing(
    tmp_path: Path, without_a_browser: None
) -> None:
    """A stand-in that only says its name: it cannot be asked for H.264."""
    programs = Programs(tmp_path, "make", "playwright", "google-chrome")

    done = CodeBuild(programs=tmp_path).run(action("Test", "Test"), {})

    assert done.returncode == 0, done.stderr
    assert [call[0][:2] for call in programs.calls if call[0][0] != "google-chrome"] == [
        ["playwright", "install"],
        ["make", "check"],
    ]


def test_the_test_step_fails_when_a_test_does(tmp_path: Path) -> None:
    Programs(tmp_path, "make").answer({"make check test": ["", 2]})

    assert CodeBuild(programs=tmp_path).run(action("Test", "Test"), {}).returncode == 2


def test_the_test_step_runs_here_with_what_is_installed_here() -> None:
    done = CodeBuild().run(action("Test", "Test"), {}, TARGETS="help")

    assert done.returncode == 0, done.stderr
    assert "make smoke" in done.stdout


@pytest.mark.parametrize("architecture", ["arm64", "amd64"])
def test_an_image_is_built_where_its_architecture_is_and_pushed_under_the_commit(
    tmp_path: Path, architecture: str
) -> None:
    programs = Programs(tmp_path, "aws", "docker")
    programs.answer({"aws ecr describe-images": ["", 254], **LOGIN})
    asked = action("Build", f"Image{architecture.capitalize()}")

    done = CodeBuild(programs=tmp_path).run(
        asked, {"REPOSITORY_URI": IMAGES, "RELEASE": RELEASE, "REGISTRY_MIRROR": MIRROR}, BASE_DIGEST=DIGEST
    )

    assert done.returncode == 0, done.stderr
    image = ["imageTag=" + f"{RELEASE}-{architecture}"]
    build = ["docker", "buildx", "build", "--platform", f"linux/{architecture}"]
    build += ["--build-arg", f"REGISTRY_MIRROR={MIRROR}", "--build-arg", f"BASE_DIGEST=@{DIGEST}", "--provenance=false"]
    build += ["--file", "container/Dockerfile", "--tag", f"{IMAGES}:{RELEASE}-{architecture}", "--push", "."]
    assert {json.dumps(call) for call in programs.calls} == {
        json.dumps(
            [["aws", "ecr", "describe-images", "--repository-name", "vod-images", "--image-ids", *image], "", ""]
        ),
        json.dumps([["aws", "ecr", "get-login-password"], "", ""]),
        json.dumps([["docker", "login", "--username", "AWS", "--password-stdin", REGISTRY], "password\n", ""]),
        json.dumps([build, "", ""]),
    }
    assert programs.calls[-1][0] == build


def test_no_release_is_built_on_an_image_that_only_a_tag_names(tmp_path: Path) -> None:
    programs = Programs(tmp_path, "aws", "docker", "grep")

    done = CodeBuild(programs=tmp_path).run(
        action("Build", "ImageArm64"), {"REPOSITORY_URI": IMAGES, "RELEASE": RELEASE, "REGISTRY_MIRROR": MIRROR}
    )

    assert done.returncode == 1
    assert "make base-image" in done.stderr
    assert [call[0][0] for call in programs.calls] == ["grep"]


def test_the_digest_of_the_base_image_is_taken_from_the_registry_and_kept(tmp_path: Path) -> None:
    for name in ("container/Dockerfile", "container/base-image.digest", "local/base-image.sh"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(REPOSITORY / name, tmp_path / name)
    (tmp_path / "programs").mkdir()
    programs = Programs(tmp_path / "programs", "docker")
    programs.answer({"docker buildx imagetools": [DIGEST, 0]})

    for _ in range(2):
        done = subprocess.run(
            ["sh", tmp_path / "local/base-image.sh"],
            env={"PATH": f"{tmp_path / 'programs'}:{os.environ['PATH']}"},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr

    assert programs.calls[0][0][4] == "public.ecr.aws/docker/library/python:3.13-slim-trixie"
    assert [line for line in (tmp_path / "container/base-image.digest").read_text().splitlines() if line[0] != "#"] == [
        DIGEST
    ]


def test_an_image_that_is_there_already_is_not_taken_for_the_step_s_own(tmp_path: Path) -> None:
    """Another build may push under the name of a release, once the first of its images shows it."""
    programs = Programs(tmp_path, "aws", "docker")

    done = CodeBuild(programs=tmp_path).run(
        action("Build", "ImageArm64"),
        {"REPOSITORY_URI": IMAGES, "RELEASE": RELEASE, "REGISTRY_MIRROR": MIRROR},
        BASE_DIGEST=DIGEST,
    )

    assert done.returncode == 1
    assert f"{RELEASE}-arm64 is there already" in done.stderr
    assert [call[0][0] for call in programs.calls] == ["aws"]


def test_a_build_that_fails_pushes_nothing_and_fails(tmp_path: Path) -> None:
    programs = Programs(tmp_path, "aws", "docker")
    programs.answer({"aws ecr describe-images": ["", 254], "docker buildx build": ["", 1], **LOGIN})

    done = CodeBuild(programs=tmp_path).run(
        action("Build", "ImageAmd64"),
        {"REPOSITORY_URI": IMAGES, "RELEASE": RELEASE, "REGISTRY_MIRROR": MIRROR},
        BASE_DIGEST=DIGEST,
    )

    assert done.returncode == 1


def test_both_architectures_get_one_tag(clients: Clients) -> None:
    repository = unique("images")
    uri = clients.ecr.create_repository(repositoryName=repository)["repository"]["repositoryUri"]
    kind = "application/vnd.oci.image.manifest.v1+json"
    for architecture in ("arm64", "amd64"):
        manifest = json.dumps({"schemaVersion": 2, "mediaType": kind, "layers": [], "config": {"digest": architecture}})
        clients.ecr.put_image(
            repositoryName=repository,
            imageManifest=manifest,
            imageManifestMediaType=kind,
            imageTag=f"{RELEASE}-{architecture}",
        )

    step = CodeBuild(endpoint=clients.endpoint)
    done = [step.run(action("Build", "Manifest"), {"REPOSITORY_URI": uri, "RELEASE": RELEASE}) for _ in range(2)]

    assert [each.returncode for each in done] == [0, 0], done[0].stderr + done[1].stderr
    (image,) = clients.ecr.batch_get_image(repositoryName=repository, imageIds=[{"imageTag": RELEASE}])["images"]
    listed = json.loads(image["imageManifest"])["manifests"]
    assert [each["platform"]["architecture"] for each in listed] == ["arm64", "amd64"]


def test_without_an_architecture_s_image_there_is_no_tag(clients: Clients) -> None:
    uri = clients.ecr.create_repository(repositoryName=unique("images"))["repository"]["repositoryUri"]

    done = CodeBuild(endpoint=clients.endpoint).run(
        action("Build", "Manifest"), {"REPOSITORY_URI": uri, "RELEASE": RELEASE}
    )

    assert done.returncode == 1
    assert f"has no image {RELEASE}-arm64" in done.stderr


def test_each_file_of_a_step_is_used() -> None:
    specs = {path.relative_to(parsed.REPOSITORY).as_posix() for path in parsed.REPOSITORY.glob("ci/*.yaml")}
    scripts = {path.stem for path in parsed.REPOSITORY.glob("ci/*.sh")}

    assert {each.buildspec for each in actions()} == specs
    assert scripts == {Path(spec).stem for spec in specs}
