"""The commands for a user of docs/deploy.md and `make deploy` prints, as they stand, in both kinds of pool."""

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from deployment import missing
from local.clients import Clients
from tests.local import aws
from tests.templates import resolved

PAGE = Path(__file__).parents[2] / "docs" / "deploy.md"


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
    (block,) = re.findall(r"A user and a token:\n\n```sh\n(.*?)```", PAGE.read_text(), re.S)
    return [shlex.split(line) for line in block.replace("\\\n", " ").strip().splitlines()]


def done(clients: Clients, words: list[str], pool: str, client: str) -> Any:
    """What `aws cognito-idp` does with these words: the call that they name."""
    assert words[:2] == ["aws", "cognito-idp"]
    given: dict[str, list[str]] = {}
    for word in words[3:]:
        if word.startswith("--"):
            values = given.setdefault(word.removeprefix("--").title().replace("-", ""), [])
        else:
            values.append({"POOL": pool, "CLIENT": client}.get(word, word))
    asked = {name: read(name, values) for name, values in given.items() if name not in ("Query", "Output")}
    return getattr(clients.cognito_idp, words[2].replace("-", "_"))(**asked)


def read(name: str, values: list[str]) -> Any:
    """An option's values as the call wants them."""
    if name == "UserAttributes":
        return [dict(pair.split("=", 1) for pair in each.split(",")) for each in values]
    if name == "DesiredDeliveryMediums":
        return values
    if name == "AuthParameters":
        return dict(pair.split("=", 1) for pair in values[0].split(","))
    return values[0] if values else True


def the_user(clients: Clients, pool: str) -> tuple[str, dict[str, str]]:
    """Name and attributes of the one user of a pool."""
    (user,) = clients.cognito_idp.list_users(UserPoolId=pool)["Users"]
    return user["Username"], {each["Name"]: each["Value"] for each in user["Attributes"]}


def test_the_readme_s_commands_make_a_user_and_a_token(clients: Clients) -> None:
    pool, client = stack_pool(clients, "email")

    answers = [done(clients, words, pool, client) for words in commands()]

    assert answers[-1]["AuthenticationResult"]["IdToken"]
    name, attributes = the_user(clients, pool)
    assert (attributes["email"], name) == ("ann@example.com", attributes["sub"])
    assert attributes["email_verified"] == "true"


def test_in_a_pool_of_names_the_readme_s_commands_work_with_a_name(clients: Clients) -> None:
    pool, client = stack_pool(clients, "username")
    named = [[re.sub("^(USERNAME=)?ann@example.com(?=$|,)", r"\1ann", word) for word in words] for words in commands()]

    answers = [done(clients, words, pool, client) for words in named]

    assert answers[-1]["AuthenticationResult"]["IdToken"]
    name, attributes = the_user(clients, pool)
    assert (name, attributes["email"], attributes["email_verified"]) == ("ann", "ann@example.com", "true")


@pytest.mark.parametrize("sign_in", ["email", "username"])
def test_the_command_that_is_printed_makes_a_user_who_can_have_a_new_password(clients: Clients, sign_in: str) -> None:
    pool, client = stack_pool(clients, sign_in)

    command, _ = missing.users_found(clients.cognito_idp, pool, sign_in).remedy.splitlines()
    done(clients, shlex.split(command), pool, client)

    name, attributes = the_user(clients, pool)
    assert (attributes["email"], attributes["email_verified"]) == ("you@example.com", "true")
    assert (name == "you") == (sign_in == "username")


def test_where_an_address_is_an_alias_it_is_no_name(clients: Clients) -> None:
    pool, client = stack_pool(clients, "username")

    with pytest.raises(ClientError, match="Username cannot be of email format") as refused:
        done(clients, commands()[0], pool, client)

    assert refused.value.response["Error"]["Code"] == "InvalidParameterException"
    assert clients.cognito_idp.admin_create_user(UserPoolId=pool, Username="ann")["User"]["Username"] == "ann"
