"""The emulator's API Gateway has AWS's limits: of a request's size, and of the time that a function may take."""

import time
import urllib.error
import urllib.request
from collections.abc import Callable
from typing import Any

import pytest

from local.child import Emulator
from local.clients import Clients
from tests.local import aws

ANSWERS = """
import time
def handler(event, context):
    time.sleep(float((event.get("queryStringParameters") or {}).get("seconds", 0)))
    return {"statusCode": 200, "body": str(len(event["body"] or ""))}
"""
Ask = Callable[..., tuple[int, str]]


@pytest.fixture(scope="module")
def ask(emulator: Emulator, clients: Clients) -> Ask:
    function = aws.function(clients, ANSWERS, aws.role(clients), Timeout=20)
    aws.invoke(clients, function, {"body": "its start takes longer than a call"})
    api = clients.apigateway.create_rest_api(name="any", binaryMediaTypes=["*/*"])["id"]
    root = clients.apigateway.get_resources(restApiId=api)["items"][0]["id"]
    place: dict[str, Any] = {"restApiId": api, "resourceId": root, "httpMethod": "POST"}
    clients.apigateway.put_method(**place, authorizationType="NONE")
    clients.apigateway.put_integration(
        **place,
        type="AWS_PROXY",
        integrationHttpMethod="POST",
        uri=f"arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{function}/invocations",
        timeoutInMillis=4000,
    )
    clients.apigateway.create_deployment(restApiId=api, stageName="s")
    address = f"http://127.0.0.1:{emulator.port}/restapis/{api}/s/_user_request_/"

    def ask(size: int, seconds: float = 0) -> tuple[int, str]:
        request = urllib.request.Request(f"{address}?seconds={seconds}", bytes(size), {"Content-Type": "any/bytes"})
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as refused:
            return refused.code, refused.read().decode()

    return ask


def test_a_body_that_fits_lambda_in_base64_arrives(ask: Ask) -> None:
    assert ask(4 * 2**20) == (200, "5592408")


@pytest.mark.parametrize("size", [5 * 2**20, 10 * 2**20 + 1], ids=["Lambda's 6 MB", "the gateway's 10 MB"])
def test_a_larger_body_is_refused(ask: Ask, size: int) -> None:
    status, said = ask(size)

    assert (status, "Request Too Long" in said) == (413, True)


def test_nobody_waits_longer_than_the_integration_s_timeout(ask: Ask) -> None:
    begun = time.monotonic()

    status, said = ask(1, seconds=12)

    assert (status, "Endpoint request timed out" in said) == (504, True)
    assert time.monotonic() - begun < 10
    assert ask(1)[0] == 200
