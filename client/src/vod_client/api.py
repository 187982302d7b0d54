"""The API as functions, each call tried again where that is safe."""

import time
from collections.abc import Iterator, Mapping, Sequence
from types import TracebackType
from typing import Any, Self

import httpx

from vod_client.models import Caption, Delivery, Download, Key, NewShare, Scope, Share, Upload, Video, Webhook

TRIES = 6
_LONGEST_PAUSE = 20.0
_TEXT = {"Content-Type": "text/vtt"}
_AGAIN = frozenset((429, 500, 502, 503, 504))
FINAL = ("ready", "failed", "cancelled")


class ApiError(Exception):
    """The platform refused a request: a stable `code`, and a message that says what to do."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(f"{message} ({code})")
        self.status = status
        self.code = code
        self.message = message


class Client:
    """The platform at an address such as https://video.example.com/api, with an API key or an id token."""

    def __init__(self, address: str, token: str, timeout: float = 60) -> None:
        self.address = address.rstrip("/")
        headers = {"Authorization": f"Bearer {token}"}
        self._http = httpx.Client(base_url=self.address, headers=headers, timeout=timeout)

    def __enter__(self) -> Self:
        """The client, whose connections end with the block."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End its connections."""
        self._http.close()

    @property
    def page(self) -> str:
        """The address of the platform's page."""
        return self.address.removesuffix("/api")

    def create(
        self,
        filename: str,
        size: int,
        *,
        title: str | None = None,
        tags: Sequence[str] = (),
        profile: str = "default",
        external_id: str | None = None,
        metadata: Mapping[str, str] | None = None,
        key: str | None = None,
    ) -> tuple[Video, Upload | None]:
        """Announce a file of `size` bytes; its video, and where to send it. The same `key` makes the same video."""
        said = _said(title, tags, profile, external_id, metadata)
        made = self._create({"filename": filename, "size": size, **said}, key)
        return made["video"], made.get("upload")

    def import_from(
        self,
        url: str,
        *,
        title: str | None = None,
        tags: Sequence[str] = (),
        profile: str = "default",
        external_id: str | None = None,
        metadata: Mapping[str, str] | None = None,
        key: str | None = None,
    ) -> Video:
        """A video whose file the platform fetches from a public https address, or from s3://BUCKET/KEY."""
        return self._video(self._create({"url": url, **_said(title, tags, profile, external_id, metadata)}, key))

    def upload_of(self, video_id: str) -> tuple[Video, Upload]:
        """Where to send what has not arrived of a video's file."""
        found = self._call("GET", f"/videos/{video_id}/upload")
        return found["video"], found["upload"]

    def complete(self, video_id: str, etags: Mapping[int, str]) -> Video:
        """Join the parts."""
        parts = [{"partNumber": number, "etag": etag} for number, etag in sorted(etags.items())]
        return self._video(self._call("POST", f"/videos/{video_id}/upload/complete", json={"parts": parts}))

    def abort(self, video_id: str) -> None:
        """Give an upload and its video up."""
        self._call("DELETE", f"/videos/{video_id}/upload")

    def video(self, video_id: str) -> Video:
        """A video as it stands."""
        return self._video(self._call("GET", f"/videos/{video_id}"))

    def videos(
        self,
        q: str = "",
        *,
        tags: Sequence[str] = (),
        metadata: Mapping[str, str] | None = None,
        external_id: str | None = None,
        status: str | None = None,
        sort: str = "-createdAt",
    ) -> Iterator[Video]:
        """The videos that fit, a page at a time."""
        asked: dict[str, Any] = {"q": q, "tag": list(tags), "status": status, "externalId": external_id, "sort": sort}
        asked["metadata"] = [f"{name}:{value}" for name, value in (metadata or {}).items()]
        query = {name: value for name, value in asked.items() if value}
        cursor: str | None = ""
        while cursor is not None:
            page = self._call("GET", "/videos", params=query | ({"cursor": cursor} if cursor else {}))
            yield from page["videos"]
            cursor = page["cursor"]

    def change(self, video_id: str, **changes: Any) -> Video:
        """Change `title`, `tags`, `externalId`, `metadata` or `downloads` (`owner`, `viewers` or `default`)."""
        return self._video(self._call("PATCH", f"/videos/{video_id}", json=changes))

    def delete(self, video_id: str) -> None:
        """Remove a video with all that was made of it."""
        self._call("DELETE", f"/videos/{video_id}")

    def cancel(self, video_id: str) -> Video:
        """Stop encoding a video."""
        return self._video(self._call("POST", f"/videos/{video_id}/cancel"))

    def retry(self, video_id: str) -> Video:
        """Encode a failed or cancelled video again."""
        return self._video(self._call("POST", f"/videos/{video_id}/retry"))

    def download(self, video_id: str, rendition: str | None = None, sound: str | None = None) -> Download:
        """A file of a ready video, or how far its making is: ask again until it is ready.

        `none` leaves out picture or sound; without a name it is the largest in H.264, and the sound played first."""
        named = {"rendition": rendition, "sound": sound}
        query = {name: value for name, value in named.items() if value}
        found: Download = self._call("GET", f"/videos/{video_id}/download", params=query)["download"]
        return found

    def original(self, video_id: str) -> Download:
        """The uploaded file."""
        found: Download = self._call("GET", f"/videos/{video_id}/original")["download"]
        return found

    def captions(self, video_id: str) -> list[Caption]:
        """The subtitles of a ready video."""
        return list(self._call("GET", f"/videos/{video_id}/captions")["captions"])

    def add_captions(self, video_id: str, text: bytes, language: str, **said: Any) -> Caption:
        """Add the bytes of a WebVTT or SubRip file; `label`, `kind` and `isDefault` may be said of it."""
        query = {"language": language, **{name: value for name, value in said.items() if value}}
        path = f"/videos/{video_id}/captions"
        made: Caption = self._call("POST", path, params=query, content=text, headers=_TEXT)["caption"]
        return made

    def change_captions(self, video_id: str, caption_id: str, **changes: Any) -> Caption:
        """Change `language`, `label`, `kind` or `isDefault`, or `shiftSeconds`."""
        found: Caption = self._call("PATCH", f"/videos/{video_id}/captions/{caption_id}", json=changes)["caption"]
        return found

    def remove_captions(self, video_id: str, caption_id: str) -> None:
        """Remove subtitles."""
        self._call("DELETE", f"/videos/{video_id}/captions/{caption_id}")

    def share(self, video_id: str, hours: int = 168, sites: Sequence[str] = ()) -> NewShare:
        """Make a link for people without an account."""
        body = {"expiresInHours": hours, "sites": list(sites)}
        made: NewShare = self._call("POST", f"/videos/{video_id}/shares", json=body)["share"]
        return made

    def shares(self, video_id: str) -> list[Share]:
        """The links of a video that work."""
        return list(self._call("GET", f"/videos/{video_id}/shares")["shares"])

    def api_keys(self) -> list[Key]:
        """Your API keys; needs an id token."""
        return list(self._call("GET", "/keys")["keys"])

    def create_key(self, name: str, scopes: Sequence[Scope], days: int | None = None) -> tuple[Key, str]:
        """A new API key, and its secret; needs an id token."""
        body = {"name": name, "scopes": list(scopes), "expiresInDays": days}
        made = self._call("POST", "/keys", json=body)
        return made["key"], made["secret"]

    def revoke_key(self, key_id: str) -> None:
        """End an API key; needs an id token."""
        self._call("DELETE", f"/keys/{key_id}")

    def webhooks(self) -> list[Webhook]:
        """Your webhooks."""
        return list(self._call("GET", "/webhooks")["webhooks"])

    def create_webhook(self, url: str, events: Sequence[str] = ("VideoReady", "VideoFailed")) -> tuple[Webhook, str]:
        """A new webhook, and the secret that signs what is sent to it."""
        made = self._call("POST", "/webhooks", json={"url": url, "events": list(events)})
        return made["webhook"], made["secret"]

    def change_webhook(self, webhook_id: str, **changes: Any) -> Webhook:
        """Change `url`, `events` or `isOn`."""
        found: Webhook = self._call("PATCH", f"/webhooks/{webhook_id}", json=changes)["webhook"]
        return found

    def delete_webhook(self, webhook_id: str) -> None:
        """End a webhook."""
        self._call("DELETE", f"/webhooks/{webhook_id}")

    def deliveries(self, webhook_id: str) -> list[Delivery]:
        """What was sent to a webhook, newest first."""
        return list(self._call("GET", f"/webhooks/{webhook_id}/deliveries")["deliveries"])

    def send_again(self, webhook_id: str, delivery_id: str) -> None:
        """Send an event again."""
        self._call("POST", f"/webhooks/{webhook_id}/deliveries/{delivery_id}/retry")

    def _create(self, body: dict[str, Any], key: str | None) -> Any:
        return self._call("POST", "/videos", json=body, headers={"Idempotency-Key": key} if key else {})

    def _video(self, answer: Any) -> Video:
        found: Video = answer["video"]
        return found

    def _call(self, method: str, path: str, **given: Any) -> Any:
        """One call. Answers that tell to come again are obeyed; so is a connection that breaks, but where a video could
        be made twice."""
        is_safe = method != "POST" or "Idempotency-Key" in given.get("headers", {}) or path.endswith("/complete")
        for attempt in range(1, TRIES + 1):
            try:
                answer = self._http.request(method, path, **given)
            except httpx.TransportError as broken:
                if attempt == TRIES or not is_safe:
                    raise ApiError(0, "no_answer", f"{self.address} does not answer: {broken}.") from broken
                time.sleep(pause(attempt))
                continue
            if answer.status_code < 400:
                return answer.json() if answer.content else None
            refused = _error(answer)
            if answer.status_code not in _AGAIN or refused.code == "daily_limit_reached" or attempt == TRIES:
                raise refused
            if answer.status_code != 429 and not is_safe:
                raise refused
            time.sleep(_told(answer) or pause(attempt))
        raise AssertionError


def _said(
    title: str | None,
    tags: Sequence[str],
    profile: str,
    external_id: str | None,
    metadata: Mapping[str, str] | None,
) -> dict[str, Any]:
    """What is said of a new video; nothing of what is left out."""
    optional = {"title": title, "externalId": external_id, "metadata": dict(metadata or {})}
    return {"tags": list(tags), "profile": profile} | {name: value for name, value in optional.items() if value}


def pause(attempt: int) -> float:
    """Seconds before the next try."""
    return min(_LONGEST_PAUSE, 0.5 * 2.0**attempt)


def _told(answer: httpx.Response) -> float:
    try:
        return min(60.0, float(answer.headers.get("Retry-After", 0)))
    except ValueError:
        return 0


def _error(answer: httpx.Response) -> ApiError:
    try:
        told = answer.json()
        return ApiError(answer.status_code, told["code"], told["message"])
    except (ValueError, KeyError, TypeError):
        return ApiError(answer.status_code, "no_answer", f"{answer.url.host} answered {answer.status_code}.")
