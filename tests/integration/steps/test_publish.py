"""Publishing the longest video that the platform accepts fits its function."""

import json
import os
import subprocess
import sys
from typing import Any

import pytest

from tests.integration import long_video
from tests.templates import parsed

(PUBLISH,) = (each.properties for each in parsed.functions() if each.properties["Handler"] == "publish.handler")
MIB_OF_A_VCPU = 1769
S3_SECONDS = 0.3
"""Of one request, answered in pages of 1,000 keys: slower than S3 mostly is."""
SLOWER = 2
"""So much slower may a vCPU there be than a core here."""
PARALLEL = 8


@pytest.fixture(scope="module")
def took() -> dict[str, Any]:
    """What publishing takes, in a process of its own."""
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(parsed.REPOSITORY / "src"), str(parsed.REPOSITORY)])}
    told = subprocess.run(
        [sys.executable, "-m", "tests.integration.long_video"],
        cwd=parsed.REPOSITORY, env=environment, capture_output=True, text=True, check=True, timeout=280,
    )  # fmt: skip
    return dict(json.loads(told.stdout))


def test_it_fits_two_thirds_of_the_function_s_memory(took: dict[str, Any]) -> None:
    assert took["outcome"] == "published"
    assert took["mebibytes"] <= PUBLISH["MemorySize"] * 2 / 3


def test_it_fits_half_of_the_function_s_time(took: dict[str, Any]) -> None:
    made = long_video.plan()
    objects = len(made.track_names) * made.segments
    requests = objects / 1000 / PARALLEL + len(made.chunks) + 2 * len(made.track_names) + 10
    computing = took["cpuSeconds"] * SLOWER * MIB_OF_A_VCPU / PUBLISH["MemorySize"]

    assert requests * S3_SECONDS + computing <= PUBLISH["Timeout"] / 2
