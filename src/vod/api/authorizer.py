"""What the authorizer answers API Gateway: a policy for the whole API, and who calls.

API Gateway keeps an answer for a minute and uses it for every route, so the policy cannot be narrower; what a caller
may do, each function asks of the caller. A refusal is an answer too: only so does the client learn its reason
(`$context.authorizer` in the API's response ACCESS_DENIED).
https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-output.html
"""

from typing import Any

from vod.access import caller
from vod.errors import Unauthorized
from vod.steps.authorize import Authorizing


def answer(step: Authorizing, event: dict[str, Any]) -> dict[str, Any]:
    """The answer to one request of a TOKEN authorizer."""
    try:
        known, until = step.identify(event["authorizationToken"])
    except Unauthorized as refused:
        told = {"code": refused.code, "message": refused.message}
        return _policy("nobody", "Deny", event["methodArn"], told)
    return _policy(known.id, "Allow", event["methodArn"], caller.told(known, until))


def _policy(principal: str, effect: str, method: str, context: dict[str, str]) -> dict[str, Any]:
    stage = "/".join(method.split("/")[:2])  # arn:...:api/stage/METHOD/path
    statement = {"Effect": effect, "Action": "execute-api:Invoke", "Resource": f"{stage}/*"}
    return {
        "principalId": principal,
        "policyDocument": {"Version": "2012-10-17", "Statement": [statement]},
        "context": context,
    }
