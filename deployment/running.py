"""Ending what a platform is doing, without which its state machine and its cluster cannot be deleted."""

import time
from typing import Any

from deployment.stack import Values

POLL_SECONDS = 2.0
PATIENCE_SECONDS = 300.0  # a task has two minutes to save what is finished


def stop(session: Any, outputs: Values) -> None:
    """Stop every execution and every task of the stack with these outputs, and wait until the tasks have ended.

    Again and again: what waited in a queue or for the budget may still begin. TimeoutError when it goes on for minutes.
    """
    machine, cluster = outputs.get("StateMachineArn", ""), outputs.get("ClusterName", "")
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        if machine:
            stop_executions(session.client("stepfunctions"), machine)
        if not cluster or not (left := stop_tasks(session.client("ecs"), cluster)):
            return
        if time.monotonic() > deadline:
            raise TimeoutError(f"{left} tasks have not ended")
        time.sleep(POLL_SECONDS)


def stop_executions(client: Any, machine: str) -> None:
    """Those that run; their videos stay as they are, in a table that is kept."""
    pages = client.get_paginator("list_executions").paginate(stateMachineArn=machine, statusFilter="RUNNING")
    for execution in [each for page in pages for each in page["executions"]]:
        client.stop_execution(executionArn=execution["executionArn"], cause="The platform is being deleted.")


def stop_tasks(client: Any, cluster: str) -> int:
    """Ask those to stop that are to run; how many have not ended, those included that were asked before."""
    for task in client.list_tasks(cluster=cluster, desiredStatus="RUNNING")["taskArns"]:
        client.stop_task(cluster=cluster, task=task, reason="The platform is being deleted.")
    (described,) = client.describe_clusters(clusters=[cluster])["clusters"]
    return int(described["runningTasksCount"] + described["pendingTasksCount"])
