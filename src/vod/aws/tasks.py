"""The cluster's tasks in ECS."""

from collections.abc import Iterator
from typing import Any

from vod.money.cost import run_of_task
from vod.ports.services import Running

_DESCRIBED = 100


class EcsTasks:
    """Tasks of one cluster."""

    def __init__(self, client: Any, cluster: str) -> None:
        self._client = client
        self._cluster = cluster

    def _pages(self) -> Iterator[list[str]]:
        pages = self._client.get_paginator("list_tasks").paginate(cluster=self._cluster, desiredStatus="RUNNING")
        return (page["taskArns"] for page in pages)

    def count(self) -> int:
        return sum(len(arns) for arns in self._pages())

    def running(self) -> Iterator[Running]:
        for arns in filter(None, self._pages()):  # no more than can be described at once
            for task in self._client.describe_tasks(cluster=self._cluster, tasks=arns[:_DESCRIBED])["tasks"]:
                if run := run_of_task(task):
                    yield Running(*run, since=task["createdAt"], id=task["taskArn"])

    def stop(self, task: str) -> None:
        self._client.stop_task(cluster=self._cluster, task=task, reason="Nothing waits for it.")
