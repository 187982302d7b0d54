"""What S3, DynamoDB, Cognito and WAF do, tried on the scratch stack's own; of the platform only settings are read."""

import base64
import json
import os
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import urllib3
from botocore.config import Config
from botocore.exceptions import ClientError

from deployment import EDGE_REGION
from deployment.stack import Values
from deployment.verification.place import Aws, Place
from deployment.verification.tasks import until

KEY, LENGTH = "object", 100
ADDRESS = "verify@example.com"
_LIFE_SECONDS = 2
_WEB_ACL = "AWS::WAFv2::WebACL"


@dataclass(frozen=True, slots=True)
class Services:
    """Services of one account; `made` are the outputs of the scratch stack."""

    aws: Aws
    place: Place
    made: Values

    @property
    def _s3(self) -> Any:
        style: Any = {"addressing_style": "path" if os.environ.get("AWS_ENDPOINT_URL") else "virtual"}
        return self.aws.client("s3", config=Config(signature_version="s3v4", s3=style))

    def _signed(self, operation: str, seconds: int = 300, **parameters: Any) -> str:
        asked = {"Bucket": self.made["Bucket"], "Key": KEY, **parameters}
        return str(self._s3.generate_presigned_url(operation, Params=asked, ExpiresIn=seconds))

    def presigned(self) -> dict[str, Any]:
        """Addresses as browsers and the probe use them."""
        put = self._signed("put_object", ContentLength=LENGTH)
        late = self._signed("get_object", seconds=_LIFE_SECONDS)
        taken = _sent("PUT", put, bytes(LENGTH))
        if taken.status != 200:
            raise ValueError(f"a presigned PUT as it was signed is answered {taken.status}")
        other = _sent("PUT", put, bytes(LENGTH + 1)).status
        header = _sent("PUT", put, bytes(LENGTH), {"x-amz-meta-more": "more"}).status
        time.sleep(_LIFE_SECONDS + 1)
        over = _sent("PUT", late, bytes(LENGTH), {"Origin": "https://example.com"})
        return {
            "s3-refusal-cors": over.headers.get("Access-Control-Allow-Origin", "none"),
            "s3-signed-length": other,
            "s3-unsigned-header": header,
            "s3-presigned-end": _sent("GET", late).status,
            "s3-presigned-version": self._version(),
        }

    def _version(self) -> dict[str, Any]:
        place = {"Bucket": self.made["Bucket"], "Key": "versions"}
        first = self._s3.put_object(**place, Body=b"first version")["VersionId"]
        self._s3.put_object(**place, Body=b"later version")
        address = self._signed("get_object", Key=place["Key"], VersionId=first)
        answer = _sent("GET", address, headers={"Range": "bytes=0-4"})
        return {"status": answer.status, "body": "same" if answer.data == b"first" else "another"}

    def conditional(self) -> dict[str, Any]:
        """Writes that must not replace what another has written."""
        place = {"Bucket": self.made["Bucket"], "Key": "conditional"}
        old = self._s3.put_object(**place, Body=b"1")["ETag"]
        new = self._s3.put_object(**place, Body=b"2")["ETag"]
        return {
            "s3-if-match": {
                "stale": self._put(**place, Body=b"3", IfMatch=old),
                "right": self._put(**place, Body=b"3", IfMatch=new),
            },
            "s3-if-none-match": self._put(**place, Body=b"4", IfNoneMatch="*"),
        }

    def _put(self, **asked: Any) -> int:
        try:
            answer = self._s3.put_object(**asked)
        except ClientError as refused:
            answer = refused.response
        return int(answer["ResponseMetadata"]["HTTPStatusCode"])

    def stream(self) -> dict[str, Any]:
        """Seconds until a change can be read from the table's stream."""
        streams, arn = self.aws.client("dynamodbstreams"), self.made["TableStream"]
        shard = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"][-1]["ShardId"]
        first = streams.get_shard_iterator(StreamArn=arn, ShardId=shard, ShardIteratorType="TRIM_HORIZON")
        at = {"iterator": first["ShardIterator"]}

        def look() -> bool | None:
            answer = streams.get_records(ShardIterator=at["iterator"])
            at["iterator"] = answer.get("NextShardIterator") or at["iterator"]
            return True if answer["Records"] else None

        began = time.monotonic()
        self.aws.client("dynamodb").put_item(TableName=self.made["Table"], Item={"pk": {"S": "verify"}})
        until(look, "the change in the stream", 60, pause=0.2)
        return {"dynamodb-stream": time.monotonic() - began}

    def identity(self) -> dict[str, Any]:
        """The platform's pool's tier, and what an id token of a pool says: names of claims, no values."""
        cognito = self.aws.client("cognito-idp")
        pool = cognito.describe_user_pool(UserPoolId=self.place.outputs["UserPoolId"])["UserPool"]
        return {"cognito-tier": pool.get("UserPoolTier", "none told"), **self._user(cognito)}

    def _user(self, cognito: Any) -> dict[str, Any]:
        """How a user of an address is called, and what the token says."""
        pool, password = self.made["Pool"], f"Aa1!{secrets.token_urlsafe(24)}"
        made = cognito.admin_create_user(UserPoolId=pool, Username=ADDRESS, MessageAction="SUPPRESS")["User"]
        user = {"UserPoolId": pool, "Username": ADDRESS}
        cognito.admin_set_user_password(**user, Password=password, Permanent=True)
        cognito.create_group(UserPoolId=pool, GroupName="admin")
        cognito.admin_add_user_to_group(**user, GroupName="admin")
        told = {"USERNAME": ADDRESS, "PASSWORD": password}
        answer = cognito.initiate_auth(
            ClientId=self.made["PoolClient"], AuthFlow="USER_PASSWORD_AUTH", AuthParameters=told
        )
        said = claims(answer["AuthenticationResult"]["IdToken"])
        named = "sub" if made["Username"] == said["sub"] else "address" if made["Username"] == ADDRESS else "other"
        return {"cognito-names": named, "cognito-claims": sorted(said)}

    def firewalls(self) -> dict[str, Any]:
        """Capacity units of each of the platform's firewalls that can be seen from here."""
        found = {}
        for part in (each for each in self.place.parts if each.kind == _WEB_ACL):
            name, number, scope = part.physical_id.split("|")
            region = {"region_name": EDGE_REGION} if scope == "CLOUDFRONT" else {}
            asked = self.aws.client("wafv2", **region).get_web_acl(Name=name, Id=number, Scope=scope)
            found[part.logical_id] = int(asked["WebACL"].get("Capacity", 0))
        return {"waf-capacity": found}


def _sent(method: str, address: str, body: bytes | None = None, headers: Mapping[str, str] | None = None) -> Any:
    return urllib3.request(method, address, body=body, headers=dict(headers or {}), retries=False, timeout=30)


def claims(token: str) -> dict[str, Any]:
    """A token's claims, unverified."""
    payload = token.split(".")[1]
    return dict(json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4))))
