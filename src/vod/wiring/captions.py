"""The captions step, put together: of the API's functions this one alone loads what writes manifests."""

from vod.steps.captions import Captioning
from vod.wiring import adapters
from vod.wiring.adapters import Environment


def captioning(env: Environment) -> Captioning:
    """The subtitles of videos."""
    output = adapters.output(env, may_list=False)
    return Captioning(adapters.videos(env), output, adapters.delivery(env))
