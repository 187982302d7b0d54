"""The cluster's tasks in ECS."""

from typing import Any


class EcsTasks:
    """Tasks of one cluster."""

    def __init__(self, client: Any, cluster: str) -> None:
        self._client = client
        self._cluster = cluster

    def count(self) -> int:
        pages = self._client.get_paginator("list_tasks").paginate(cluster=self._cluster, desiredStatus="RUNNING")
        return sum(len(page["taskArns"]) for page in pages)
