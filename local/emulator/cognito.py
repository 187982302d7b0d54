"""Cognito: a pool in which an address is an alias refuses an address as the name of a user."""

import re
from collections.abc import Mapping
from typing import Any

from ministack.core.responses import error_response_json
from ministack.services import cognito

from local.emulator import seams

REFUSAL = "Username cannot be of email format, since user pool is configured for email alias."
ADDRESS = re.compile(r"[^@\s]+@[^@\s]+")

_error = cognito._new_user_error


def new_user_error(pool: Mapping[str, Any], username: str, attributes: Mapping[str, str]) -> Any:
    """Why there cannot be such a user, else None."""
    if "email" in (pool.get("AliasAttributes") or ()) and ADDRESS.fullmatch(username):
        return error_response_json("InvalidParameterException", REFUSAL, 400)
    return _error(pool, username, attributes)


def install() -> None:
    """Look at names this way."""
    seams.replace(cognito, "_new_user_error", new_user_error, expected="89cae5b4e5e6")
