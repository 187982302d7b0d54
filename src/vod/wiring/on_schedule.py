"""Steps that a schedule starts, put together from a function's environment."""

from pathlib import Path

from vod.aws.background import BackgroundFunction
from vod.aws.bookmarks import DynamoMarks
from vod.aws.clients import client
from vod.aws.distribution import CloudFront
from vod.aws.scratch import ScratchFunction
from vod.steps.delete import Deletion
from vod.steps.dispatch import Dispatch
from vod.steps.index import CatchingUp
from vod.steps.reconcile import Reconciling
from vod.steps.scratch import Cleaning
from vod.steps.sweep import Sweeping
from vod.steps.watch import Watching
from vod.wiring import adapters
from vod.wiring.adapters import Environment
from vod.wiring.on_failure import failing


def deletion(env: Environment) -> Deletion:
    """The work of the delete step."""
    receipts = adapters.receipts(env)
    cdn = CloudFront(client("cloudfront"), client("ssm"), env["DISTRIBUTION_PARAMETER"])
    # Waits longer than the function may take, and asks twice at most: whoever deletes has time left when it hangs.
    patient = client("lambda", read_timeout=50, retries={"mode": "standard", "max_attempts": 1})
    scratch = ScratchFunction(patient, env["SCRATCH_FUNCTION"])
    return Deletion(
        adapters.videos(env),
        adapters.sources(env),
        adapters.output(env),
        adapters.executions(env),
        receipts,
        cdn,
        scratch,
        adapters.finding(env),
    )


def cleaning(env: Environment) -> Cleaning:
    """The clean step."""
    return Cleaning(adapters.videos(env), Path(env["SCRATCH_DIR"]))


def reconciling(env: Environment) -> Reconciling:
    """The reconcile step."""
    starting, bucket, doing = adapters.starting(env), env["SOURCE_BUCKET"], deletion(env)
    metrics, marks = adapters.metrics(env), DynamoMarks(client("dynamodb"), env["TABLE_NAME"])
    dispatching = Dispatch(starting.videos, doing.receipts, doing.finding, starting, metrics, env["INGEST_OWNER"])
    return Reconciling(
        videos=starting.videos,
        sources=doing.sources,
        executions=starting.executions,
        tasks=adapters.tasks(env),
        starting=starting,
        dispatch=dispatching,
        deletion=doing,
        failing=failing(env),
        sweeping=Sweeping(
            starting.videos, doing.sources, doing.output, doing.receipts, marks, dispatching, doing, bucket
        ),
        catching_up=CatchingUp(starting.videos, doing.finding, marks),
        background=BackgroundFunction(client("lambda"), env["FETCH_FUNCTION"]),
        marks=marks,
        metrics=metrics,
        bucket=bucket,
    )


def watching(env: Environment) -> Watching:
    """The watch step."""
    starting = adapters.starting(env)
    return Watching(starting, starting.ledger, adapters.tasks(env), adapters.metrics(env))
