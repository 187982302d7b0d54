"""Steps that a request to the API starts, put together from a function's environment."""

from datetime import timedelta

from vod.aws.api_keys import DynamoApiKeys
from vod.aws.background import BackgroundFunction
from vod.aws.clients import client
from vod.aws.hosted_login import HostedLogin
from vod.aws.request_rates import DynamoRequestRates
from vod.aws.upload_tokens import DynamoUploadTokens
from vod.money.limits import GIB
from vod.steps.authorize import Authorizing
from vod.steps.delete import Deleting
from vod.steps.deliver import Delivering
from vod.steps.keys import Keeping
from vod.steps.library import Library
from vod.steps.parts import MIB
from vod.steps.request_rates import Rates
from vod.steps.runs import Runs
from vod.steps.session import Sessions
from vod.steps.shares import Sharing
from vod.steps.upload import UploadLimits, Uploads
from vod.steps.upload_tokens import Inviting
from vod.wiring import adapters
from vod.wiring.adapters import Environment


def uploads(env: Environment) -> Uploads:
    """The upload step."""
    largest, of_day = int(env["MAX_SOURCE_GIB"]) * GIB, round(float(env["DAILY_UPLOAD_PER_OWNER_GIB"]) * GIB)
    limits = UploadLimits(
        max_bytes=min(largest, of_day or largest),
        single_put_bytes=int(env["SINGLE_PUT_MAX_MIB"]) * MIB,
        direct_bytes=int(env["DIRECT_UPLOAD_MAX_MIB"]) * MIB,
        expiry=timedelta(hours=int(env["UPLOAD_EXPIRY_HOURS"])),
        owner_bytes=of_day,
    )
    return Uploads(
        adapters.videos(env),
        adapters.sources(env),
        adapters.ledger(env),
        adapters.creations(env),
        adapters.external_ids(env),
        adapters.finding(env),
        adapters.receipts(env),
        limits,
        adapters.price(env),
    )


def inviting(env: Environment) -> Inviting:
    """Tokens for uploads by others."""
    return Inviting(adapters.videos(env), DynamoUploadTokens(client("dynamodb"), env["TABLE_NAME"]))


def library(env: Environment) -> Library:
    """The library."""
    return Library(
        adapters.videos(env),
        adapters.finding(env),
        adapters.external_ids(env),
        adapters.ledger(env),
        adapters.delivery(env),
    )


def sharing(env: Environment) -> Sharing:
    """The links to videos."""
    return Sharing(adapters.videos(env), adapters.shares(env), adapters.public_url(env))


def delivering(env: Environment) -> Delivering:
    """The deliver step."""
    output = adapters.output(env, may_list=False)
    return Delivering(adapters.videos(env), adapters.shares(env), output, adapters.delivery(env))


def runs(env: Environment) -> Runs:
    """Cancelling and trying again."""
    starting = adapters.starting(env)
    return Runs(starting.videos, adapters.sources(env), starting.executions, starting)


def deleting(env: Environment) -> Deleting:
    """The delete step, as far as a caller waits for it."""
    receipts = adapters.receipts(env)
    return Deleting(adapters.videos(env), receipts, BackgroundFunction(client("lambda"), env["RECONCILE_FUNCTION"]))


def sessions(env: Environment) -> Sessions:
    """Sessions of the page."""
    return Sessions(HostedLogin(env["LOGIN_URL"], adapters.page_client(env)), adapters.public_url(env))


def authorizing(env: Environment) -> Authorizing:
    """The check of tokens and keys."""
    from vod.aws.id_tokens import CognitoIdTokens  # only this function has its library

    # AWS's endpoint of Cognito, or the local platform's.
    published = f"{client('cognito-idp').meta.endpoint_url}/{env['USER_POOL_ID']}/.well-known/jwks.json"
    table = client("dynamodb"), env["TABLE_NAME"]
    return Authorizing(
        CognitoIdTokens(env["TOKEN_ISSUER"], published), DynamoApiKeys(*table), DynamoUploadTokens(*table)
    )


def keeping(env: Environment) -> Keeping:
    """API keys."""
    return Keeping(DynamoApiKeys(client("dynamodb"), env["TABLE_NAME"]))


def rates(env: Environment) -> Rates:
    """How often API keys may be used."""
    return Rates(DynamoRequestRates(client("dynamodb"), env["TABLE_NAME"]), int(env["REQUESTS_PER_MINUTE_PER_KEY"]))
