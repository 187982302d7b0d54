"""Which methods each path of the API has, for requests that no route takes."""

import re

METHODS: dict[str, tuple[str, ...]] = {
    "/videos": ("GET", "POST"),
    "/videos/{id}": ("GET", "PATCH", "DELETE"),
    "/videos/{id}/upload": ("GET", "DELETE"),
    "/videos/{id}/upload/complete": ("POST",),
    "/videos/{id}/upload/token": ("POST",),
    "/videos/{id}/cancel": ("POST",),
    "/videos/{id}/retry": ("POST",),
    "/videos/{id}/playback": ("GET",),
    "/videos/{id}/shares": ("GET", "POST"),
    "/videos/{id}/shares/{shareId}": ("DELETE",),
    "/videos/{id}/manifest/{run}/{name}": ("GET",),
    "/videos/{id}/manifest/{run}/{name}/{playlist}": ("GET",),
    "/public/{id}/playback": ("GET",),
    "/shares/{token}/playback": ("GET",),
    "/videos/{id}/download": ("GET",),
    "/videos/{id}/original": ("GET",),
    "/videos/{id}/captions": ("GET", "POST"),
    "/videos/{id}/captions/{captionId}": ("PUT", "PATCH", "DELETE"),
    "/public/{id}/download": ("GET",),
    "/shares/{token}/download": ("GET",),
    "/keys": ("GET", "POST"),
    "/keys/{keyId}": ("DELETE",),
    "/webhooks": ("GET", "POST"),
    "/webhooks/{id}": ("PATCH", "DELETE"),
    "/webhooks/{id}/secret": ("POST",),
    "/webhooks/{id}/deliveries": ("GET",),
    "/webhooks/{id}/deliveries/{deliveryId}/retry": ("POST",),
    "/session": ("POST", "DELETE"),
    "/session/token": ("POST",),
}
"""As the template has them. API Gateway hands what it has no route for to one function."""


def allowed(path: str) -> tuple[str, ...]:
    """The methods of a path below the API's base address; none where there is no such path."""
    found = (methods for template, methods in METHODS.items() if re.fullmatch(_pattern(template), path))
    return next(found, ())


def _pattern(template: str) -> str:
    return re.sub(r"\{\w+\}", "[^/]+", template)
