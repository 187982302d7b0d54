"""Work in the background: a function that is called and not waited for; Lambda tries again where it fails."""

import json
from typing import Any


class BackgroundFunction:
    """The function by its name."""

    def __init__(self, client: Any, name: str) -> None:
        self._client = client
        self._name = name

    def finish_deletion(self, video_id: str) -> None:
        self._begin({"deletion": video_id})

    def fetch(self, video_id: str) -> None:
        self._begin({"videoId": video_id})

    def remux(self, video_id: str, download: str) -> None:
        self._begin({"videoId": video_id, "download": download})

    def _begin(self, asked: dict[str, str]) -> None:
        self._client.invoke(FunctionName=self._name, InvocationType="Event", Payload=json.dumps(asked).encode())
