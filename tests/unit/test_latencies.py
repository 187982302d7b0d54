"""What a call of a function lasts on AWS, from what it took here."""

import pytest

from local.emulator.latencies import CALL, CODE_MB, Call, code_mb, request, vcpus
from tests.templates import parsed


def test_memory_buys_shares_of_a_core() -> None:
    assert [vcpus(1769), vcpus(3538), vcpus(10240)] == pytest.approx([1, 2, 10240 / 1769])


def test_what_computes_on_one_core_waits_longer_for_a_smaller_share() -> None:
    small, large = (Call(memory, 30, 0.1, None).seconds_left(0.5, 1) for memory in (442, 1769))

    assert small == pytest.approx(CALL.seconds + 0.1 * 1769 / 442 - 0.1)
    assert large == pytest.approx(CALL.seconds)


def test_in_slow_motion_what_was_waited_for_was_slow_already() -> None:
    assert Call(1769, 30, 0.1, None).seconds_left(5.1, 10) == pytest.approx(10 * (CALL.seconds + 0.1) - 0.1)


def test_what_encodes_lasts_as_long_as_its_cpu_seconds_on_its_cores() -> None:
    due = CALL.seconds + 10 / 2 + 3 * request("s3")

    assert Call(3538, 30, 10, None).seconds_left(0.5, 1) == pytest.approx(due - 0.5)
    assert Call(3538, 30, 10, None).seconds_left(20, 2) < 0  # this machine was too busy


def test_a_cold_call_loads_its_code_first() -> None:
    warm, cold = (Call(1769, CODE_MB["encoder"], 0.1, loading).seconds_left(1, 1) for loading in (None, 0.5))

    assert 0.5 < cold - warm < 1.0


def test_every_layer_of_the_template_is_known() -> None:
    layers = [each.properties["LayerName"]["Fn::Sub"] for each in parsed.resources("AWS::Serverless::LayerVersion")]

    assert {name.removeprefix("${AWS::StackName}-") for name in layers} == set(CODE_MB)
    arns = [f"arn:aws:lambda:us-east-1:123456789012:layer:Stack-{name}:3" for name in ("vod", "encoder")]
    assert code_mb(arns) == CODE_MB["vod"] + CODE_MB["encoder"]
