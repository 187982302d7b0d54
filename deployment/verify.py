"""`make verify`: what is assumed of AWS beside what is measured, in the account of a platform, for some cents.

It makes a small stack beside the platform's and runs three short tasks, and removes everything again, also when it is
interrupted. It reads nothing of any video. The report stays in .local and names no account.
"""

import argparse
import os
import sys
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError, WaiterError

from deployment import REPOSITORY, STACK
from deployment.destroy import asked as typed
from deployment.verification import report, scratch
from deployment.verification.checks import CHECKS
from deployment.verification.functions import Function
from deployment.verification.judging import Unknown, Verdict, findings
from deployment.verification.place import Aws, Place, find
from deployment.verification.services import Services
from deployment.verification.tasks import Tasks
from local.interrupts import interruptible

MOST_USD = 0.10
YES = "yes"
FOLDER = REPOSITORY / ".local"
_ERRORS = (BotoCoreError, ClientError, WaiterError, TimeoutError, ValueError, KeyError, OSError)
Say = Callable[[str], None]
Measure = Callable[[], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Verification:
    """Everything it needs; tests give a session of their own, what is typed, and a folder."""

    session: Any
    stack: str
    ask: Callable[[str], str]
    folder: Path = FOLDER
    say: Say = print

    def run(self) -> bool:
        """Try everything and write the report; whether nothing differs. ValueError when nothing was done."""
        aws = Aws(self.session)
        place = find(aws, self.stack)
        self._confirm(place)
        with scratch.made(aws, place) as made:
            self.say("the test stack is created; measuring takes some minutes")
            facts = measured(aws, place, made)
        found = findings(CHECKS, facts, is_emulator())
        for line in (report.table(found), "", report.summary(found)):
            self.say(line)
        self._write(place, facts)
        return all(finding.verdict is not Verdict.DIFFERS for finding in found)

    def _confirm(self, place: Place) -> None:
        usd = place.usd()
        if usd > MOST_USD:
            raise ValueError(f"nothing was done: it would cost {usd:.2f} USD, above the limit of {MOST_USD:.2f} USD")
        self.say(
            f"creates the stack {place.name}, runs three tasks of {self.stack} for some minutes, deletes everything;"
        )
        self.say(f"takes about ten minutes and costs about {usd:.2f} USD, always less than {MOST_USD:.2f} USD")
        if self.ask(f"Type {YES} to continue: ").strip() != YES:
            raise ValueError("nothing was done")

    def clean(self) -> bool:
        """Remove what an interrupted run left; whether there was anything."""
        aws = Aws(self.session)
        return scratch.clean(aws, find(aws, self.stack))

    def _write(self, place: Place, facts: Mapping[str, Any]) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        found = findings(CHECKS, facts, is_emulator())
        about = {
            "date": time.strftime("%Y-%m-%d", time.gmtime()),
            "region": self.session.region_name,
            "architecture": place.architecture,
            "task": [place.size.cpu, place.size.memory],
        }
        (self.folder / "verify.txt").write_text(f"{report.table(found)}\n\n{report.summary(found)}\n")
        (self.folder / "verify.json").write_text(report.document(found, about, facts))
        self.say(f"report: {self.folder}/verify.txt and verify.json; neither contains your account id")


def is_emulator() -> bool:
    """Whether AWS is an emulator on this machine."""
    return "AWS_ENDPOINT_URL" in os.environ


def measured(aws: Aws, place: Place, made: Mapping[str, str]) -> dict[str, Any]:
    """All facts; tasks take longest, so the rest is measured meanwhile."""
    tasks, services = Tasks(aws, place, made), Services(aws, place, made)
    function = Function(aws.client("lambda"), made["Function"])
    one_by_one = (
        function.imports,
        function.confinement,
        function.limits,
        function.sealed,
        function.folders,
        function.freeze,
        function.payload,
        function.memory,
        services.presigned,
        services.conditional,
        services.stream,
        services.identity,
        services.firewalls,
    )
    pool = ThreadPoolExecutor()
    try:
        slow = [pool.submit(fact_of, measure) for measure in (tasks.measure, tasks.endings)]
        quick = [fact_of(measure) for measure in one_by_one]
        found = [*quick, *(each.result() for each in slow)]
    finally:  # who interrupts does not wait for tasks: the cleaning up ends them
        pool.shutdown(wait=False, cancel_futures=True)
    facts: dict[str, Any] = {}
    for each in found:
        facts |= each
    return facts


def fact_of(measure: Measure) -> dict[str, Any]:
    """What is measured; what cannot be is a `?` with its reason for each check of it, and ends nothing else."""
    try:
        return measure()
    except Exception as failed:  # each measure is an edge of its own: AWS may answer anything
        why = Unknown(report.anonymous(f"{type(failed).__name__}: {failed}"))
        return dict.fromkeys(of_measure(measure), why)


def of_measure(measure: Measure) -> tuple[str, ...]:
    """The checks that a measure is for."""
    return MEASURES[measure.__name__]


MEASURES = {
    "imports": ("function-import",),
    "confinement": ("function-prctl", "function-calls", "function-landlock", "function-kernel", "function-others"),
    "sealed": ("function-seal",),
    "limits": ("function-nofile", "function-limits"),
    "folders": ("function-writable", "function-tmp", "function-shm"),
    "freeze": ("function-freeze",),
    "payload": ("function-payload",),
    "memory": ("function-memory",),
    "presigned": (
        "s3-signed-length",
        "s3-unsigned-header",
        "s3-presigned-end",
        "s3-refusal-cors",
        "s3-presigned-version",
    ),
    "conditional": ("s3-if-match", "s3-if-none-match"),
    "stream": ("dynamodb-stream",),
    "identity": ("cognito-tier", "cognito-names", "cognito-claims"),
    "firewalls": ("waf-capacity",),
    "measure": (
        "task-start",
        "task-kernel",
        "task-sandbox",
        "task-seccomp",
        "task-arriving",
        "task-landlock",
        "task-user",
        "task-root",
        "task-folders",
        "task-disk",
        "task-memory",
        "task-sigterm",
        "efs-journal",
        "efs-tls",
        "s3-throughput",
        "encode-speed-h264",
        "encode-speed-hevc",
        "encode-speed-av1",
        "event-task-ended",
        "event-delay",
    ),
    "endings": ("ecs-exit-code", "ecs-no-image", "ecs-refused", "ecs-history"),
}


def main(arguments: list[str]) -> int:
    """Verify, or only clean up; the exit code."""
    parser = argparse.ArgumentParser(prog="make verify", description="Compare the assumptions about AWS with AWS.")
    parser.add_argument("--stack", default=STACK, help="the platform's stack")
    parser.add_argument("--cleanup", action="store_true", help="only remove what an interrupted run left behind")
    asked = parser.parse_args(arguments)
    verification = Verification(boto3.Session(), asked.stack, typed)
    try:
        with interruptible():
            if asked.cleanup:
                print("removed what was left behind" if verification.clean() else "nothing was left behind")
                return 0
            return 0 if verification.run() else 1
    except KeyboardInterrupt:
        print("make verify: interrupted; CLEANUP=yes removes what was left behind", file=sys.stderr)
        return 130
    except _ERRORS as error:
        print(f"make verify: {report.anonymous(str(error))}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
