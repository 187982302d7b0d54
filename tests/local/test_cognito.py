"""The README's commands for a user, as they stand, in both kinds of pool."""

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local.clients import Clients
from tests.local import aws
from tests.templates import resolved

README = Path(__file__).parents[2] / "README.md"


def stack_pool(clients: Clients, sign_in: str) -> tuple[str, str]:
    """A pool as stacks/identity.yaml makes it, and its client."""
    made = resolved.resources("Identity", "us-east-1", SignInWith=sign_in)
    known = clients.cognito_idp.meta.service_model.operation_model("CreateUserPool").input_shape.members
    settings = {name: value for name, value in made["UserPool"].items() if name in known}
    settings["AdminCreateUserConfig"] = {"AllowAdminCreateUserOnly": True}
    pool = clients.cognito_idp.create_user_pool(PoolName=aws.unique("pool"), **settings)["UserPool"]["Id"]
    flows = made["UserPoolClient"]["ExplicitAuthFlows"]
    client = clients.cognito_idp.create_user_pool_client(UserPoolId=pool, ClientName="c", ExplicitAuthFlows=flows)
    return pool, client["UserPoolClient"]["ClientId"]


def commands() -> list[list[str]]:
    """What stands under "A user and a token", a list of words each."""
    (block,) = re.findall(r"A user and a token:\n\n```sh\n(.*?)```", README.read_text(), re.S)
    return [shlex.split(line) for line in block.replace("\\\n", " ").strip().splitlines()]


def done(clients: Clients, words: list[str], pool: str, client: str) -> Any:
    """What `aws cognito-idp` does with these words: the call that they name."""
    assert words[:2] == ["aws", "cognito-idp"]
    given: dict[str, Any] = {}
    for word in words[3:]:
        if word.startswith("--"):
            given[name := word.removeprefix("--").title().replace("-", "")] = True
        else:
            given[name] = {"POOL": pool, "CLIENT": client}.get(word, word)
    given.pop("Query", None)
    given.pop("Output", None)
    if text := given.get("AuthParameters"):
        given["AuthParameters"] = dict(pair.split("=", 1) for pair in text.split(","))
    return getattr(clients.cognito_idp, words[2].replace("-", "_"))(**given)


def test_the_readme_s_commands_make_a_user_and_a_token(clients: Clients) -> None:
    pool, client = stack_pool(clients, "email")

    answers = [done(clients, words, pool, client) for words in commands()]

    assert answers[-1]["AuthenticationResult"]["IdToken"]
    (user,) = clients.cognito_idp.list_users(UserPoolId=pool)["Users"]
    attributes = {each["Name"]: each["Value"] for each in user["Attributes"]}
    assert (attributes["email"], user["Username"]) == ("ann@example.com", attributes["sub"])


def test_where_an_address_is_an_alias_it_is_no_name(clients: Clients) -> None:
    pool, client = stack_pool(clients, "username")

    with pytest.raises(ClientError, match="Username cannot be of email format") as refused:
        done(clients, commands()[0], pool, client)

    assert refused.value.response["Error"]["Code"] == "InvalidParameterException"
    assert clients.cognito_idp.admin_create_user(UserPoolId=pool, Username="ann")["User"]["Username"] == "ann"
