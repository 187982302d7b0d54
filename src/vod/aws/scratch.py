"""Scratch through the function that mounts it: others are not in its network."""

import json
from typing import Any


class ScratchFunction:
    """The function by its name."""

    def __init__(self, client: Any, name: str) -> None:
        self._client = client
        self._name = name

    def count(self, video_id: str) -> int:
        return self._call(video_id, remove=False)

    def remove(self, video_id: str) -> int:
        return self._call(video_id, remove=True)

    def _call(self, video_id: str, remove: bool) -> int:
        payload = json.dumps({"videoId": video_id, "remove": remove})
        answer = self._client.invoke(FunctionName=self._name, Payload=payload.encode())
        said = json.loads(answer["Payload"].read())
        if "FunctionError" in answer:
            raise OSError(f"scratch of {video_id}: {said.get('errorType')}: {said.get('errorMessage')}")
        return int(said["files"])
