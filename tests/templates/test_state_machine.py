"""The state machine gets what it asks for, and whatever goes wrong in it is recorded."""

import re

import pytest

from tests.templates import parsed
from tests.templates.parsed import Value
from vod.plan.chunks import (
    EVENTS_CHUNK,
    EVENTS_PIECE,
    EVENTS_WAIT,
    MOST_EVENTS,
    MOST_TASKS,
    STATE_SECONDS,
    TASK_SECONDS,
    patience,
)
from vod.sandbox.sandbox import MISSING_EXIT

if not parsed.STATE_MACHINE.exists():
    pytest.skip(f"{parsed.STATE_MACHINE.name} IS MISSING: the state machine is not checked", allow_module_level=True)

DEFINITION = parsed.state_machine()
TRANSCODE = parsed.ROOT_TEMPLATE["Resources"]["Transcode"]["Properties"]
ROOT_PARAMETERS = parsed.ROOT_TEMPLATE["Parameters"]
TIMEOUT = DEFINITION["TimeoutSeconds"]
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
    assert task.get("Retry") or "WhyNot" in {rule["Next"] for rule in task["Catch"]}


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
    return sum(rule["MaxAttempts"] for rule in state.get("Retry", ()) if error in rule["ErrorEquals"])


def tries(state: str) -> int:
    """So many tasks of a chunk may have failed when another one is started by way of this state."""
    (rule,) = (rule for rule in CHUNK["WhyNot"]["Choices"] if rule["Next"] == state)
    return int(rule["NumericLessThan"])


NO_ROOM = ENTERED_AND_LEFT + REFUSED * attempts(CHUNK["EncodeOnSpot"], "ECS.AmazonECSException") + RAN
"""Events of asking Spot in vain, at last by a task that is accepted and stopped for want of room."""


def test_the_history_holds_the_worst_of_a_chunk() -> None:
    on_spot, in_all = tries("TryOnSpot"), tries("TryOnDemand")
    iteration, timeout = 2 + ENTERED_AND_LEFT, 2  # begins, chooses its lane, and ends; NoteTimeout
    a_try = ENTERED_AND_LEFT + RAN + 2 * ENTERED_AND_LEFT  # WhyNot, and the state that counts
    timeouts = TIMEOUT // STATE_SECONDS * timeout

    asked = (NO_ROOM + ENTERED_AND_LEFT) * (1 + on_spot)  # WasSpotFull
    assert iteration + asked + a_try * (1 + in_all) + timeouts <= EVENTS_CHUNK


def test_the_history_holds_the_worst_of_a_wait_for_capacity() -> None:
    refused = NO_ROOM + ENTERED_AND_LEFT + RAN
    told = ENTERED_AND_LEFT + REFUSED * (1 + attempts(CHUNK["NoteNoCapacity"], "States.ALL"))
    passed = [name for name in ("WasSpotFull", "WhyNot", "CountWait", "MayWait", "WaitForCapacity") if name in CHUNK]

    assert attempts(CHUNK["EncodeOnDemand"], "ECS.AmazonECSException") == 0
    assert refused + told + ENTERED_AND_LEFT * len(passed) <= EVENTS_WAIT


def test_the_history_holds_the_worst_of_a_function_that_is_asked_in_vain() -> None:
    throttled = "Lambda.TooManyRequestsException"
    asked = (
        ENTERED_AND_LEFT + RAN * (1 + attempts(CHUNK[name], throttled)) for name in ("AddressPiece", "EncodePiece")
    )
    passed = ENTERED_AND_LEFT * 3  # IsAddressed, IsPieceEncoded, MayPieceFail

    assert sum(asked) + passed <= EVENTS_PIECE


@pytest.mark.parametrize("pieces", [0, 15, MOST_TASKS])
@pytest.mark.parametrize("chunks", range(1, MOST_TASKS + 1))
def test_the_history_holds_all_chunks_and_all_their_waits(chunks: int, pieces: int) -> None:
    pieces = min(pieces, chunks)
    patient = patience(chunks, pieces)
    lengths = [patient["seconds"] * (number + 1) for number in range(patient["waits"])]

    assert chunks * (EVENTS_CHUNK + EVENTS_WAIT * patient["waits"]) + pieces * EVENTS_PIECE <= MOST_EVENTS
    assert lengths[0] <= (300 if not pieces else 400)
    assert 4.5 * 3600 <= sum(lengths) <= 5 * 3600


def test_no_video_has_more_tasks_than_a_map_runs_at_a_time() -> None:
    assert ROOT_PARAMETERS["MaxConcurrentChunks"]["MaxValue"] == MOST_TASKS == 40


def test_after_a_wait_for_capacity_spot_is_asked_first_and_each_wait_is_longer() -> None:
    assert CHUNK["WaitForCapacity"]["Next"] == "EncodeOnSpot"
    assert CHUNK["WaitForCapacity"]["SecondsPath"] == "$.waited.seconds"
    assert CHUNK["CountWait"]["Parameters"]["seconds.$"] == "States.MathAdd($.waited.seconds, $.patience.seconds)"


def test_an_encoder_without_its_sandbox_is_not_tried_again() -> None:
    first = CHUNK["WhyNot"]["Choices"][0]
    named = {choice["StringMatches"] for choice in first["Or"]}

    assert first["Next"] == "EncodeFailed"
    assert named == {f'*"ExitCode":{MISSING_EXIT}*', f'*"ExitCode": {MISSING_EXIT}*'}
    for name in ("EncodeOnSpot", "EncodeOnDemand"):
        assert attempts(CHUNK[name], "States.TaskFailed") == 0
        assert {"States.Timeout": "NoteTimeout"}.items() <= caught(CHUNK[name]).items()
    assert caught(CHUNK["EncodeOnDemand"])["States.TaskFailed"] == CHUNK["WasSpotFull"]["Default"] == "WhyNot"


def test_a_task_without_its_image_is_not_tried_again() -> None:
    (rule,) = (each for each in CHUNK["WhyNot"]["Choices"] if "CannotPullContainerError" in str(each))

    assert rule["Next"] == "EncodeFailed"
    assert rule["StringMatches"] == "*CannotPullContainerError*not found*"
    assert CHUNK["WhyNot"]["Choices"].index(rule) < CHUNK["WhyNot"]["Choices"].index(_trying_again())


def _trying_again() -> Value:
    return next(each for each in CHUNK["WhyNot"]["Choices"] if each["Next"] == "TryOnSpot")


def caught(state: Value) -> dict[str, str]:
    return {error: rule["Next"] for rule in state["Catch"] for error in rule["ErrorEquals"]}


def test_a_task_is_given_up_when_the_encoder_must_have_ended_itself() -> None:
    assert {CHUNK[name]["TimeoutSeconds"] for name in ("EncodeOnSpot", "EncodeOnDemand")} == {STATE_SECONDS}
    assert TASK_SECONDS + 600 <= STATE_SECONDS


def test_both_names_of_no_capacity_are_waited_for() -> None:
    (rule,) = (rule for rule in CHUNK["WhyNot"]["Choices"] if rule["Next"] == "NoteNoCapacity")
    told = {choice["StringEquals"] for choice in rule["Or"] if "StringEquals" in choice}

    assert {"ECS.AmazonECSException", "AmazonECS.Unknown"} <= told


def test_only_a_failure_of_the_platform_ends_as_one() -> None:
    states = DEFINITION["States"]

    assert states["RecordFailure"]["ResultPath"] == "$.failure"
    assert states["WasRefused"]["Choices"] == [
        {"Variable": "$.failure.broken", "BooleanEquals": True, "Next": "Failed"}
    ]
    assert (states[states["WasRefused"]["Default"]]["Type"], states["Failed"]["Type"]) == ("Succeed", "Fail")


def test_the_probes_address_is_signed_first_and_a_few_times_more() -> None:
    probe, again = DEFINITION["States"]["Probe"], DEFINITION["States"]["MaySignAgain"]
    refused = {"ErrorEquals": ["AddressRefused"]}

    assert DEFINITION["StartAt"] == "SignSource"
    assert probe["Retry"][0] == {**refused, "MaxAttempts": 0}
    assert probe["Catch"][0] == {**refused, "ResultPath": "$.error", "Next": "MaySignAgain"}
    assert again["Choices"] == [{"Variable": "$.signed.times", "NumericLessThan": 4, "Next": "SignSource"}]
    assert again["Default"] == "RecordFailure"


def test_a_probe_that_was_idle_for_weeks_is_waited_for() -> None:
    known = next(
        rule for rule in DEFINITION["States"]["Probe"]["Retry"] if "Lambda.ServiceException" in rule["ErrorEquals"]
    )

    assert {"Lambda.ResourceNotReadyException", "Lambda.ResourceConflictException"} <= set(known["ErrorEquals"])
    assert known["MaxAttempts"] * known["MaxDelaySeconds"] > 600


def test_a_plan_for_which_the_ledger_is_busy_is_waited_for() -> None:
    """DynamoLedger raises it when others change the same counters for longer than it tries."""
    rule = next(
        rule for rule in DEFINITION["States"]["Plan"]["Retry"] if "TransactionCanceledException" in rule["ErrorEquals"]
    )

    assert rule["MaxAttempts"] * rule["MaxDelaySeconds"] > 600
    assert rule["JitterStrategy"] == "FULL"


def test_what_executions_carry_is_not_logged() -> None:
    assert not TRANSCODE["Logging"].get("IncludeExecutionData", False)
