"""Spend: every task that ended in the ledger: what was spent, and is no longer set aside."""

import logging
from dataclasses import dataclass

from vod import keys
from vod.frozen import Document
from vod.money import cost
from vod.money.cost import MICRO, ended_task
from vod.money.prices import Fargate
from vod.ports.services import Ledger, Metrics

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Spending:
    """Everything the step needs."""

    ledger: Ledger
    metrics: Metrics
    price: Fargate

    def task_ended(self, detail: Document) -> bool:
        """Note a task from its `ECS Task State Change` event; False when it costs nothing or was noted before."""
        task = ended_task(detail)
        if task is None:
            return False
        micro_usd = cost.of_task(task.size, task.seconds, task.is_spot, self.price)
        if not self.ledger.note_task(task, micro_usd):
            return False
        self.ledger.settle(keys.execution_name(task.video_id, task.run), micro_usd)
        said = {"videoId": task.video_id, "run": task.run, "task": task.id, "usd": micro_usd / MICRO}
        logger.info("task ended after %d s", task.seconds, extra=said)
        self.metrics.put("TaskSeconds", task.seconds, "Seconds")
        self.metrics.put("Spent", micro_usd / MICRO)
        return True
