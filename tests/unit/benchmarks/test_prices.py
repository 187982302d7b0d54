"""What CPU seconds cost, by arithmetic alone."""

import pytest

from benchmarks import prices
from benchmarks.prices import Fargate, MediaConvert, Output, Task
from vod.money import prices as own

FARGATE = Fargate(vcpu_hour=0.04, gb_hour=0.005, spot_discount=0.7)
MEDIACONVERT = MediaConvert(minute={"sd": 0.01, "hd": 0.02, "uhd": 0.04}, high_rate_factor=2)


def test_an_hour_of_source_is_billed_for_the_hours_that_the_task_is_busy() -> None:
    task = Task(vcpus=2, gb=4)

    usd = prices.fargate_hour(4.0, task, FARGATE, spot=False)

    assert usd == pytest.approx(2 * (2 * 0.04 + 4 * 0.005))  # 4 CPU-s a second on 2 vCPUs: two task hours


def test_more_vcpus_finish_sooner_at_the_same_price_while_they_are_all_busy() -> None:
    small, large = Task(vcpus=2, gb=4), Task(vcpus=8, gb=16)

    usd = [prices.fargate_hour(4.0, task, FARGATE, spot=False) for task in (small, large)]

    assert usd[0] == pytest.approx(usd[1])


def test_spot_takes_its_discount_off_cpu_and_memory() -> None:
    task = Task(vcpus=2, gb=4)

    on_demand, spot = (prices.fargate_hour(1.0, task, FARGATE, spot) for spot in (False, True))

    assert spot == pytest.approx(0.3 * on_demand)


def test_every_output_is_billed_by_its_own_tier() -> None:
    outputs = [Output(side, 25) for side in (480, 720, 1080, 1440)]

    usd = prices.mediaconvert_hour(outputs, MEDIACONVERT)

    assert usd == pytest.approx(60 * (0.01 + 0.02 + 0.02 + 0.04))


@pytest.mark.parametrize(("rate", "factor"), [(25, 1), (30, 1), (50, 2), (60, 2)])
def test_more_than_thirty_frames_a_second_cost_more(rate: int, factor: int) -> None:
    usd = prices.mediaconvert_hour([Output(1080, rate)], MEDIACONVERT)

    assert usd == pytest.approx(60 * 0.02 * factor)


def test_the_shipped_prices_say_when_they_were_noted_and_ask_to_be_checked() -> None:
    for shipped in (prices.read(), own.read()):
        assert shipped.date.startswith("20")
        assert "check before use" in shipped.source
    assert set(own.read().fargate) == {"x86_64", "arm64"}
