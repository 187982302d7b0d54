"""The state machine's own first states, with functions that stand in: an address that is refused is signed anew."""

import copy
import json
from typing import Any

from local.clients import Clients
from tests.local import aws
from tests.templates import parsed

SIGNS = """
def handler(event, context):
    times = event.get("signed", {}).get("times", 0) + 1
    return {"url": "https://source/%d" % times, "times": times}
"""
READS = """
class AddressRefused(Exception): pass
def handler(event, context):
    if event["signed"]["times"] < event["accepted"]: raise AddressRefused("403")
    return {"outcome": "admitted", "url": event["signed"]["url"]}
"""


def run(clients: Clients, accepted: int) -> dict[str, Any]:
    """The execution's end, where the address of this number is the first that is accepted."""
    signs, reads = (aws.function(clients, source, aws.role(clients)) for source in (SIGNS, READS))
    states = {name: parsed.state_machine()["States"][name] for name in ("SignSource", "Probe", "MaySignAgain")}
    states = copy.deepcopy(states)
    states["SignSource"]["Resource"], states["Probe"]["Resource"] = signs, reads
    ends = {"IsAdmitted": {"Type": "Succeed"}, "RecordFailure": {"Type": "Fail", "ErrorPath": "$.error.Error"}}
    definition = {"StartAt": "SignSource", "States": {**states, **ends}}
    role = aws.role(clients, aws.allow("lambda:InvokeFunction"))
    machine = clients.stepfunctions.create_state_machine(
        name=aws.unique("machine"), definition=json.dumps(definition), roleArn=role
    )["stateMachineArn"]
    given = json.dumps({"accepted": accepted})
    execution = clients.stepfunctions.start_execution(stateMachineArn=machine, input=given)["executionArn"]

    def ended() -> dict[str, Any] | None:
        described = clients.stepfunctions.describe_execution(executionArn=execution)
        return dict(described) if described["status"] != "RUNNING" else None

    return dict(aws.until(ended, seconds=90))


def test_an_address_that_is_refused_is_signed_anew(clients: Clients) -> None:
    ended = run(clients, accepted=3)

    assert ended["status"] == "SUCCEEDED"
    assert json.loads(ended["output"])["probe"]["url"] == "https://source/3"


def test_addresses_that_are_never_accepted_are_a_failure(clients: Clients) -> None:
    ended = run(clients, accepted=100)

    assert (ended["status"], ended["error"]) == ("FAILED", "AddressRefused")
