"""The step that records a failure; what starts it is the state machine, EventBridge or the reconciler."""

from vod.steps.fail import Failing
from vod.wiring import adapters
from vod.wiring.adapters import Environment


def failing(env: Environment) -> Failing:
    """The fail step."""
    return Failing(adapters.videos(env), adapters.events(env), adapters.metrics(env))
