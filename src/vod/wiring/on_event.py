"""Steps that an event starts, of S3, the state machine, ECS or SNS, put together from a function's environment."""

from fractions import Fraction

from vod.aws.background import BackgroundFunction
from vod.aws.clients import client
from vod.aws.downloads import DynamoDownloads
from vod.aws.functions import LambdaFunctions
from vod.aws.http import HttpPost
from vod.aws.objects import S3Sources
from vod.aws.queue import SqsQueue
from vod.aws.run_addresses import S3RunAddresses, connecting
from vod.aws.run_sessions import StsRunSessions
from vod.aws.web import AnyWeb, BucketWeb, PublicPost, PublicWeb
from vod.money.limits import Limits
from vod.plan.chunks import ChunkPolicy, FunctionLane, beside_extras
from vod.plan.disk import SourcesOn
from vod.plan.lanes import HEAD_SECONDS
from vod.steps.admission import Admission
from vod.steps.advance import Advancing
from vod.steps.credentials import Granting
from vod.steps.dispatch import Dispatch
from vod.steps.fetch import Fetching
from vod.steps.notify import Notifying
from vod.steps.plan import Planning
from vod.steps.post import Sending
from vod.steps.publish import Publishing
from vod.steps.remux import Remuxing
from vod.steps.spend import Spending
from vod.steps.warm import Warming
from vod.steps.webhook import Webhook
from vod.wiring import adapters
from vod.wiring.adapters import Environment


def dispatch(env: Environment) -> Dispatch:
    """The dispatch step."""
    starting = adapters.starting(env)
    return Dispatch(
        starting.videos,
        adapters.receipts(env),
        adapters.finding(env),
        starting,
        adapters.metrics(env),
        ingest_owner=env["INGEST_OWNER"],
    )


def fetching(env: Environment, itself: str) -> Fetching:
    """The fetch step, which calls its own function by its name to go on."""
    web = AnyWeb(PublicWeb(loopback=adapters.is_local(env)), BucketWeb(client("s3")))
    return Fetching(
        adapters.videos(env),
        adapters.sources(env),
        web,
        BackgroundFunction(client("lambda"), itself),
        adapters.events(env),
        adapters.ledger(env),
        adapters.upload_limits(env),
    )


def remuxing(env: Environment, itself: str) -> Remuxing:
    """The remux step, which calls its own function by its name to go on."""
    return Remuxing(
        adapters.videos(env),
        DynamoDownloads(client("dynamodb"), env["TABLE_NAME"]),
        adapters.output(env),
        S3Sources(client("s3"), env["OUTPUT_BUCKET"]),
        BackgroundFunction(client("lambda"), itself),
    )


def notifying(env: Environment) -> Notifying:
    """The notify step."""
    endpoints, _, deliveries, outbox = adapters.endpoints(env)
    return Notifying(adapters.videos(env), endpoints, deliveries, outbox)


def sending(env: Environment) -> Sending:
    """The post step."""
    endpoints, secrets, deliveries, _ = adapters.endpoints(env)
    return Sending(endpoints, secrets, deliveries, PublicPost(loopback=adapters.is_local(env)))


def deliveries_queue(env: Environment) -> SqsQueue:
    """The queue that the post step gets its work from."""
    return SqsQueue(client("sqs"), env["DELIVERIES_QUEUE_URL"])


def spending(env: Environment) -> Spending:
    """The spend step."""
    return Spending(adapters.ledger(env), adapters.metrics(env), adapters.price(env))


def planning(env: Environment) -> Planning:
    """The plan step."""
    policy = ChunkPolicy(
        least_seconds=Fraction(env["LEAST_CHUNK_SECONDS"]),
        most=beside_extras(int(env["MAX_CONCURRENT_CHUNKS"])),
        target_seconds=60 * int(env["ENCODE_TARGET_MINUTES"]),
        functions=FunctionLane(
            whole_seconds=int(env["FUNCTION_LANE_MAX_SECONDS"]),
            head_seconds=HEAD_SECONDS,
            memory=int(env["FUNCTION_LANE_MEMORY_MIB"]),
        ),
    )
    output, videos = adapters.output(env, may_list=False), adapters.videos(env)
    limits = Limits(
        video_micro_usd=adapters.micro_usd(env["MAX_VIDEO_COST_USD"]),
        owner_micro_usd=adapters.micro_usd(env["DAILY_BUDGET_PER_OWNER_USD"]),
        owner_seconds=round(float(env["DAILY_VIDEO_PER_OWNER_HOURS"]) * 3600),
    )
    admission = Admission(videos, adapters.ledger(env), adapters.waiting(env), adapters.budget(env), limits)
    return Planning(videos, output, admission, adapters.run_tokens(env), policy, SourcesOn(env["SOURCES_ON"]))


def granting(env: Environment) -> Granting:
    """The credentials step."""
    return Granting(
        videos=adapters.videos(env),
        tokens=adapters.run_tokens(env),
        sessions=StsRunSessions(client("sts"), env["RUN_ROLE_ARN"]),
        signing=S3RunAddresses(connecting(env), env["OUTPUT_BUCKET"]),
    )


def publishing(env: Environment) -> Publishing:
    """The publish step."""
    return Publishing(
        adapters.videos(env), adapters.output(env), adapters.events(env), adapters.metrics(env), adapters.price(env)
    )


def advancing(env: Environment) -> Advancing:
    """The advance step."""
    return Advancing(adapters.videos(env), adapters.output(env, may_list=False))


def warming(env: Environment) -> Warming:
    """The warm step."""
    return Warming(LambdaFunctions(client("lambda")), env["ON_THE_WAY"].split(","), env["OF_EACH_PIECE"].split(","))


def webhook(env: Environment) -> Webhook:
    """The webhook step; its secret is read each time, so that a new one is used at once."""
    store = client("secretsmanager")

    def secrets() -> tuple[str, ...]:
        return tuple(store.get_secret_value(SecretId=env["WEBHOOK_SECRET"])["SecretString"].split())

    return Webhook(HttpPost(env["WEBHOOK_URL"]), secrets)


def webhook_queue(env: Environment) -> SqsQueue:
    """Where its messages wait."""
    return SqsQueue(client("sqs"), env["WEBHOOK_QUEUE_URL"])
