"""What `sam package` does, for one machine: local files of a template become objects in a bucket.

The content of layers is our own code only: third-party packages come from the interpreter that runs the functions.
Keys are hashes of content, so the packaged template changes exactly when something it refers to does.
"""

import hashlib
import io
import json
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from local import templates

FIXED_TIME = (1980, 1, 1, 0, 0, 0)  # the zip format's oldest: equal content gives equal bytes
LEFT_OUT = ("__pycache__", ".pytest_cache", ".mypy_cache")
NESTED = {"AWS::CloudFormation::Stack": "TemplateURL", "AWS::Serverless::Application": "Location"}


@dataclass(frozen=True, slots=True)
class Package:
    """A template ready for CloudFormation, and the objects that it refers to by key."""

    body: str
    objects: Mapping[str, bytes]

    @property
    def key(self) -> str:
        """The key under which the template itself is stored."""
        return key_of(self.body.encode(), "template")


def key_of(content: bytes, suffix: str) -> str:
    """An object key made of the content's hash."""
    return f"{hashlib.sha256(content).hexdigest()[:32]}.{suffix}"


def archive(folder: Path, prefix: str = "") -> bytes:
    """A reproducible zip of a folder's files, each under `prefix`."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as bundle:
        for path in sorted(files(folder)):
            entry = zipfile.ZipInfo(prefix + path.relative_to(folder).as_posix(), FIXED_TIME)
            entry.external_attr = 0o644 << 16
            bundle.writestr(entry, path.read_bytes(), zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def files(folder: Path) -> Iterator[Path]:
    """Every file below a folder that belongs into a package."""
    if not folder.is_dir():
        raise ValueError(f"{folder} is not a folder, but the template names it as a code folder")
    for path in folder.rglob("*"):
        if path.is_file() and not any(part in LEFT_OUT for part in path.parts):
            yield path


def is_local(value: Any) -> bool:
    """Whether a property names a file or folder of this checkout."""
    return isinstance(value, str) and "://" not in value


@dataclass(slots=True)
class Packager:
    """Rewrites templates for one bucket, collecting the objects to upload."""

    bucket: str
    objects: dict[str, bytes] = field(default_factory=dict)

    def package(self, template: Path) -> str:
        """The packaged body (JSON) of a template; paths in it are relative to its folder."""
        loaded = templates.load(template)
        shared = (loaded.get("Globals") or {}).get("Function") or {}
        self._replace(shared, "CodeUri", template.parent, self._code)
        for resource in loaded["Resources"].values():
            self._resource(resource, template.parent)
        return json.dumps(loaded, sort_keys=True)

    def _resource(self, resource: dict[str, Any], folder: Path) -> None:
        kind, properties = resource["Type"], resource.setdefault("Properties", {})
        if kind == "AWS::Serverless::Function":
            self._replace(properties, "CodeUri", folder, self._code)
        elif kind == "AWS::Serverless::LayerVersion":
            built = str((resource.get("Metadata") or {}).get("BuildMethod", ""))
            # `sam build` puts a Python layer's files below python/, where the runtime looks for them.
            prefix = "python/" if built.startswith(("python", "makefile")) else ""
            self._replace(properties, "ContentUri", folder, lambda path: self._code(path, prefix))
        elif kind == "AWS::Serverless::StateMachine":
            self._replace(properties, "DefinitionUri", folder, self._file)
        elif kind in NESTED:
            self._replace(properties, NESTED[kind], folder, self._template)

    def _replace(self, properties: dict[str, Any], name: str, folder: Path, store: Callable[[Path], str]) -> None:
        if is_local(properties.get(name)):
            properties[name] = store(folder / properties[name])

    def _store(self, content: bytes, suffix: str) -> str:
        key = key_of(content, suffix)
        self.objects[key] = content
        return key

    def _code(self, folder: Path, prefix: str = "") -> str:
        return f"s3://{self.bucket}/{self._store(archive(folder, prefix), 'zip')}"

    def _file(self, path: Path) -> str:
        return f"s3://{self.bucket}/{self._store(path.read_bytes(), 'asl')}"

    def _template(self, path: Path) -> str:
        return template_url(self.bucket, self._store(self.package(path).encode(), "template"))


def template_url(bucket: str, key: str) -> str:
    """The address of a stored template as CloudFormation wants it."""
    return f"https://s3.amazonaws.com/{bucket}/{key}"


def package(template: Path, bucket: str) -> Package:
    """Package a root template with everything below it."""
    packager = Packager(bucket)
    body = packager.package(template)
    return Package(body=body, objects=packager.objects)
