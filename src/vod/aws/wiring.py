"""The steps put together with their AWS adapters from a function's environment; entry points call this once."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from fractions import Fraction
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError

from vod import prices
from vod.access import Key
from vod.aws.addresses import signing_client
from vod.aws.background import BackgroundFunction
from vod.aws.clients import client
from vod.aws.distribution import CloudFront
from vod.aws.events import SnsEvents
from vod.aws.executions import StepFunctions
from vod.aws.http import HttpPost
from vod.aws.ledger import DynamoLedger
from vod.aws.marks import DynamoMarks
from vod.aws.metrics import EmfMetrics
from vod.aws.objects import S3Output, S3Sources
from vod.aws.queue import SqsQueue
from vod.aws.receipts import DynamoReceipts
from vod.aws.scratch import ScratchFunction
from vod.aws.shares import DynamoShares
from vod.aws.tasks import EcsTasks
from vod.aws.videos import DynamoVideos
from vod.aws.waiting import DynamoWaiting
from vod.chunks import ChunkPolicy, beside_extras
from vod.cost import MICRO
from vod.delivery import Delivery
from vod.disk import SourcesOn
from vod.parts import MIB
from vod.prices import Fargate
from vod.renewed import Renewed
from vod.steps.advance import Advancing
from vod.steps.clean import Cleaning
from vod.steps.delete import Deleting, Deletion
from vod.steps.deliver import Delivering
from vod.steps.dispatch import Dispatch
from vod.steps.fail import Failing
from vod.steps.library import Library
from vod.steps.plan import Planning
from vod.steps.publish import Publishing
from vod.steps.reconcile import Reconciling
from vod.steps.runs import Runs
from vod.steps.shares import Sharing
from vod.steps.spend import Spending
from vod.steps.start import Budget, Starting, Turns
from vod.steps.sweep import Sweeping
from vod.steps.upload import UploadLimits, Uploads
from vod.steps.watch import Watching
from vod.steps.webhook import Webhook

Environment = Mapping[str, str]
_GIB = 2**30
_UNREADABLE = (BotoCoreError, ClientError, ValueError)
"""A value that AWS does not give now, or a key that is none: the one before goes on."""
PUBLIC = "public"
"""What stands in PLAYBACK_KEYS where everybody may watch."""


def _videos(env: Environment) -> DynamoVideos:
    return DynamoVideos(client("dynamodb"), env["TABLE_NAME"])


def _output(env: Environment) -> S3Output:
    return S3Output(client("s3"), env["OUTPUT_BUCKET"])


def _sources(env: Environment) -> S3Sources:
    return S3Sources(signing_client(env), env["SOURCE_BUCKET"])


def _executions(env: Environment) -> StepFunctions:
    return StepFunctions(client("stepfunctions"), env["STATE_MACHINE_ARN"])


def _ledger(env: Environment) -> DynamoLedger:
    return DynamoLedger(client("dynamodb"), env["TABLE_NAME"])


def _metrics(env: Environment) -> EmfMetrics:
    return EmfMetrics(env["POWERTOOLS_SERVICE_NAME"])


def _price(env: Environment) -> Fargate:
    return prices.read().fargate[env["ARCHITECTURE"]]


def _starting(env: Environment) -> Starting:
    return Starting(
        videos=_videos(env),
        executions=_executions(env),
        ledger=_ledger(env),
        waiting=DynamoWaiting(client("dynamodb"), env["TABLE_NAME"]),
        budget=Budget(round(float(env["DAILY_BUDGET_USD"]) * MICRO), _price(env)),
        turns=Turns(int(env["MAX_RUNNING_VIDEOS"]), int(env["MAX_RUNNING_VIDEOS_PER_OWNER"])),
        bucket=env["SOURCE_BUCKET"],
    )


def _events(env: Environment) -> SnsEvents:
    return SnsEvents(client("sns"), env["TOPIC_ARN"])


def uploads(env: Environment) -> Uploads:
    """The upload step."""
    limits = UploadLimits(
        max_bytes=int(env["MAX_SOURCE_GIB"]) * _GIB,
        single_put_bytes=int(env["SINGLE_PUT_MAX_MIB"]) * MIB,
        direct_bytes=int(env["DIRECT_UPLOAD_MAX_MIB"]) * MIB,
        expiry=timedelta(hours=int(env["UPLOAD_EXPIRY_HOURS"])),
    )
    return Uploads(_videos(env), _sources(env), limits, _price(env))


def _public_url(env: Environment) -> Renewed[str]:
    """The CDN's address comes from a parameter, since the CDN itself needs the API."""
    ssm = client("ssm")

    def read() -> str:
        return str(ssm.get_parameter(Name=env["PUBLIC_URL_PARAMETER"])["Parameter"]["Value"]).rstrip("/")

    return Renewed(read, _UNREADABLE)


def _delivery(env: Environment) -> Callable[[], Delivery]:
    accepted, secret, public_url = env["PLAYBACK_KEYS"], env["PLAYBACK_KEY_SECRET"], _public_url(env)
    if accepted == PUBLIC:
        return lambda: Delivery(public_url())
    from vod import signing  # only functions that sign have its library

    store = client("secretsmanager")

    def read() -> Key:
        return signing.load(store.get_secret_value(SecretId=secret)["SecretString"], accepted)

    key = Renewed(read, _UNREADABLE)
    return lambda: Delivery(public_url(), key())


def library(env: Environment) -> Library:
    """The library."""
    return Library(_videos(env), _ledger(env), _delivery(env))


def sharing(env: Environment) -> Sharing:
    """The links to videos."""
    return Sharing(_videos(env), DynamoShares(client("dynamodb"), env["TABLE_NAME"]), _public_url(env))


def delivering(env: Environment) -> Delivering:
    """The deliver step."""
    output = S3Output(client("s3"), env["OUTPUT_BUCKET"], may_list=False)
    return Delivering(_videos(env), DynamoShares(client("dynamodb"), env["TABLE_NAME"]), output, _delivery(env))


def runs(env: Environment) -> Runs:
    """Cancelling and trying again."""
    starting = _starting(env)
    return Runs(starting.videos, _sources(env), starting.executions, starting)


def deleting(env: Environment) -> Deleting:
    """The delete step, as far as a caller waits for it."""
    receipts = DynamoReceipts(client("dynamodb"), env["TABLE_NAME"])
    return Deleting(_videos(env), receipts, BackgroundFunction(client("lambda"), env["RECONCILE_FUNCTION"]))


def deletion(env: Environment) -> Deletion:
    """The work of the delete step."""
    receipts = DynamoReceipts(client("dynamodb"), env["TABLE_NAME"])
    cdn = CloudFront(client("cloudfront"), client("ssm"), env["DISTRIBUTION_PARAMETER"])
    # Waits longer than the function may take, and asks twice at most: whoever deletes has time left when it hangs.
    patient = client("lambda", read_timeout=50, retries={"mode": "standard", "max_attempts": 1})
    scratch = ScratchFunction(patient, env["SCRATCH_FUNCTION"])
    return Deletion(_videos(env), _sources(env), _output(env), _executions(env), receipts, cdn, scratch)


def cleaning(env: Environment) -> Cleaning:
    """The clean step."""
    return Cleaning(_videos(env), Path(env["SCRATCH_DIR"]))


def dispatch(env: Environment) -> Dispatch:
    """The dispatch step."""
    starting = _starting(env)
    return Dispatch(starting.videos, starting, _metrics(env), env["INGEST_OWNER"])


def reconciling(env: Environment) -> Reconciling:
    """The reconcile step."""
    starting, bucket, doing = _starting(env), env["SOURCE_BUCKET"], deletion(env)
    metrics, marks = _metrics(env), DynamoMarks(client("dynamodb"), env["TABLE_NAME"])
    dispatching = Dispatch(starting.videos, starting, metrics, env["INGEST_OWNER"])
    return Reconciling(
        videos=starting.videos,
        sources=doing.sources,
        executions=starting.executions,
        tasks=EcsTasks(client("ecs"), env["CLUSTER_NAME"]),
        starting=starting,
        dispatch=dispatching,
        deletion=doing,
        failing=failing(env),
        sweeping=Sweeping(
            starting.videos, doing.sources, doing.output, doing.receipts, marks, dispatching, doing, bucket
        ),
        marks=marks,
        metrics=metrics,
        bucket=bucket,
    )


def spending(env: Environment) -> Spending:
    """The spend step."""
    return Spending(_ledger(env), _metrics(env), _price(env))


def watching(env: Environment) -> Watching:
    """The watch step."""
    starting = _starting(env)
    return Watching(starting, starting.ledger, EcsTasks(client("ecs"), env["CLUSTER_NAME"]), _metrics(env))


def planning(env: Environment) -> Planning:
    """The plan step."""
    policy = ChunkPolicy(
        least_seconds=Fraction(env["LEAST_CHUNK_SECONDS"]),
        most=beside_extras(int(env["MAX_CONCURRENT_CHUNKS"])),
        target_seconds=60 * int(env["ENCODE_TARGET_MINUTES"]),
    )
    output = S3Output(client("s3"), env["OUTPUT_BUCKET"], may_list=False)
    return Planning(_videos(env), output, policy, SourcesOn(env["SOURCES_ON"]))


def publishing(env: Environment) -> Publishing:
    """The publish step."""
    return Publishing(_videos(env), _output(env), _events(env), _metrics(env))


def advancing(env: Environment) -> Advancing:
    """The advance step."""
    return Advancing(_videos(env), S3Output(client("s3"), env["OUTPUT_BUCKET"], may_list=False))


def failing(env: Environment) -> Failing:
    """The fail step."""
    return Failing(_videos(env), _events(env), _metrics(env))


def webhook(env: Environment) -> Webhook:
    """The webhook step; its secret is read each time, so that a new one is used at once."""
    store = client("secretsmanager")

    def secrets() -> tuple[str, ...]:
        return tuple(store.get_secret_value(SecretId=env["WEBHOOK_SECRET"])["SecretString"].split())

    return Webhook(HttpPost(env["WEBHOOK_URL"]), secrets)


def webhook_queue(env: Environment) -> SqsQueue:
    """Where its messages wait."""
    return SqsQueue(client("sqs"), env["WEBHOOK_QUEUE_URL"])
