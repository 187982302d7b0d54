"""Users of the stack's Cognito pool, and the id tokens the API takes."""

import base64
import json
import secrets
import time
from contextlib import suppress
from dataclasses import dataclass

from local.clients import Clients

CLIENT_NAME = "vod-local"
ADMIN_GROUP = "admin"
Tokens = dict[str, str]
"""`id_token`, `access_token` and, after a sign-in, `refresh_token`."""
FLOWS = ["ALLOW_ADMIN_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]


@dataclass(frozen=True, slots=True)
class UserPool:
    """The pool of the stack and an app client of ours that allows the password flow."""

    clients: Clients
    pool_id: str
    client_id: str

    def token(self, name: str, admin: bool = False, password: str | None = None) -> str:
        """An id token of the user, who is made when missing; a password not given is new and kept nowhere."""
        password = password or f"Aa1!{secrets.token_urlsafe(24)}"
        self._ensure_user(name)
        if admin:
            self._ensure_group(name)
        self.clients.cognito_idp.admin_set_user_password(
            UserPoolId=self.pool_id, Username=name, Password=password, Permanent=True
        )
        return str(self.sign_in(name, password)["id_token"])

    def sign_in(self, name: str, password: str) -> Tokens:
        """Tokens for who knows the password, named as OAuth names them; ClientError for who does not."""
        return self._tokens("ADMIN_USER_PASSWORD_AUTH", {"USERNAME": name, "PASSWORD": password})

    def refresh(self, token: str) -> Tokens:
        """New tokens for a refresh token; ClientError when the pool does not know it."""
        return self._tokens("REFRESH_TOKEN_AUTH", {"REFRESH_TOKEN": token})

    def revoke(self, token: str) -> None:
        """End the session of a refresh token."""
        self.clients.cognito_idp.revoke_token(Token=token, ClientId=self.client_id)

    def _ensure_user(self, name: str) -> None:
        cognito = self.clients.cognito_idp
        address = name if "@" in name else f"{name}@example.com"
        attributes = [{"Name": "email", "Value": address}, {"Name": "email_verified", "Value": "true"}]
        with suppress(cognito.exceptions.UsernameExistsException):
            cognito.admin_create_user(
                UserPoolId=self.pool_id, Username=name, UserAttributes=attributes, MessageAction="SUPPRESS"
            )

    def _ensure_group(self, name: str) -> None:
        cognito = self.clients.cognito_idp
        with suppress(cognito.exceptions.GroupExistsException):
            cognito.create_group(UserPoolId=self.pool_id, GroupName=ADMIN_GROUP)
        cognito.admin_add_user_to_group(UserPoolId=self.pool_id, Username=name, GroupName=ADMIN_GROUP)

    def _tokens(self, flow: str, told: dict[str, str]) -> Tokens:
        answer = self.clients.cognito_idp.admin_initiate_auth(
            UserPoolId=self.pool_id, ClientId=self.client_id, AuthFlow=flow, AuthParameters=told
        )["AuthenticationResult"]
        names = {"id_token": "IdToken", "access_token": "AccessToken", "refresh_token": "RefreshToken"}
        return {ours: str(answer[theirs]) for ours, theirs in names.items() if answer.get(theirs)}


def open_pool(clients: Clients, pool_id: str) -> UserPool:
    """The pool with our app client, made when missing."""
    listed = clients.cognito_idp.list_user_pool_clients(UserPoolId=pool_id, MaxResults=60)["UserPoolClients"]
    found = next((one["ClientId"] for one in listed if one["ClientName"] == CLIENT_NAME), None)
    if found is None:
        made = clients.cognito_idp.create_user_pool_client(
            UserPoolId=pool_id, ClientName=CLIENT_NAME, ExplicitAuthFlows=FLOWS
        )
        found = made["UserPoolClient"]["ClientId"]
    return UserPool(clients, pool_id, found)


def seconds_left(token: str) -> float:
    """How long a token is still valid, by its own `exp` claim (RFC 7519)."""
    payload = token.split(".")[1]
    claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    return float(claims["exp"]) - time.time()
