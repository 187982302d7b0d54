"""`make sbom`: what image, layers and page are made of, as CycloneDX 1.6, and its licences as docs/licenses.md.

cyclonedx-py describes the packages of this environment, which are those of the lock files
(tests/unit/test_packages.py). FFmpeg comes inside two of them, with a licence of its own. Debian's packages in the base
image are not listed, nor the libraries that are linked into FFmpeg: scan the image in its registry for those.
"""

import json
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import av
import imageio_ffmpeg
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from deployment import REPOSITORY

Component = dict[str, Any]
DOCUMENT = REPOSITORY / "docs" / "licenses.md"
IMAGE = "encoder image"
PARTS = {
    IMAGE: "container/requirements.txt",
    "layer vod": "src/requirements.txt",
    "layer libav": "layers/libav/requirements.txt",
    "layer signing": "layers/signing/requirements.txt",
    "layer encoder": "layers/encoder/requirements.txt",
    "layer language": "layers/language/requirements.txt",
}
"""The parts that AWS runs, and the lock file of each."""
PAGE = "page"
_INTRODUCTION = """# Licences
What runs in AWS or in a browser beside our own code (Apache-2.0). `make sbom` writes this page, and the same with
addresses as CycloneDX in `.local/sbom.json`; the pipeline's build keeps it as `sbom.json` beside what it deploys. The
licences are those that the packages declare. The base image adds Debian and Python, with the licences in its
`/usr/share/doc`.
"""


def described() -> dict[str, Component]:
    """Every package of this environment by its name."""
    tool = Path(sys.executable).with_name("cyclonedx-py")
    options = ["--no-validate", "--output-reproducible", "--spec-version", "1.6", "--output-format", "JSON"]
    done = subprocess.run([tool, "environment", *options, sys.prefix], capture_output=True, text=True, check=True)
    return {_name(each["name"]): each for each in json.loads(done.stdout)["components"]}


def bom(packages: Mapping[str, Component]) -> dict[str, Any]:
    """The bill of materials; KeyError for a package that is locked and not here, ValueError for one without licence."""
    parts = [_part(name, lock, packages) for name, lock in PARTS.items()]
    parts.append({"type": "application", "bom-ref": PAGE, "name": PAGE, "components": list(_npm())})
    for each in (component for part in parts for component in part["components"]):
        if not each.get("licenses"):
            raise ValueError(f"{each['name']} declares no licence: say it in deployment/sbom.py")
    product = {"type": "application", "bom-ref": "platform", "name": "video-transcoding-platform"}
    return {"bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1, "metadata": {"component": product}} | {
        "components": parts
    }


def _part(name: str, lock: str, packages: Mapping[str, Component]) -> Component:
    """A part of the platform with what is in it; each has a reference of its own, though parts share packages."""
    found = []
    for locked in re.findall(r"^([\w.-]+)==", (REPOSITORY / lock).read_text(), re.M):
        found += [packages[_name(locked)], *_inside(_name(locked))]
    if name == IMAGE:
        found.insert(0, _base())
    kept = [{**each, "bom-ref": f"{name}/{each['name']}"} for each in found]
    kind = "container" if name == IMAGE else "library"
    lock_file = {"name": "lock", "value": lock}
    return {"type": kind, "bom-ref": name, "name": name, "properties": [lock_file], "components": kept}


def _inside(package: str) -> Iterator[Component]:
    """FFmpeg in the package that brings it, by what it says of itself."""
    if package == "imageio-ffmpeg":
        program = imageio_ffmpeg.get_ffmpeg_exe()
        said = subprocess.run([program, "-L"], capture_output=True, text=True, check=True)
        yield _ffmpeg(said.stdout, subprocess.run([program, "-version"], capture_output=True, text=True).stdout)
    if package == "av":
        yield _ffmpeg(str(av._core.library_meta["libavcodec"]["license"]), f"version {av.ffmpeg_version_info}")


def _ffmpeg(licence: str, version: str) -> Component:
    name = "LGPL" if "LGPL" in licence or "Lesser" in licence else "GPL"
    number = re.search(r"version\s+(\d)", licence)
    release = re.search(r"version n?(\d+(?:\.\d+)*)", version)
    assert number and release
    known = {"license": {"id": f"{name}-{number[1]}.0-or-later"}}
    return {"type": "library", "name": "ffmpeg", "version": release[1], "licenses": [known]}


def _base() -> Component:
    text = (REPOSITORY / "container" / "Dockerfile").read_text()
    image = re.search(r"^FROM \$\{REGISTRY_MIRROR\}/(\w+):([\w.-]+)", text, re.M)
    digest = re.search(r"^sha256:(\w{64})$", (REPOSITORY / "container" / "base-image.digest").read_text(), re.M)
    assert image
    hashes = {"hashes": [{"alg": "SHA-256", "content": digest[1]}]} if digest else {}
    licences = [{"license": {"name": "Debian and Python, see /usr/share/doc"}}]
    return {"type": "container", "name": image[1], "version": image[2], "licenses": licences, **hashes}


def _npm() -> Iterator[Component]:
    """What the page is built of, from its lock file, which names each package's licence."""
    lock = json.loads((REPOSITORY / "web" / "package-lock.json").read_text())
    for path, package in lock["packages"].items():
        if path and not package.get("dev"):
            name = path.rpartition("node_modules/")[2]
            purl = f"pkg:npm/{name.replace('@', '%40', 1)}@{package['version']}"
            yield {
                "type": "library",
                "bom-ref": f"{PAGE}/{path}",
                "name": name,
                "version": package["version"],
                "purl": purl,
                "licenses": [{"license": {"id": package["license"]}}] if package.get("license") else [],
            }


def document(made: Mapping[str, Any]) -> str:
    """The licences as a page."""
    rows = [
        f"| {part['name']} | {each['name']} | {each['version']} | {_licence(each)} |"
        for part in made["components"]
        for each in sorted(part["components"], key=lambda each: (each["name"].lower(), each["version"]))
    ]
    head = ["| part | package | version | licence |", "|---|---|---|---|"]
    return "\n".join([_INTRODUCTION, *head, *dict.fromkeys(rows), ""])


def _licence(component: Component) -> str:
    """By SPDX's names; what a package says in its own words counts where it says nothing else."""
    told = component["licenses"]
    own = [each["license"]["name"].removeprefix("License :: OSI Approved :: ") for each in told if not _said(each)]
    return ", ".join(filter(None, map(_said, told))) or ", ".join(own)


def _said(licence: Mapping[str, Any]) -> str | None:
    said: str | None = licence.get("expression") or licence["license"].get("id")
    return said


def _name(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def main(arguments: list[str]) -> int:
    """Write the bill of materials to a file, and with `--page` the licences; exit 1 when it is no valid CycloneDX."""
    made = bom(described())
    text = json.dumps(made, indent=1)
    if error := JsonStrictValidator(SchemaVersion.V1_6).validate_str(text):
        print(f"make sbom: {error}", file=sys.stderr)
        return 1
    Path(arguments[0]).parent.mkdir(parents=True, exist_ok=True)
    Path(arguments[0]).write_text(text)
    if "--page" in arguments:
        DOCUMENT.write_text(document(made))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
