"""`make service-roles`: the service-linked roles that AWS wants in an account before its first cluster.

An account that never used ECS lacks ECS's, and a cluster with capacity providers is refused there. AWS makes the role
at that first try, so that a second deployment works; here it is made before the first one.
"""

import sys
from collections.abc import Iterator
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

NEEDED = {"AWSServiceRoleForECS": "ecs.amazonaws.com"}
"""Roles that nothing makes in time, with their services. EFS and WAF make theirs when they are asked for something."""
TAKEN, REFUSED = ("InvalidInput", "EntityAlreadyExists"), "AccessDenied"


def missing(iam: Any) -> list[str]:
    """The services whose role is not there; botocore's ClientError when one may not look."""
    return [service for name, service in NEEDED.items() if not _is_there(iam, name)]


def _is_there(iam: Any, name: str) -> bool:
    try:
        iam.get_role(RoleName=name)
    except iam.exceptions.NoSuchEntityException:
        return False
    return True


def command(service: str) -> str:
    """What somebody with more rights types."""
    return f"aws iam create-service-linked-role --aws-service-name {service}"


def ensured(iam: Any) -> Iterator[str]:
    """Make what is missing; a line for each role that was made, or that could not be."""
    for name, service in NEEDED.items():
        try:
            if _is_there(iam, name):
                continue
        except ClientError as error:
            if error.response["Error"]["Code"] != REFUSED:
                raise
        yield from _made(iam, name, service)


def _made(iam: Any, name: str, service: str) -> Iterator[str]:
    try:
        iam.create_service_linked_role(AWSServiceName=service)
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code == REFUSED:
            yield f"{name} may be missing, and these credentials have no permission to create it: {command(service)}"
        elif code not in TAKEN:
            raise
    else:
        yield f"{name}: created, because this account had none"


def main() -> int:
    """Make what is missing; the exit code."""
    try:
        for line in ensured(boto3.client("iam")):
            print(line)
    except (BotoCoreError, ClientError) as error:
        print(f"make service-roles: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
