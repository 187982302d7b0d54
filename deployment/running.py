"""Ending what a platform is doing, without which its state machine and its cluster cannot be deleted."""

import time
from typing import Any

from deployment.stack import Values

POLL_SECONDS = 2.0
PATIENCE_SECONDS = 300.0  # a task has two minutes to save what is finished


def stop(session: Any, outputs: Values) -> None:
    """Stop every execution and every task of the stack with these outputs, and wait until the tasks have ended."""
    stop_executions(session.client("stepfunctions"), outputs.get("StateMachineArn", ""))
    stop_tasks(session.client("ecs"), outputs.get("ClusterName", ""))


def stop_executions(client: Any, machine: str) -> None:
    """Those that run; their videos stay as they are, in a table that is kept."""
    if not machine:
        return
    pages = client.get_paginator("list_executions").paginate(stateMachineArn=machine, statusFilter="RUNNING")
    for execution in [each for page in pages for each in page["executions"]]:
        client.stop_execution(executionArn=execution["executionArn"], cause="The platform is being deleted.")


def stop_tasks(client: Any, cluster: str) -> None:
    """What an execution's end does not stop at once; TimeoutError when something goes on for minutes."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while cluster and (tasks := client.list_tasks(cluster=cluster)["taskArns"]):
        if time.monotonic() > deadline:
            raise TimeoutError(f"{len(tasks)} tasks do not end")
        for task in tasks:
            client.stop_task(cluster=cluster, task=task, reason="The platform is being deleted.")
        time.sleep(POLL_SECONDS)
