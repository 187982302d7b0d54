"""Presigned addresses in S3 for one chunk of a run, signed with the keys of a session of the role of runs."""

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

import boto3

from vod.aws import stored_as
from vod.aws.addresses import signing
from vod.aws.clients import patient
from vod.aws.presigned import without_session
from vod.plan.plan import SourceObject
from vod.ports.credentials import Credentials

ADDRESS_SECONDS = 300
"""A function is ended after 90 s, and asked again for about 40 s where the account has no room for it."""
Connect = Callable[[Credentials], Any]
"""An S3 client that acts with given keys."""


def connecting(env: Mapping[str, str]) -> Connect:
    """Clients whose addresses name the region."""

    @lru_cache(maxsize=1)
    def connect(given: Credentials) -> Any:
        return boto3.client(
            "s3",
            aws_access_key_id=given.access_key,
            aws_secret_access_key=given.secret_key,
            aws_session_token=given.session_token,
            config=patient("s3", **signing(env)),
        )

    return connect


class S3RunAddresses:
    """Signs for the output bucket, and for the bucket of sources."""

    def __init__(self, connect: Connect, bucket: str) -> None:
        self._connect = connect
        self._bucket = bucket

    def plan(self, given: Credentials, key: str) -> bytes:
        answer = self._connect(given).get_object(Bucket=self._bucket, Key=key)
        return bytes(answer["Body"].read())

    def to_read(self, given: Credentials, key: str, source: SourceObject) -> tuple[str, str]:
        client = self._connect(given)
        version = {"VersionId": source.version} if source.version else {}
        return (
            _signed(client, "get_object", {"Bucket": self._bucket, "Key": key}),
            _signed(client, "get_object", {"Bucket": source.bucket, "Key": source.key, **version}),
        )

    def to_store(self, given: Credentials, keys: tuple[str, ...]) -> dict[str, str]:
        client = self._connect(given)
        return {key: _signed(client, "put_object", self._stored(key)) for key in keys}

    def _stored(self, key: str) -> dict[str, str]:
        kind, cache = stored_as.of(key)
        return {"Bucket": self._bucket, "Key": key, "ContentType": kind, "CacheControl": cache, "IfNoneMatch": "*"}


def _signed(client: Any, method: str, named: Mapping[str, str]) -> str:
    return without_session(client.generate_presigned_url(method, Params=named, ExpiresIn=ADDRESS_SECONDS))
