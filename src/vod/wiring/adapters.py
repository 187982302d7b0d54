"""The adapters that several steps share, from a function's environment."""

from collections.abc import Callable, Mapping
from datetime import timedelta

from botocore.exceptions import BotoCoreError, ClientError

from vod.access.delivery import Delivery
from vod.access.passes import Key
from vod.aws import hosted_login
from vod.aws.addresses import signing_client
from vod.aws.clients import client
from vod.aws.creations import DynamoCreations
from vod.aws.endpoints import DynamoDeliveries, DynamoEndpoints, SqsOutbox, SsmEndpointSecrets
from vod.aws.events import SnsEvents
from vod.aws.executions import StepFunctions
from vod.aws.external_ids import DynamoExternalIds
from vod.aws.finding import DynamoFinding
from vod.aws.hosted_login import PageClient
from vod.aws.ledger import DynamoLedger
from vod.aws.metrics import EmfMetrics
from vod.aws.objects import S3Output, S3Sources
from vod.aws.receipts import DynamoReceipts
from vod.aws.run_tokens import DynamoRunTokens
from vod.aws.shares import DynamoShares
from vod.aws.tasks import EcsTasks
from vod.aws.videos import DynamoVideos
from vod.aws.waiting import DynamoWaiting
from vod.money import prices
from vod.money.cost import MICRO
from vod.money.limits import GIB
from vod.money.prices import Fargate
from vod.steps.start import Budget, Starting
from vod.steps.turns import Turns
from vod.steps.upload_limits import UploadLimits
from vod.wiring.refreshed import Renewed

Environment = Mapping[str, str]


_UNREADABLE = (BotoCoreError, ClientError, ValueError)
"""A value that AWS does not give now, or a key that is none: the one before goes on."""
PUBLIC = "public"
"""What stands in PLAYBACK_KEYS where everybody may watch."""


def videos(env: Environment) -> DynamoVideos:
    """The table of videos."""
    return DynamoVideos(client("dynamodb"), env["TABLE_NAME"])


def output(env: Environment, may_list: bool = True) -> S3Output:
    """The output bucket; a role that may not list it cannot tell a missing object from a forbidden one."""
    return S3Output(client("s3"), env["OUTPUT_BUCKET"], may_list)


def sources(env: Environment) -> S3Sources:
    """The source bucket, with addresses to upload to."""
    return S3Sources(signing_client(env), env["SOURCE_BUCKET"])


def run_tokens(env: Environment) -> DynamoRunTokens:
    """The tokens of runs."""
    return DynamoRunTokens(client("dynamodb"), env["TABLE_NAME"])


def shares(env: Environment) -> DynamoShares:
    """The links to videos."""
    return DynamoShares(client("dynamodb"), env["TABLE_NAME"])


def receipts(env: Environment) -> DynamoReceipts:
    """What deletions removed."""
    return DynamoReceipts(client("dynamodb"), env["TABLE_NAME"])


def creations(env: Environment) -> DynamoCreations:
    """What was created under keys of callers' own."""
    return DynamoCreations(client("dynamodb"), env["TABLE_NAME"])


def external_ids(env: Environment) -> DynamoExternalIds:
    """Customers' own ids of videos."""
    return DynamoExternalIds(client("dynamodb"), env["TABLE_NAME"])


def finding(env: Environment) -> DynamoFinding:
    """The index by which videos are found."""
    return DynamoFinding(client("dynamodb"), env["TABLE_NAME"])


def endpoints(env: Environment) -> tuple[DynamoEndpoints, SsmEndpointSecrets, DynamoDeliveries, SqsOutbox]:
    """Webhooks of owners: themselves, their secrets, what was sent to them, and what is to be."""
    table = client("dynamodb"), env["TABLE_NAME"]
    return (
        DynamoEndpoints(*table),
        SsmEndpointSecrets(client("ssm"), env["ENDPOINT_SECRETS"]),
        DynamoDeliveries(*table),
        SqsOutbox(client("sqs"), env["DELIVERIES_QUEUE_URL"]),
    )


def tasks(env: Environment) -> EcsTasks:
    """The cluster's tasks."""
    return EcsTasks(client("ecs"), env["CLUSTER_NAME"])


def executions(env: Environment) -> StepFunctions:
    """The state machine."""
    return StepFunctions(client("stepfunctions"), env["STATE_MACHINE_ARN"])


def ledger(env: Environment) -> DynamoLedger:
    """What was spent and what runs."""
    return DynamoLedger(client("dynamodb"), env["TABLE_NAME"])


def metrics(env: Environment) -> EmfMetrics:
    """Metrics in the function's log."""
    return EmfMetrics(env["POWERTOOLS_SERVICE_NAME"])


def price(env: Environment) -> Fargate:
    """What Fargate costs on this architecture."""
    return prices.read().fargate[env["ARCHITECTURE"]]


def budget(env: Environment) -> Budget:
    """What may be spent in a day."""
    return Budget(micro_usd(env["DAILY_BUDGET_USD"]), price(env))


def micro_usd(usd: str) -> int:
    """A parameter in USD as millionths."""
    return round(float(usd) * MICRO)


def waiting(env: Environment) -> DynamoWaiting:
    """Who waits."""
    return DynamoWaiting(client("dynamodb"), env["TABLE_NAME"])


def starting(env: Environment) -> Starting:
    """Executions for videos that wait, as budget and turns allow."""
    return Starting(
        videos=videos(env),
        executions=executions(env),
        ledger=ledger(env),
        waiting=waiting(env),
        budget=budget(env),
        turns=Turns(int(env["MAX_RUNNING_VIDEOS"]), int(env["MAX_RUNNING_VIDEOS_PER_OWNER"])),
        bucket=env["SOURCE_BUCKET"],
    )


def events(env: Environment) -> SnsEvents:
    """Events to subscribers."""
    return SnsEvents(client("sns"), env["TOPIC_ARN"])


def upload_limits(env: Environment) -> UploadLimits:
    """What may come in by any way, and how long it is waited for; nothing in one request."""
    largest, of_day = int(env["MAX_SOURCE_GIB"]) * GIB, round(float(env["DAILY_UPLOAD_PER_OWNER_GIB"]) * GIB)
    return UploadLimits(
        max_bytes=min(largest, of_day or largest),
        single_put_bytes=0,
        direct_bytes=0,
        expiry=timedelta(hours=int(env["UPLOAD_EXPIRY_HOURS"])),
        owner_bytes=of_day,
    )


def is_local(env: Environment) -> bool:
    """Whether this is the platform on one machine, where other programs of that machine may be called."""
    return bool(env.get("AWS_ENDPOINT_URL"))


def public_url(env: Environment) -> Renewed[str]:
    """The CDN's address comes from a parameter, since the CDN itself needs the API."""
    ssm = client("ssm")

    def read() -> str:
        return str(ssm.get_parameter(Name=env["PUBLIC_URL_PARAMETER"])["Parameter"]["Value"]).rstrip("/")

    return Renewed(read, _UNREADABLE)


def page_client(env: Environment) -> Renewed[PageClient]:
    """The page's client comes from a parameter, since it needs the CDN's address, and the CDN needs the API."""
    ssm, cognito = client("ssm"), client("cognito-idp")
    return Renewed(
        lambda: hosted_login.page_client(ssm, cognito, env["PAGE_CLIENT_PARAMETER"], env["USER_POOL_ID"]), _UNREADABLE
    )


def delivery(env: Environment) -> Callable[[], Delivery]:
    """Where a video is played, with the key that signs passes where playback is not public."""
    accepted, secret, address = env["PLAYBACK_KEYS"], env["PLAYBACK_KEY_SECRET"], public_url(env)
    if accepted == PUBLIC:
        return lambda: Delivery(address())
    from vod.access import signing  # only functions that sign have its library

    store = client("secretsmanager")

    def read() -> Key:
        return signing.load(store.get_secret_value(SecretId=secret)["SecretString"], accepted)

    key = Renewed(read, _UNREADABLE)
    return lambda: Delivery(address(), key())
