"""The state machine gets what it asks for, and whatever goes wrong in it is recorded."""

import re

import pytest

from tests.templates import parsed
from tests.templates.parsed import Value
from vod.chunks import EVENTS_CHUNK, EVENTS_WAIT, MOST_EVENTS, STATE_SECONDS, TASK_SECONDS, patience

if not parsed.STATE_MACHINE.exists():
    pytest.skip(f"{parsed.STATE_MACHINE.name} IS MISSING: the state machine is not checked", allow_module_level=True)

DEFINITION = parsed.state_machine()
TRANSCODE = parsed.ROOT_TEMPLATE["Resources"]["Transcode"]["Properties"]
FAILED = {"FAILED", "TIMED_OUT", "ABORTED"}


def test_it_gets_exactly_the_substitutions_it_names() -> None:
    named = set(re.findall(r"\$\{(\w+)\}", parsed.STATE_MACHINE.read_text()))

    assert named == TRANSCODE["DefinitionSubstitutions"].keys()


def test_every_state_that_is_named_exists() -> None:
    for scope in parsed.walk(DEFINITION):
        if isinstance(scope, dict) and "States" in scope:
            assert _named_in(scope) <= scope["States"].keys()


def _named_in(scope: Value) -> set[str]:
    named = {scope["StartAt"]}
    for state in scope["States"].values():
        rules = [state, *state.get("Catch", ()), *state.get("Choices", ())]
        named |= {rule["Next"] for rule in rules if "Next" in rule} | {
            state["Default"] for _ in "1" if "Default" in state
        }
    return named


def test_every_step_catches_every_error_or_is_the_one_that_records_it() -> None:
    uncaught = {
        name
        for name, state in DEFINITION["States"].items()
        if state["Type"] in ("Task", "Map") and not _catches_all(state)
    }

    assert {DEFINITION["States"][name]["Resource"] for name in uncaught} == {"${FailFunctionArn}"}


def _catches_all(state: Value) -> bool:
    return any("States.ALL" in rule["ErrorEquals"] for rule in state.get("Catch", ()))


@pytest.mark.parametrize(("name", "task"), parsed.tasks(DEFINITION).items())
def test_a_task_ends_in_time_and_is_tried_again(name: str, task: Value) -> None:
    assert task["TimeoutSeconds"] > 0
    assert task["Retry"]


def test_a_task_outlasts_its_functions_own_timeout() -> None:
    timeouts = {function.name: function.properties["Timeout"] for function in parsed.functions()}
    by_substitution = {
        f"${{{name}}}": timeouts[value["Fn::GetAtt"][0]]
        for name, value in TRANSCODE["DefinitionSubstitutions"].items()
        if isinstance(value, dict) and value.get("Fn::GetAtt", [None])[0] in timeouts
    }

    for name, task in parsed.tasks(DEFINITION).items():
        assert task["TimeoutSeconds"] >= by_substitution.get(task["Resource"], 0), name


def test_an_execution_that_dies_without_a_catch_is_recorded_too() -> None:
    rules = [
        event["Properties"]["Pattern"]["detail"]
        for function in parsed.functions()
        for event in function.properties.get("Events", {}).values()
        if event["Type"] == "EventBridgeRule"
    ]

    assert any(rule["stateMachineArn"] == [{"Ref": "Transcode"}] and set(rule["status"]) == FAILED for rule in rules)


CHUNK = DEFINITION["States"]["Encode"]["ItemProcessor"]["States"]
ENTERED_AND_LEFT, REFUSED, RAN = 2, 3, 4
"""Events of a state, of an attempt that is refused at once, and of one that ran and failed."""


def attempts(state: Value, error: str) -> int:
    """How often a state is tried again for an error that one of its retriers names."""
    return sum(rule["MaxAttempts"] for rule in state["Retry"] if error in rule["ErrorEquals"])


def test_the_history_holds_the_worst_of_every_chunk_and_all_its_waits() -> None:
    spot, on_demand, note = CHUNK["EncodeOnSpot"], CHUNK["EncodeOnDemand"], CHUNK["NoteNoCapacity"]
    refused, failed = attempts(spot, "ECS.AmazonECSException"), 1 + attempts(spot, "States.TaskFailed")
    last = ENTERED_AND_LEFT + RAN * (1 + attempts(on_demand, "States.TaskFailed"))
    around = 2  # an iteration of the Map begins and ends
    told = ENTERED_AND_LEFT + REFUSED * (1 + attempts(note, "States.ALL"))
    passed = [name for name in ("WhyNot", "CountWait", "MayWait", "WaitForCapacity") if name in CHUNK]

    assert attempts(on_demand, "ECS.AmazonECSException") == 0
    assert around + ENTERED_AND_LEFT + REFUSED * refused + RAN * failed + last <= EVENTS_CHUNK
    assert ENTERED_AND_LEFT + REFUSED + told + ENTERED_AND_LEFT * len(passed) <= EVENTS_WAIT
    most = parsed.ROOT_TEMPLATE["Parameters"]["MaxConcurrentChunks"]["MaxValue"] + 1  # and the extras
    for chunks in range(1, most + 1):
        assert chunks * (EVENTS_CHUNK + EVENTS_WAIT * patience(chunks)["waits"]) <= MOST_EVENTS
        assert 300 <= patience(chunks)["seconds"] <= 5 * 3600


def test_both_names_of_no_capacity_are_waited_for() -> None:
    told = {choice["StringEquals"] for choice in CHUNK["WhyNot"]["Choices"][0]["Or"] if "StringEquals" in choice}

    assert {"ECS.AmazonECSException", "AmazonECS.Unknown"} <= told


def test_only_a_failure_of_the_platform_ends_as_one() -> None:
    states = DEFINITION["States"]

    assert states["RecordFailure"]["ResultPath"] == "$.failure"
    assert states["WasRefused"]["Choices"] == [
        {"Variable": "$.failure.broken", "BooleanEquals": True, "Next": "Failed"}
    ]
    assert (states[states["WasRefused"]["Default"]]["Type"], states["Failed"]["Type"]) == ("Succeed", "Fail")


def test_an_encoder_ends_itself_before_its_state_does() -> None:
    states = DEFINITION["States"]["Encode"]["ItemProcessor"]["States"]

    limits = {states[name]["TimeoutSeconds"] for name in ("EncodeOnSpot", "EncodeOnDemand")}

    assert limits == {STATE_SECONDS}
    assert TASK_SECONDS + 600 <= STATE_SECONDS
