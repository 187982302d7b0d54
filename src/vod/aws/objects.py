"""The two buckets in S3: sources come in by presigned addresses, output goes out through the CDN."""

import threading
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from botocore.exceptions import ClientError

from vod.aws import stored_as
from vod.aws.bodies import Changed, ObjectBytes
from vod.errors import Conflict, EncodeInterrupted, NotFound
from vod.plan.plan import SourceObject
from vod.ports.buckets import Part, Stored, StoredSource

_FOLDERS_AT_A_TIME = 8
_SOME_FOLDERS = 200
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
_ONCE = {"IfNoneMatch": "*"}
_EXISTS, _AT_ONCE = "PreconditionFailed", "ConditionalRequestConflict"


def _sizes(pages: Iterable[dict[str, Any]]) -> dict[str, int]:
    return {entry["Key"]: entry["Size"] for page in pages for entry in page.get("Contents", ())}


def _missing(error: ClientError) -> bool:
    return error.response["Error"]["Code"] in ("NoSuchKey", "404", "NoSuchUpload")


class S3Output:
    """The output bucket; who may not list it is told that a missing object is forbidden."""

    def __init__(self, client: Any, bucket: str, may_list: bool = True) -> None:
        self._client = client
        self._bucket = bucket
        self._may_list = may_list

    def put(self, key: str, data: bytes) -> None:
        self._put(key, data, {})

    def _put(self, key: str, data: bytes, condition: Mapping[str, str]) -> None:
        kind, cache = stored_as.of(key)
        self._client.put_object(
            Bucket=self._bucket, Key=key, Body=data, ContentType=kind, CacheControl=cache, **condition
        )

    def get(self, key: str) -> bytes:
        try:
            return self._read(key)
        except ClientError as error:
            if _missing(error) or (not self._may_list and error.response["Error"]["Code"] == "AccessDenied"):
                raise KeyError(key) from error
            raise

    def _read(self, key: str) -> bytes:
        try:
            return ObjectBytes(self._client, self._bucket, key).read_all()
        except Changed:  # what was half read is gone; what replaced it is as good
            return ObjectBytes(self._client, self._bucket, key).read_all()

    def read(self, key: str, first: int, end: int) -> bytes:
        return ObjectBytes(self._client, self._bucket, key).read(first, end)

    def stored(self, key: str) -> Stored | None:
        try:
            found = self._client.head_object(Bucket=self._bucket, Key=key)
            return Stored(found["ContentLength"], found["ETag"])
        except ClientError as error:
            if _missing(error) or (not self._may_list and error.response["Error"]["Code"] == "403"):
                return None
            raise

    def replace(self, key: str, data: bytes, tag: str | None) -> bool:
        condition = {"IfMatch": tag} if tag else _ONCE
        try:
            self._put(key, data, condition)
        except ClientError as error:
            if _missing(error) or error.response["Error"]["Code"] in (_EXISTS, _AT_ONCE):
                return False
            raise
        return True

    def folders(self, prefix: str, after: str = "") -> tuple[str, ...]:
        # "0" is what comes next after the slash: everything in the folder sorts before it.
        begin = {"StartAfter": after.removesuffix("/") + "0"} if after else {}
        answer = self._client.list_objects_v2(
            Bucket=self._bucket, Prefix=prefix, Delimiter="/", MaxKeys=_SOME_FOLDERS, **begin
        )
        return tuple(found["Prefix"] for found in answer.get("CommonPrefixes", ()))

    def sizes(self, prefix: str) -> Mapping[str, int]:
        first = self._client.list_objects_v2(Bucket=self._bucket, Prefix=prefix)
        if not first.get("IsTruncated"):
            return _sizes([first])
        # A page takes as long as any request and holds 1,000: what has a million objects is listed by its folders.
        pages = list(self._pages(prefix, Delimiter="/"))
        found = _sizes(pages)
        folders = [folder["Prefix"] for page in pages for folder in page.get("CommonPrefixes", ())]
        with ThreadPoolExecutor(_FOLDERS_AT_A_TIME) as pool:
            for sizes in pool.map(self.sizes, folders):
                found |= sizes
        return found

    def _pages(self, prefix: str, **how: str) -> Iterator[dict[str, Any]]:
        paginator = self._client.get_paginator("list_objects_v2")
        return iter(paginator.paginate(Bucket=self._bucket, Prefix=prefix, **how))

    def delete_all(self, prefix: str) -> int:
        gone = 0
        for page in self._pages(prefix):  # one at a time: a long film has more keys than memory should hold
            keys = [{"Key": key} for key in _sizes([page])]
            _delete(self._client, self._bucket, keys)
            gone += len(keys)
        return gone


class S3Sources:
    """The source bucket."""

    def __init__(self, client: Any, bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def put(self, key: str, data: bytes, content_type: str | None) -> None:
        try:
            self._client.put_object(Bucket=self._bucket, Key=key, Body=data, **_ONCE, **_typed(content_type))
        except ClientError as error:
            if error.response["Error"]["Code"] != _EXISTS:
                raise

    def get_url(self, key: str, version: str | None, disposition: str, seconds: int) -> str:
        named = {"VersionId": version} if version else {}
        params = {"Bucket": self._bucket, "Key": key, "ResponseContentDisposition": disposition, **named}
        return str(self._client.generate_presigned_url("get_object", Params=params, ExpiresIn=seconds))

    def put_url(self, key: str, size: int, content_type: str | None, seconds: int) -> tuple[str, dict[str, str]]:
        # The length is signed: S3 itself refuses an upload that does not have the declared size.
        params = {"Bucket": self._bucket, "Key": key, "ContentLength": size, **_ONCE, **_typed(content_type)}
        url = self._client.generate_presigned_url("put_object", Params=params, ExpiresIn=seconds)
        return url, {"If-None-Match": "*"} | ({"Content-Type": content_type} if content_type else {})

    def begin_parts(self, key: str, content_type: str | None, disposition: str | None = None) -> str:
        headers = _typed(content_type) | ({"ContentDisposition": disposition} if disposition else {})
        return str(self._client.create_multipart_upload(Bucket=self._bucket, Key=key, **headers)["UploadId"])

    def put_part(self, key: str, upload_id: str, number: int, data: bytes) -> Part:
        try:
            stored = self._client.upload_part(
                Bucket=self._bucket, Key=key, UploadId=upload_id, PartNumber=number, Body=data
            )
        except ClientError as error:
            if _missing(error):
                raise NotFound("upload") from error
            raise
        return Part(number, stored["ETag"].strip('"'), len(data))

    def part_urls(self, key: str, upload_id: str, sizes: Mapping[int, int], seconds: int) -> dict[int, str]:
        upload = {"Bucket": self._bucket, "Key": key, "UploadId": upload_id}

        def url(number: int, size: int) -> str:
            params = {**upload, "PartNumber": number, "ContentLength": size}
            return str(self._client.generate_presigned_url("upload_part", Params=params, ExpiresIn=seconds))

        return {number: url(number, size) for number, size in sizes.items()}

    def parts(self, key: str, upload_id: str) -> tuple[Part, ...]:
        pages = self._client.get_paginator("list_parts").paginate(Bucket=self._bucket, Key=key, UploadId=upload_id)
        try:
            found = [part for page in pages for part in page.get("Parts", ())]
        except ClientError as error:
            if _missing(error):
                raise NotFound("upload") from error
            raise
        return tuple(Part(part["PartNumber"], part["ETag"].strip('"'), part["Size"]) for part in found)

    def complete_parts(self, key: str, upload_id: str, parts: Iterable[Part]) -> None:
        listed = [{"PartNumber": part.number, "ETag": part.etag} for part in parts]
        try:
            self._client.complete_multipart_upload(
                Bucket=self._bucket, Key=key, UploadId=upload_id, MultipartUpload={"Parts": listed}, **_ONCE
            )
        except ClientError as error:
            code = error.response["Error"]["Code"]
            if code == _EXISTS:
                return
            if _missing(error):
                raise NotFound("upload") from error
            if code in ("InvalidPart", "InvalidPartOrder", "EntityTooSmall"):
                raise Conflict(
                    "wrong_parts", "A part is missing or changed. List the parts and upload it again."
                ) from error
            if code == _AT_ONCE:
                raise Conflict("busy", "The parts are being joined already. Complete again in a moment.") from error
            raise

    def abort_parts(self, key: str, upload_id: str) -> None:
        try:
            self._client.abort_multipart_upload(Bucket=self._bucket, Key=key, UploadId=upload_id)
        except ClientError as error:
            if not _missing(error):
                raise

    def stored_size(self, key: str, version: str | None = None) -> int | None:
        named = {"VersionId": version} if version else {}
        try:
            return int(self._client.head_object(Bucket=self._bucket, Key=key, **named)["ContentLength"])
        except ClientError as error:
            # Who may not list the bucket is told 403 where there is nothing.
            if _missing(error) or error.response["Error"]["Code"] == "403":
                return None
            raise

    def stored_after(self, key: str) -> tuple[StoredSource, ...]:
        return tuple(self._current(**({"KeyMarker": key} if key else {})))

    def current(self, key: str) -> StoredSource | None:
        return next((found for found in self._current(Prefix=key) if found.key == key), None)

    def _current(self, **asked: str) -> Iterator[StoredSource]:
        answer = self._client.list_object_versions(Bucket=self._bucket, **asked)
        for found in answer.get("Versions", ()):
            if found["IsLatest"]:
                yield StoredSource(found["Key"], found["VersionId"], found["Size"], found["LastModified"])

    def versions(self, key: str, version: str | None = None) -> int:
        return sum(version in (None, found["VersionId"]) for found in self._versions(key))

    def delete_versions(self, key: str, version: str | None = None) -> int:
        versions = [{"Key": key, "VersionId": version}] if version else list(self._versions(key))
        _delete(self._client, self._bucket, versions)
        return len(versions)

    def _versions(self, key: str) -> Iterator[dict[str, str]]:
        for page in self._client.get_paginator("list_object_versions").paginate(Bucket=self._bucket, Prefix=key):
            for entry in (*page.get("Versions", ()), *page.get("DeleteMarkers", ())):
                if entry["Key"] == key:
                    yield {"Key": key, "VersionId": entry["VersionId"]}


class S3SourceFiles:
    """Reads sources until it is told to stop."""

    def __init__(self, client: Any, bucket: str, stop: threading.Event | None = None) -> None:
        self._client = client
        self._bucket = bucket
        self._stop = stop or threading.Event()
        self._known: dict[SourceObject, ObjectBytes] = {}

    def read(self, source: SourceObject, first: int, end: int) -> bytes:
        """EncodeInterrupted when it is told to stop."""
        self._pause(0)
        stored = ObjectBytes(self._client, self._bucket, source.key, source.version, self._pause)
        # The same one for all of a source: where that has no version, it sees that the object was replaced meanwhile.
        return self._known.setdefault(source, stored).read(first, end)

    def _pause(self, seconds: float) -> None:
        if self._stop.wait(seconds):
            raise EncodeInterrupted("the source was being fetched")


def _typed(content_type: str | None) -> dict[str, str]:
    return {"ContentType": content_type} if content_type else {}


def _delete(client: Any, bucket: str, keys: list[dict[str, str]]) -> None:
    for first in range(0, len(keys), 1000):
        answer = client.delete_objects(Bucket=bucket, Delete={"Objects": keys[first : first + 1000], "Quiet": True})
        if answer.get("Errors"):
            raise RuntimeError(f"{len(answer['Errors'])} objects could not be deleted: {answer['Errors'][0]}")
