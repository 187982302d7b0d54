"""What the state machine does with one chunk, on the emulator: which tasks it starts, and how many events that takes."""

import json
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from local import child
from local.cdn import free_port
from local.child import Emulator
from local.clients import Clients
from tests.local import aws
from tests.templates import parsed
from vod.plan.chunks import EVENTS_CHUNK, EVENTS_WAIT
from vod.sandbox.sandbox import MISSING_EXIT

AROUND = 8
"""Events of the execution, of the Map, and of the state that makes its input."""


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("chunk-states")


@pytest.fixture(scope="module")
def emulator(state: Path, emulator_python: Path) -> Iterator[Emulator]:
    options = ["--lambda-python", sys.executable, "--tasks", "4", "--wait-scale", "0.01"]
    running = child.start(emulator_python, parsed.REPOSITORY, state, free_port(), options)
    yield running
    running.stop()


@pytest.fixture(scope="module")
def clients(emulator: Emulator) -> Clients:
    return Clients(f"http://127.0.0.1:{emulator.port}")


def machine(clients: Clients, program: str, waits: int) -> dict[str, Any]:
    """The state machine's Map over one chunk, whose task runs this program."""
    watch = aws.function(clients, "handler = lambda event, context: None", aws.role(clients))
    text = json.dumps(parsed.state_machine()["States"]["Encode"])
    text = (
        text.replace('"${MaxConcurrency}"', "40").replace("${WatchFunctionArn}", watch).replace("${Partition}", "aws")
    )
    text = text.replace("${TaskDefinitionArn}", task_definition(clients, program))
    text = text.replace("${ContainerName}", "main").replace("${ClusterArn}", "default")
    plan = {"planKey": "key", "token": "token", "patience": {"waits": waits, "seconds": 1}}
    made = {
        "videoId": "v",
        "run": "r",
        "plan": plan | {"chunks": [{"index": "0", "cpu": "256", "memory": "512", "disk": 21}]},
    }
    encode = {key: value for key, value in json.loads(text).items() if key not in ("Catch", "Next")}
    given = {"Type": "Pass", "Result": made, "Next": "Encode"}
    return {"StartAt": "Given", "States": {"Given": given, "Encode": {**encode, "End": True}}}


def task_definition(clients: Clients, program: str) -> str:
    """The program is the entry point, since the state machine gives the command."""
    container = {"name": "main", "image": "any", "entryPoint": ["python", "-c", program], "essential": True}
    made = clients.ecs.register_task_definition(
        family=aws.unique("family"), containerDefinitions=[container], networkMode="awsvpc", cpu="256", memory="512"
    )
    return str(made["taskDefinition"]["taskDefinitionArn"])


def run(clients: Clients, program: str, waits: int = 0) -> tuple[dict[str, Any], Counter[str], list[str]]:
    """How an execution ended, its events by kind, and the states that it entered."""
    role = aws.role(clients, aws.allow(["ecs:*", "iam:PassRole", "lambda:InvokeFunction"]))
    arn = aws.execution(clients, machine(clients, program, waits), role)
    aws.until(lambda: clients.stepfunctions.describe_execution(executionArn=arn)["status"] != "RUNNING", 120)
    pages = clients.stepfunctions.get_paginator("get_execution_history").paginate(executionArn=arn)
    events = [event for page in pages for event in page["events"]]
    entered = [event["stateEnteredEventDetails"]["name"] for event in events if "stateEnteredEventDetails" in event]
    return aws.ended(clients, arn), Counter(event["type"] for event in events), entered


def test_a_chunk_that_is_encoded_takes_one_task_on_spot(clients: Clients) -> None:
    outcome, kinds, entered = run(clients, "pass")

    assert outcome["status"] == "SUCCEEDED"
    assert entered == ["Given", "Encode", "EncodeOnSpot"]
    assert kinds["TaskSubmitted"] == 1


def test_a_task_without_its_sandbox_is_started_once(clients: Clients) -> None:
    outcome, kinds, _ = run(clients, f"raise SystemExit({MISSING_EXIT})")

    assert (outcome["status"], outcome["error"]) == ("FAILED", "States.TaskFailed")
    assert json.loads(outcome["cause"])["Containers"][0]["ExitCode"] == MISSING_EXIT
    assert kinds["TaskSubmitted"] == 1


def test_a_task_that_fails_is_tried_four_times_on_spot_and_four_times_on_demand(clients: Clients) -> None:
    outcome, kinds, entered = run(clients, "raise SystemExit(1)")

    assert (outcome["status"], outcome["error"]) == ("FAILED", "States.TaskFailed")
    assert (entered.count("EncodeOnSpot"), entered.count("EncodeOnDemand")) == (4, 4)
    assert kinds["TaskSubmitted"] == 8
    assert kinds.total() - AROUND <= EVENTS_CHUNK


def test_without_room_spot_is_asked_first_after_every_wait_and_all_of_it_fits_its_events(
    state: Path, clients: Clients
) -> None:
    fault = state / "faults" / "no-capacity"
    fault.parent.mkdir(exist_ok=True)
    fault.touch()

    outcome, kinds, entered = run(clients, "pass", waits=3)
    fault.unlink()

    assert (outcome["status"], outcome["error"]) == ("FAILED", "NoCapacity")
    asked = [name for name in entered if name in ("EncodeOnSpot", "EncodeOnDemand", "WaitForCapacity")]
    assert asked == ["EncodeOnSpot", "EncodeOnDemand", "WaitForCapacity"] * 3 + ["EncodeOnSpot", "EncodeOnDemand"]
    assert kinds.total() - AROUND <= EVENTS_WAIT * 4
