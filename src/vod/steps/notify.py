"""Notify: an event of a video goes to every endpoint of its owner that asked for it."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from vod import clock
from vod.access import endpoint
from vod.access.endpoint import Delivery
from vod.frozen import Document
from vod.ports.endpoints import Deliveries, Endpoints, Outbox
from vod.ports.services import Videos


def told(notice: Document) -> list[Document]:
    """The events in what SNS hands a function."""
    return [dict(json.loads(record["Sns"]["Message"])) for record in notice["Records"]]


@dataclass(frozen=True, slots=True)
class Notifying:
    """Everything the step needs."""

    videos: Videos
    endpoints: Endpoints
    deliveries: Deliveries
    outbox: Outbox
    now: Callable[[], datetime] = clock.now

    def notify(self, event: Document) -> int:
        """Have an event sent; to how many endpoints. Who is told twice sees the same `id`."""
        wanted = [each for each in self.endpoints.of(event["owner"]) if each.is_on and event["event"] in each.events]
        if not wanted:
            return 0
        moment = self.now()
        body = json.dumps({**event, "time": clock.stamp(moment), **self._of_video(event["videoId"])})
        for each in wanted:
            made = Delivery(
                endpoint.new_delivery_id(moment), event["event"], event["videoId"], body, clock.stamp(moment)
            )
            self.deliveries.put(each.id, made)
            self.outbox.send(each.id, made.id)
        return len(wanted)

    def _of_video(self, video_id: str) -> Document:
        video = self.videos.get(video_id)
        if video is None:
            return {"title": None, "status": "deleted", "externalId": None, "metadata": {}}
        return {
            "title": video.title,
            "status": video.status.value,
            "externalId": video.external_id,
            "metadata": dict(video.metadata),
        }
