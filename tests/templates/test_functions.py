"""Every function has a role, a log group and a way to fail that somebody hears of, none of them shared."""

from collections import Counter
from collections.abc import Callable

import pytest

from tests.templates import parsed
from tests.templates.parsed import Resource, Value

each_function = pytest.mark.parametrize("function", parsed.functions(), ids=lambda function: function.name)


def role_of(function: Resource) -> str:
    return str(parsed.output(function.properties["Role"])["Fn::GetAtt"][0])


def log_group_of(function: Resource) -> str:
    return str(parsed.output(function.properties["LoggingConfig"]["LogGroup"])["Ref"])


def each_trigger(kind: str) -> pytest.MarkDecorator:
    """One test per trigger of a type, with its function."""
    found = [
        pytest.param(function, event["Properties"], id=f"{function.name}-{name}")
        for function in parsed.functions()
        for name, event in function.properties.get("Events", {}).items()
        if event["Type"] == kind
    ]
    return pytest.mark.parametrize(("function", "trigger"), found)


def statements_of(function: Resource) -> list[Value]:
    stack = function.properties["Role"]["Fn::GetAtt"][0]
    policies = parsed.template_of(stack)["Resources"][role_of(function)]["Properties"]["Policies"]
    given = [policy["Fn::If"][1] if "Fn::If" in policy else policy for policy in policies]
    return [statement for policy in given for statement in policy["PolicyDocument"]["Statement"]]


@pytest.mark.parametrize("what", [role_of, log_group_of])
def test_no_two_functions_share(what: Callable[[Resource], str]) -> None:
    owners = Counter(what(function) for function in parsed.functions())

    assert set(owners.values()) == {1}


@each_function
def test_a_function_writes_to_its_own_log_group_only(function: Resource) -> None:
    written = [each["Resource"] for each in statements_of(function) if "logs:PutLogEvents" in each["Action"]]

    assert written == [{"Fn::GetAtt": [log_group_of(function), "Arn"]}]


@each_function
def test_a_step_has_one_stem_at_every_layer(function: Resource) -> None:
    stem = function.properties["Handler"].removesuffix(".handler")

    assert function.name == f"{stem.capitalize()}Function"
    assert role_of(function) == f"{stem.capitalize()}Role"
    assert log_group_of(function) == f"{stem.capitalize()}Logs"


@each_function
def test_a_function_runs_the_entry_points_on_the_chosen_architecture(function: Resource) -> None:
    assert function.properties["Architectures"] == [{"Ref": "Architecture"}]
    assert function.properties["Runtime"] == "python3.13"
    assert function.properties["CodeUri"] == "lambda/"


@pytest.mark.parametrize("group", parsed.resources("AWS::Logs::LogGroup"), ids=str)
def test_logs_are_kept_for_a_chosen_time(group: Resource) -> None:
    assert group.properties["RetentionInDays"] == {"Ref": "LogsRetentionInDays"}


@each_function
def test_a_function_is_called_by_something_whose_failures_are_checked_below(function: Resource) -> None:
    kinds = {event["Type"] for event in function.properties.get("Events", {}).values()}
    substitutions = parsed.ROOT_TEMPLATE["Resources"]["Transcode"]["Properties"]["DefinitionSubstitutions"]
    is_step = {"Fn::GetAtt": [function.name, "Arn"]} in substitutions.values()

    authorizers = parsed.ROOT_TEMPLATE["Resources"]["Api"]["Properties"]["Auth"]["Authorizers"].values()
    is_authorizer = {"Fn::GetAtt": [function.name, "Arn"]} in [each["FunctionArn"] for each in authorizers]
    variables = [each.properties["Environment"]["Variables"] for each in parsed.functions()]
    is_named = any({"Ref": function.name} in named.values() for named in variables)
    assert kinds or is_step or is_authorizer or is_named
    assert kinds <= {"Api", "SQS", "SNS", "DynamoDB", "EventBridgeRule", "Schedule"}  # of an Api call the caller hears


@each_trigger("SQS")
def test_a_queue_keeps_what_its_function_cannot_take(function: Resource, trigger: Value) -> None:
    storage = parsed.template_of("Storage")["Resources"]
    queues = parsed.template_of(trigger["Queue"]["Fn::GetAtt"][0])["Resources"]
    queue = queues[parsed.output(trigger["Queue"])["Fn::GetAtt"][0]]["Properties"]
    target = queue["RedrivePolicy"]["deadLetterTargetArn"]
    assert target in ({"Fn::GetAtt": ["DeadLetterQueue", "Arn"]}, {"Ref": "DeadLetterQueueArn"})
    dead_letters = storage["DeadLetterQueue"]

    assert trigger["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert queue["VisibilityTimeout"] >= 6 * function.properties["Timeout"]
    assert dead_letters["Properties"]["MessageRetentionPeriod"] > queue.get("MessageRetentionPeriod", 4 * 24 * 3600)


@each_trigger("SNS")
def test_a_notice_that_its_function_cannot_take_is_kept(function: Resource, trigger: Value) -> None:
    failure = function.properties["EventInvokeConfig"]["DestinationConfig"]["OnFailure"]

    assert parsed.output(failure["Destination"]) == {"Fn::GetAtt": ["DeadLetterQueue", "Arn"]}
    assert any("sqs:SendMessage" in each["Action"] for each in statements_of(function))


@each_trigger("DynamoDB")
def test_a_stream_goes_on_behind_a_batch_that_its_function_cannot_take(function: Resource, trigger: Value) -> None:
    kept = trigger["DestinationConfig"]["OnFailure"]["Destination"]

    assert trigger["MaximumRetryAttempts"] > 0
    assert trigger["MaximumRecordAgeInSeconds"] <= 3600
    assert parsed.output(kept) == {"Fn::GetAtt": ["DeadLetterQueue", "Arn"]}
    assert any("sqs:SendMessage" in each["Action"] for each in statements_of(function))


@each_trigger("Schedule")
def test_a_minute_that_its_function_cannot_take_is_kept(function: Resource, trigger: Value) -> None:
    failure = function.properties["EventInvokeConfig"]["DestinationConfig"]["OnFailure"]

    assert trigger["DeadLetterConfig"]["Arn"] == failure["Destination"]
    assert parsed.output(failure["Destination"]) == {"Fn::GetAtt": ["DeadLetterQueue", "Arn"]}
    assert any("sqs:SendMessage" in each["Action"] for each in statements_of(function))


@each_trigger("EventBridgeRule")
def test_an_event_that_cannot_be_delivered_or_taken_is_kept(function: Resource, trigger: Value) -> None:
    failure = function.properties["EventInvokeConfig"]["DestinationConfig"]["OnFailure"]

    assert trigger["RetryPolicy"]["MaximumRetryAttempts"] > 0
    assert trigger["DeadLetterConfig"]["Arn"] == failure["Destination"]
    assert parsed.output(failure["Destination"]) == {"Fn::GetAtt": ["DeadLetterQueue", "Arn"]}
    assert any("sqs:SendMessage" in each["Action"] for each in statements_of(function))


def test_a_run_can_be_followed_from_end_to_end_and_traces_hold_no_address() -> None:
    """A stage's segments hold whole addresses, and with them the tokens of shares and the signatures of manifests."""
    root = parsed.ROOT_TEMPLATE["Resources"]

    assert {function.properties["Tracing"] for function in parsed.functions()} == {"Active"}
    assert root["Api"]["Properties"]["TracingEnabled"] is False
    assert root["Transcode"]["Properties"]["Tracing"] == {"Enabled": True}


@each_function
def test_a_function_may_write_its_traces(function: Resource) -> None:
    stack = parsed.template_of(function.properties["Role"]["Fn::GetAtt"][0])["Resources"]
    attached = [stack[each["Ref"]] for each in stack[role_of(function)]["Properties"]["ManagedPolicyArns"]]

    assert any("xray:PutTraceSegments" in str(policy) for policy in attached)
