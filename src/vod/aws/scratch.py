"""Scratch through the function that mounts it: others are not in its network."""

import json
from typing import Any


class ScratchFunction:
    """The function by its name."""

    def __init__(self, client: Any, name: str) -> None:
        self._client = client
        self._name = name

    def remove(self, video_id: str) -> int:
        answer = self._client.invoke(FunctionName=self._name, Payload=json.dumps({"videoId": video_id}).encode())
        said = json.loads(answer["Payload"].read())
        if "FunctionError" in answer:
            raise OSError(f"scratch of {video_id}: {said.get('errorType')}: {said.get('errorMessage')}")
        return int(said["files"])
