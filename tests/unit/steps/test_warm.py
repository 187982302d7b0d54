from collections import Counter
from dataclasses import dataclass, field

from vod.steps.warm import EVERY_SECONDS, PIECES, Warming


@dataclass
class FakeFunctions:
    loaded: Counter[str] = field(default_factory=Counter)
    throttled: str = ""

    def load(self, arn: str) -> bool:
        self.loaded[arn] += 1
        return arn != self.throttled


def test_every_function_on_the_way_is_loaded_and_several_that_encode() -> None:
    functions = FakeFunctions()

    assert Warming(functions, ["encode", "dispatch", "sign", "probe"], ["encode", "sign"]).warm() == 2 * PIECES + 2
    assert functions.loaded == {"encode": PIECES, "dispatch": 1, "sign": PIECES, "probe": 1}


def test_a_function_that_cannot_be_loaded_keeps_no_other_from_it() -> None:
    functions = FakeFunctions(throttled="encode")

    assert Warming(functions, ["encode", "dispatch"], ["encode"]).warm() == 1
    assert functions.loaded["dispatch"] == 1


def test_many_uploads_load_them_once_in_a_while() -> None:
    functions, clock = FakeFunctions(), iter([0.0, EVERY_SECONDS - 1, EVERY_SECONDS + 1, EVERY_SECONDS + 1])
    warming = Warming(functions, ["dispatch"], [], now=clock.__next__)

    assert [warming.warm() > 0 for _ in range(3)] == [True, False, True]
