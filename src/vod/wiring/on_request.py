"""Steps that a request to the API starts, put together from a function's environment."""

from dataclasses import replace
from datetime import timedelta

from vod.aws.api_keys import DynamoApiKeys
from vod.aws.background import BackgroundFunction
from vod.aws.clients import client
from vod.aws.downloads import DynamoDownloads
from vod.aws.hosted_login import HostedLogin
from vod.aws.request_rates import DynamoRequestRates
from vod.aws.upload_tokens import DynamoUploadTokens
from vod.steps.authorize import Authorizing
from vod.steps.delete import Deleting
from vod.steps.deliver import Delivering
from vod.steps.downloads import Downloading
from vod.steps.endpoints import Subscribing
from vod.steps.imports import Importing
from vod.steps.keys import Keeping
from vod.steps.library import Library
from vod.steps.original import Originals
from vod.steps.parts import MIB
from vod.steps.request_rates import Rates
from vod.steps.runs import Runs
from vod.steps.session import Sessions
from vod.steps.shares import Sharing
from vod.steps.upload import Uploads
from vod.steps.upload_tokens import Inviting
from vod.wiring import adapters
from vod.wiring.adapters import Environment, is_local


def uploads(env: Environment) -> Uploads:
    """The upload step."""
    limits = replace(
        adapters.upload_limits(env),
        single_put_bytes=int(env["SINGLE_PUT_MAX_MIB"]) * MIB,
        direct_bytes=int(env["DIRECT_UPLOAD_MAX_MIB"]) * MIB,
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


def importing(env: Environment, announced: Uploads) -> Importing:
    """Imports, announced as uploads are."""
    return Importing(
        announced,
        BackgroundFunction(client("lambda"), env["FETCH_FUNCTION"]),
        frozenset(arn.rpartition(":")[2] for arn in env["IMPORT_BUCKETS"].split(",") if arn),
        is_local(env),
    )


def inviting(env: Environment) -> Inviting:
    """Tokens for uploads by others."""
    return Inviting(adapters.videos(env), DynamoUploadTokens(client("dynamodb"), env["TABLE_NAME"]))


def originals(env: Environment) -> Originals:
    """The files that were uploaded."""
    return Originals(adapters.videos(env), adapters.sources(env))


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
    may_download = env["VIEWERS_MAY_DOWNLOAD"] == "yes"
    return Delivering(adapters.videos(env), adapters.shares(env), output, adapters.delivery(env), may_download)


def downloading(env: Environment) -> Downloading:
    """Downloads, as far as a caller sees them."""
    return Downloading(
        delivering(env),
        DynamoDownloads(client("dynamodb"), env["TABLE_NAME"]),
        adapters.output(env, may_list=False),
        BackgroundFunction(client("lambda"), env["REMUX_FUNCTION"]),
        timedelta(days=int(env["DOWNLOADS_KEPT_DAYS"])),
    )


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


def subscribing(env: Environment) -> Subscribing:
    """Webhooks of owners."""
    return Subscribing(*adapters.endpoints(env), loopback=is_local(env))


def keeping(env: Environment) -> Keeping:
    """API keys."""
    return Keeping(DynamoApiKeys(client("dynamodb"), env["TABLE_NAME"]))


def rates(env: Environment) -> Rates:
    """How often API keys may be used."""
    return Rates(DynamoRequestRates(client("dynamodb"), env["TABLE_NAME"]), int(env["REQUESTS_PER_MINUTE_PER_KEY"]))
