"""AWS's clock: what AWS takes time for and this machine does at once. One table, in seconds, each with its source.

It imports nothing of the emulator's, so that benchmarks read the same table. None of it was measured by us on AWS.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from types import MappingProxyType

MIB_OF_A_VCPU = 1769
"""https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html"""
MOST_VCPUS = 6.0
LARGE_MIB = 2048
"""Functions with more memory compute on several cores; all others on one."""
REQUESTS_BEFORE = 3
"""Of a function that encodes: one after another, before its encode begins."""


@dataclass(frozen=True, slots=True)
class Latency:
    """Seconds, and who says so."""

    seconds: float
    source: str


_COMPARED = "bitesizedserverless.com, Serverless Messaging: Latency Compared (1,024 calls each, medians)"

S3_EVENT = Latency(0.6, "AWS: typically within seconds; others measure half a second to one")
QUEUE = Latency(0.02, f"{_COMPARED}: 16 ms")
STREAM = Latency(0.21, f"{_COMPARED}: DynamoDB Streams 213 ms")
EXECUTION = Latency(0.1, f"{_COMPARED}: 99 to 142 ms from StartExecution into a function, its call included")
TRANSITION = Latency(0.03, "the same, less a call; between two states others measure 20 to 50 ms")
CALL = Latency(0.03, f"{_COMPARED}: a synchronous call adds some tens of milliseconds")
ENVIRONMENT = Latency(0.25, "AWS: under 100 ms to over a second for a new environment, most of it the function's own")
CODE_OF_100_MB = Latency(0.2, "others measure 0.1 to 0.3 s for each 100 MB of a package")
TASK_START = Latency(40.0, "AWS and others: 30 to 50 s on Fargate for an image of this size")
REQUESTS = MappingProxyType(
    {
        "s3": Latency(0.04, "AWS: 100 to 200 ms for small objects; others measure 20 to 60 ms within a region"),
        "dynamodb": Latency(0.008, "AWS: single-digit milliseconds"),
        "": Latency(0.03, "other services of the same region: some tens of milliseconds"),
    }
)
"""An answer to a function or a task, by service."""
CODE_MB = MappingProxyType({"vod": 30, "encoder": 190, "libav": 80, "language": 30, "signing": 10})
"""A layer's code, unpacked, by the end of its name (tests/e2e/test_sam_deploy.py keeps the limits)."""


def vcpus(memory: int) -> float:
    """What a function of so many MiB has."""
    return min(MOST_VCPUS, memory / MIB_OF_A_VCPU)


def request(service: str) -> float:
    """Seconds of one request to a service."""
    return REQUESTS.get(service, REQUESTS[""]).seconds


def code_mb(layers: Sequence[str]) -> float:
    """What a function of these layers (ARNs) has to load."""
    names = [arn.rsplit(":", 2)[-2] if arn.count(":") > 1 else arn for arn in layers]
    return sum(mb for name in names for layer, mb in CODE_MB.items() if name.endswith(f"-{layer}"))


def of_environment(code_mb: float) -> float:
    """Seconds until a new environment begins to load its code."""
    return ENVIRONMENT.seconds + CODE_OF_100_MB.seconds * code_mb / 100


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a function: its memory (MiB), the size of its code, CPU seconds, and of loading if it was cold."""

    memory: int
    code_mb: float
    cpu: float
    loading: float | None

    def seconds_left(self, elapsed: float, slower: float) -> float:
        """How much longer (s of here) it lasts, when it took `elapsed` here and the clock is so many times slower; less
        than nothing where this machine was too busy.

        One that computes on one core does one thing after another, so what it waited for was as it should be. Of one
        that encodes, this machine's cores were shared by many: it lasts as long as its CPU seconds on its vCPUs.
        """
        share = vcpus(self.memory)
        loading = self.loading or 0.0
        started = CALL.seconds + loading / min(1.0, share)
        if self.loading is not None:
            started += of_environment(self.code_mb)
        if self.memory > LARGE_MIB:
            due = started + self.cpu / share + REQUESTS_BEFORE * request("s3")
            return due * slower - elapsed
        return (started + self.cpu / min(1.0, share)) * slower - self.cpu - loading
