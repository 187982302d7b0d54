"""What a deployed platform still lacks before somebody can use it: the encoder's image, and a user."""

import re
from collections.abc import Iterator
from typing import Any

from deployment import REPOSITORY
from deployment.findings import Finding, asked, ok, to_do, unknown
from deployment.platform import SIGN_IN
from deployment.stack import Stack

IMAGE, USERS = "Encoder image", "Users"
ADDRESS = "you@example.com"
BASE_DIGEST = re.compile(r"^sha256:[0-9a-f]{64}$", re.M)
IN_ECR = re.compile(r"\d+\.dkr\.ecr\.([a-z0-9-]+)\.")


def image(there: Stack) -> str:
    """The address of the image that the stack's tasks run."""
    tag = there.parameters.get("EncoderImageTag", "v1")
    return there.parameters.get("EncoderImageUri") or f"{there.outputs['EncoderRepositoryUri']}:{tag}"


def image_found(ecr: Any, address: str, architecture: str) -> Finding:
    """Whether a repository of ECR has an image, ACCOUNT.dkr.ecr.REGION.SUFFIX/NAME:TAG."""
    host, _, path = address.partition("/")
    name, _, tag = path.rpartition(":")
    request = {"registryId": host.split(".")[0], "repositoryName": name, "imageIds": [{"imageTag": tag}]}
    try:
        is_there = bool(ecr.describe_images(**request)["imageDetails"])
    except (ecr.exceptions.ImageNotFoundException, ecr.exceptions.RepositoryNotFoundException):
        is_there = False
    if not is_there:
        return to_do(
            IMAGE, f"the image {address} does not exist; every video would fail", pushed(host, address, architecture)
        )
    return ok(IMAGE, address)


def region_of(address: str) -> str:
    """The region of an image in ECR; empty for one elsewhere."""
    found = IN_ECR.match(address)
    return found.group(1) if found else ""


def pushed(host: str, address: str, architecture: str) -> str:
    """The commands that build the image and push it."""
    region = region_of(address)
    platform = {"arm64": "arm64", "x86_64": "amd64"}[architecture]
    return (
        f"aws ecr get-login-password --region {region} | docker login --username AWS --password-stdin {host}\n"
        f"docker buildx build {_base()}--platform linux/{platform} -f container/Dockerfile -t {address} --push ."
    )


def _base() -> str:
    """The argument that names the base image by its digest, where one was reviewed."""
    digest = BASE_DIGEST.search((REPOSITORY / "container" / "base-image.digest").read_text())
    return f"--build-arg BASE_DIGEST=@{digest[0]} " if digest else ""


def users_found(cognito: Any, pool: str, sign_in: str) -> Finding:
    """Whether anybody can sign in; `sign_in` is what the pool calls its users, `email` or `username`."""
    if cognito.list_users(UserPoolId=pool, Limit=1)["Users"]:
        return ok(USERS, f"the user pool {pool} has users")
    commands = (
        f"{user_made(pool, sign_in)}\n"
        '(sends a password by e-mail; for a way without e-mail see docs/deploy.md, "A user and a token")'
    )
    return to_do(USERS, f"the user pool {pool} has no users", commands)


def user_made(pool: str, sign_in: str) -> str:
    """The command that makes a user; without a verified address nobody could ask for a new password."""
    name = ADDRESS if sign_in == "email" else ADDRESS.partition("@")[0]
    return (
        f"aws cognito-idp admin-create-user --user-pool-id {pool} --username {name} --user-attributes "
        f"Name=email,Value={ADDRESS} Name=email_verified,Value=true --desired-delivery-mediums EMAIL"
    )


def still_missing(session: Any, there: Stack) -> Iterator[Finding]:
    """A finding for the image and one for the users of a deployed stack."""
    architecture = there.parameters.get("Architecture", "arm64")
    address = image(there)
    if region := region_of(address):
        yield asked(IMAGE, lambda: image_found(session.client("ecr", region_name=region), address, architecture))
    else:
        yield unknown(IMAGE, f"{address} is not in ECR, so it was not checked")
    pool, sign_in = there.outputs["UserPoolId"], there.parameters.get(SIGN_IN, "username")  # before 0.2: names
    yield asked(USERS, lambda: users_found(session.client("cognito-idp"), pool, sign_in))
