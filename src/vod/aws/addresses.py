"""Presigned addresses in S3, and the client that signs them."""

from collections.abc import Mapping
from typing import Any

from vod.aws.clients import client
from vod.plan.plan import SourceObject


def signing_client(env: Mapping[str, str]) -> Any:
    """A client whose addresses name the region."""
    return client("s3", **signing(env))


def signing(env: Mapping[str, str]) -> dict[str, Any]:
    """The settings of such a client."""
    # Virtual hosts make presigned addresses regional: the global host answers a new bucket's PUT with a redirect that
    # clients do not follow. An endpoint of one's own (the local platform) has no such hosts. The page's content
    # security policy names the regional host, in us-east-1 too, where botocore would take the global one.
    style = "path" if env.get("AWS_ENDPOINT_URL") else "virtual"
    regional = {"addressing_style": style, "us_east_1_regional_endpoint": "regional"}
    return {"signature_version": "s3v4", "s3": regional}


class S3Addresses:
    """Signs in the name of this function's role: an address ends with the role's session, if that ends before it."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def of(self, source: SourceObject, seconds: int) -> str:
        named = {"Bucket": source.bucket, "Key": source.key} | ({"VersionId": source.version} if source.version else {})
        return str(self._client.generate_presigned_url("get_object", Params=named, ExpiresIn=seconds))
