"""What the state machine does with one chunk, on the emulator: which tasks it starts, and how many events that takes."""

import json
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
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

NONE: Mapping[str, str] = {}
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


def machine(
    clients: Clients, program: str, waits: int, functions: Mapping[str, str] = NONE, **chunk: Any
) -> dict[str, Any]:
    """The state machine's Map over one chunk, whose task runs this program, and whose functions answer so."""
    watch = aws.function(clients, "handler = lambda event, context: None", aws.role(clients))
    text = json.dumps(parsed.state_machine()["States"]["Encode"])
    for name, code in functions.items():
        made = aws.function(clients, f"def handler(event, context): {code}", aws.role(clients))
        text = text.replace(f"${{{name}FunctionArn}}", made)
    text = (
        text.replace('"${MaxConcurrency}"', "40").replace("${WatchFunctionArn}", watch).replace("${Partition}", "aws")
    )
    text = text.replace("${TaskDefinitionArn}", task_definition(clients, program))
    text = text.replace("${ContainerName}", "main").replace("${ClusterArn}", "default")
    plan = {"planKey": "key", "token": "token", "patience": {"waits": waits, "seconds": 1}}
    given_to = {
        "videoId": "v",
        "run": "r",
        "plan": plan | {"chunks": [{"index": "0", "cpu": "256", "memory": "512", "disk": 21, **chunk}]},
    }
    encode = {key: value for key, value in json.loads(text).items() if key not in ("Catch", "Next")}
    given = {"Type": "Pass", "Result": given_to, "Next": "Encode"}
    return {"StartAt": "Given", "States": {"Given": given, "Encode": {**encode, "End": True}}}


def task_definition(clients: Clients, program: str) -> str:
    """The program is the entry point, since the state machine gives the command."""
    container = {"name": "main", "image": "any", "entryPoint": ["python", "-c", program], "essential": True}
    made = clients.ecs.register_task_definition(
        family=aws.unique("family"), containerDefinitions=[container], networkMode="awsvpc", cpu="256", memory="512"
    )
    return str(made["taskDefinition"]["taskDefinitionArn"])


def run(
    clients: Clients, program: str, waits: int = 0, functions: Mapping[str, str] = NONE, **chunk: Any
) -> tuple[dict[str, Any], Counter[str], list[str]]:
    """How an execution ended, its events by kind, and the states that it entered."""
    role = aws.role(clients, aws.allow(["ecs:*", "iam:PassRole", "lambda:InvokeFunction"]))
    arn = aws.execution(clients, machine(clients, program, waits, functions, **chunk), role)
    aws.until(lambda: clients.stepfunctions.describe_execution(executionArn=arn)["status"] != "RUNNING", 120)
    pages = clients.stepfunctions.get_paginator("get_execution_history").paginate(executionArn=arn)
    events = [event for page in pages for event in page["events"]]
    entered = [event["stateEnteredEventDetails"]["name"] for event in events if "stateEnteredEventDetails" in event]
    return aws.ended(clients, arn), Counter(event["type"] for event in events), entered


def test_a_chunk_that_is_encoded_takes_one_task_on_spot(clients: Clients) -> None:
    outcome, kinds, entered = run(clients, "pass")

    assert outcome["status"] == "SUCCEEDED"
    assert entered == ["Given", "Encode", "WhichLane", "EncodeOnSpot"]
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


GRANTED = "return {'outcome': 'granted', 'session': 's', 'plan': 'p', 'source': 's', 'store': {}}"
ENCODED = "return {'outcome': 'encoded', 'frames': 100}"
FAILS = "raise ValueError('no')"
ASKED = ["WhichLane", "AddressPiece", "IsAddressed"]
TOLD = [*ASKED, "EncodePiece", "IsPieceEncoded", "IsWatchedEarly"]
DOUBTED = [*ASKED, "EncodePiece", "IsPieceEncoded", "MayPieceFail", "EncodeOnSpot"]


def of_functions(encode: str, credentials: str = GRANTED, advance: str = "return {}") -> dict[str, str]:
    return {"Credentials": credentials, "Piece": encode, "Advance": advance}


@pytest.mark.parametrize(
    ("functions", "chunk", "states"),
    [
        (of_functions(ENCODED), {"grows": False}, [*TOLD, "PieceEncoded"]),
        (of_functions(ENCODED), {"grows": True}, [*TOLD, "NotePiece", "PieceEncoded"]),
        (of_functions(FAILS), {"mayFail": False}, [*ASKED, "EncodePiece", "MayPieceFail", "EncodeOnSpot"]),
        (of_functions(FAILS), {"mayFail": True}, [*ASKED, "EncodePiece", "MayPieceFail", "PieceEncoded"]),
        (of_functions("return {'outcome': 'encoded'}"), {"mayFail": False}, DOUBTED),
        (of_functions("return {'outcome': 'refused', 'frames': 0}"), {"mayFail": False}, DOUBTED),
        (
            of_functions(ENCODED, FAILS),
            {"mayFail": False},
            ["WhichLane", "AddressPiece", "MayPieceFail", "EncodeOnSpot"],
        ),
        (of_functions(ENCODED, "return {'outcome': 'unwanted'}"), {}, [*ASKED, "PieceUnwanted"]),
    ],
    ids=["short", "watched early", "fails", "head fails", "says nothing", "refuses", "no addresses", "unwanted"],
)
def test_what_a_function_does_and_when_a_task_does_it(
    clients: Clients, functions: dict[str, str], chunk: dict[str, Any], states: list[str]
) -> None:
    outcome, _, entered = run(clients, "pass", 0, functions, lane="function", **({"grows": False} | chunk))

    assert outcome["status"] == "SUCCEEDED"
    assert entered == ["Given", "Encode", *states]
    assert len(outcome["output"]) < 5000, "no addresses are left"
