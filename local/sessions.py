"""The stack's session function and the stand-in for the hosted login: each is told of the other."""

from dataclasses import dataclass

from local import deploy
from local.clients import Clients
from local.login import Login
from local.users import UserPool

FUNCTION, CLIENT, LOGIN_URL = "SessionFunction", "PageClient", "LOGIN_URL"


@dataclass(frozen=True, slots=True)
class Made:
    """The function and the page's client, as the stack has them."""

    function: str
    client_id: str


def connected(clients: Clients, pool: UserPool, url: str) -> Login:
    """The stand-in for the page's client; the function asks it instead of a host of Cognito that is not there."""
    made = _made(clients)
    described = clients.cognito_idp.describe_user_pool_client(UserPoolId=pool.pool_id, ClientId=made.client_id)
    login = Login(pool, made.client_id, described["UserPoolClient"].get("ClientSecret") or "")
    if made.function:
        _tell(clients, made.function, url + login.prefix.rstrip("/"))
    return login


def _made(clients: Clients) -> Made:
    """A stack of an earlier release has no such function."""
    found = {each.logical_id: each.physical_id for each in deploy.resources(clients)}
    return Made(found.get(FUNCTION, ""), found[CLIENT])


def _tell(clients: Clients, function: str, login: str) -> None:
    given = clients.lambda_.get_function_configuration(FunctionName=function)["Environment"]["Variables"]
    clients.lambda_.update_function_configuration(
        FunctionName=function, Environment={"Variables": {**given, LOGIN_URL: login}}
    )
