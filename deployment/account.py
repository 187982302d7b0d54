"""Act as a role of another account: `python -m deployment.account ROLE_ARN` prints what a pipeline's step evaluates.

The credentials last an hour, the most that AWS gives to a role that assumes another one.
"""

import shlex
import sys
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

VARIABLES = {
    "AWS_ACCESS_KEY_ID": "AccessKeyId",
    "AWS_SECRET_ACCESS_KEY": "SecretAccessKey",
    "AWS_SESSION_TOKEN": "SessionToken",
}


def exports(sts: Any, role: str) -> str:
    """Lines for a shell that make it act as a role."""
    given = sts.assume_role(RoleArn=role, RoleSessionName="pipeline")["Credentials"]
    return "\n".join(f"export {variable}={shlex.quote(given[name])}" for variable, name in VARIABLES.items())


def main(arguments: list[str]) -> int:
    """Print them; the exit code."""
    (role,) = arguments
    try:
        print(exports(boto3.client("sts"), role))
    except (BotoCoreError, ClientError) as error:
        print(f"{role}: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
