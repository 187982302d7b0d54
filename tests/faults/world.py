"""A platform under faults: what was uploaded to it, what can be done to it, and what must hold afterwards."""

import json
import os
import random
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from local.api import FINAL, Api, ApiError
from local.deploy import resources
from local.platform import Platform
from tests.e2e.encoders import encoder_processes
from tests.integration.encoder.test_encode import distance
from tests.local.aws import until
from tests.media.decoded import THUMBNAIL_BYTES, thumbnails, tracks
from tests.media.generate import decoded_frames

SETTLE_SECONDS = 180.0
BACK_SECONDS = 15
_POLL_SECONDS = 0.5


def _commands() -> Iterator[tuple[int, str]]:
    """Every process of this machine, and how it was started."""
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            yield int(entry.parent.name), entry.read_bytes().decode(errors="replace").replace("\0", " ")


@dataclass
class World:
    """One platform and the uploads it has taken, by id, with the frames of their sources."""

    platform: Platform
    uploads: dict[str, int] = field(default_factory=dict)
    may_fail: bool = False

    def __post_init__(self) -> None:
        """Remember names; a message that a killed function had is back after seconds, not minutes."""
        self.api = Api(self.platform.api, self.platform.token)
        self._made = {each.logical_id: each.physical_id for each in resources(self.platform.clients)}
        soon = {"VisibilityTimeout": str(BACK_SECONDS)}
        self.platform.clients.sqs.set_queue_attributes(QueueUrl=self.made("DispatchQueue"), Attributes=soon)
        until(lambda: not list(self._dispatched()))  # what came before, S3's word of a new rule, is hidden for longer

    def made(self, name: str) -> str:
        """The physical id of a resource of the template."""
        return self._made[name]

    def upload(self, source: Path, frames: int) -> str:
        """Upload a source; its video's id."""
        video_id = self.api.upload(source, lambda _: None)
        self.uploads[video_id] = frames
        return video_id

    @property
    def workers(self) -> list[int]:
        """The processes of functions."""
        return self.workers_of("")

    def workers_of(self, function: str) -> list[int]:
        """The processes of a function."""
        mine = str(self.platform.state)
        return [pid for pid, run in _commands() if "_worker.py" in run and function in run and mine in run]

    def kill_emulator(self) -> None:
        """End the emulator with SIGKILL and start the platform again on what it had saved."""
        assert self.platform._emulator
        os.kill(self.platform._emulator.child.pid, signal.SIGKILL)
        # At the same address, as AWS's stays: another one would be known to functions within a minute only.
        port = int(self.platform.url.rsplit(":", 1)[1])
        self.platform.options = replace(self.platform.options, port=port)
        self.platform.stop()
        self.platform.start()
        self.api = Api(self.platform.api, self.platform.token)

    @property
    def encoders(self) -> list[int]:
        """The processes of encoders, of whatever video of this world."""
        return [pid for video_id in self.uploads for pid in encoder_processes(video_id)]

    @contextmanager
    def fault(self, name: str, content: str = "") -> Iterator[None]:
        """A while in which the emulator makes a fault happen."""
        folder = self.platform.state / "faults"
        folder.mkdir(exist_ok=True)
        (folder / name).write_text(content)
        try:
            yield
        finally:
            (folder / name).unlink()

    def full(self, place: str) -> AbstractContextManager[None]:
        """A while in which a task's disk holds less than its source, or scratch less than its journal; needs root."""
        return self.fault("small-disk", str(2**16)) if place == "disk" else self._small_scratch(2**13)

    @contextmanager
    def _small_scratch(self, size: int) -> Iterator[None]:
        folder = self.platform.state / "volumes" / self.made("Scratch")
        folder.mkdir(parents=True, exist_ok=True)
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "scratch", str(folder)], check=True)
        try:
            yield
        finally:
            subprocess.run(["umount", "--lazy", str(folder)], check=True)

    @contextmanager
    def budget(self, usd: float) -> Iterator[None]:
        """A while in which so much may be spent in a day."""
        self._set_budget(usd)
        try:
            yield
        finally:
            self._set_budget(0)

    def _set_budget(self, usd: float) -> None:
        client = self.platform.clients.lambda_
        for name in ("Dispatch", "Plan", "Watch", "Runs", "Reconcile"):
            function = self.made(f"{name}Function")
            known = client.get_function_configuration(FunctionName=function)["Environment"]["Variables"]
            changed = {"Variables": known | {"DAILY_BUDGET_USD": str(usd)}}
            client.update_function_configuration(FunctionName=function, Environment=changed)

    def encodes(self, video_id: str) -> int:
        """How many executions of a video came to their tasks."""
        client, mine = self.platform.clients.stepfunctions, []
        for each in self._executions():
            if each["name"].startswith(video_id):
                mine += client.get_execution_history(executionArn=each["executionArn"])["events"]
        return sum(event.get("stateEnteredEventDetails", {}).get("name") == "Encode" for event in mine)

    def log(self) -> str:
        """What the emulator and its tasks have said."""
        return (self.platform.state / "emulator.log").read_text(errors="replace")

    def restart_functions(self) -> None:
        """Let every function begin anew with its next call."""
        for process in self.workers:
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)

    def tell_of(self, video_id: str) -> None:
        """Send the S3 event of a video's source once more."""
        key, s3 = f"uploads/{video_id}/source", self.platform.clients.s3
        stored = s3.head_object(Bucket=self.made("SourceBucket"), Key=key)
        entry = {"key": key, "size": stored["ContentLength"], "versionId": stored["VersionId"]}
        event = {
            "eventName": "ObjectCreated:Put",
            "s3": {"bucket": {"name": self.made("SourceBucket")}, "object": entry},
        }
        body = json.dumps({"Records": [event]})
        self.platform.clients.sqs.send_message(QueueUrl=self.made("DispatchQueue"), MessageBody=body)

    def reconcile(self, grace_seconds: int = 5) -> dict[str, int]:
        """One pass of the reconciler over what nobody touched for so long; what it mended."""
        answer = self.platform.clients.lambda_.invoke(
            FunctionName=self.made("ReconcileFunction"), Payload=json.dumps({"graceSeconds": grace_seconds})
        )
        return dict(json.loads(answer["Payload"].read()).get("repaired", {}))

    def start_waiting(self) -> None:
        """What the rule of every minute does: start those that wait, as far as turns and money go."""
        self.platform.clients.lambda_.invoke(FunctionName=self.made("WatchFunction"), Payload=b"{}")

    def settle(self, seconds: float = SETTLE_SECONDS) -> list[str]:
        """Wait until nothing is wrong any more, reconciling now and then; what is still wrong when time is over."""
        end, wrong = time.monotonic() + seconds, ["nothing was looked at"]
        since = time.monotonic()
        while wrong and time.monotonic() < end:
            time.sleep(_POLL_SECONDS)
            wrong = self.wrong()
            if wrong and time.monotonic() - since > 4:
                self.reconcile()
                since = time.monotonic()
        return wrong

    def wrong(self) -> list[str]:
        """What is not as it must be when nothing happens any more: each a sentence."""
        with suppress(ApiError):
            return [*self._videos(), *self._left_running(), *self._left_over(), *self._turns()]
        return ["the API answers with an error"]

    def _videos(self) -> Iterator[str]:
        for video_id, frames in self.uploads.items():
            video = self.api.video(video_id)
            if video["status"] not in FINAL or video["remake"]:
                yield f"{video_id} is {video['status']}, {video['remake']}"
            elif video["status"] == "failed" and not (self.may_fail and video["error"]["message"]):
                yield f"{video_id} failed: {video['error']}"
            elif video["status"] == "ready" and [each["frames"] for each in video["renditions"]] != [frames] * len(
                video["renditions"]
            ):
                yield f"{video_id} has other frames than its source: {video['renditions']}"
        names = Counter(each["name"] for each in self._executions())
        yield from (f"execution {name} is there {count} times" for name, count in names.items() if count > 1)

    def frames(self, video_id: str) -> set[int]:
        """The frames that decode from both manifests of a ready video."""
        playback = self.api.video(video_id)["playback"]
        return {decoded_frames(playback["hls"]), decoded_frames(playback["dash"])}

    def hls(self, video_id: str) -> str:
        """The address of a ready video's HLS manifest."""
        return str(self.api.video(video_id)["playback"]["hls"])

    def _executions(self, **asked: str) -> list[dict[str, Any]]:
        pages = self.platform.clients.stepfunctions.get_paginator("list_executions").paginate(
            stateMachineArn=self.made("Transcode"), **asked
        )
        return [each for page in pages for each in page["executions"]]

    def _left_running(self) -> Iterator[str]:
        yield from (f"execution {each['name']} still runs" for each in self._executions(statusFilter="RUNNING"))
        tasks = self.platform.clients.ecs.list_tasks(cluster=self.made("Cluster"), desiredStatus="RUNNING")["taskArns"]
        yield from (f"task {task} still runs" for task in tasks)
        yield from (f"encoder {pid} still runs" for pid in self.encoders)

    def _turns(self) -> Iterator[str]:
        """Turns that nobody has any more, and who stands in line."""
        for partition in ("SPEND#OPEN", "WAITING"):
            found = self.platform.clients.dynamodb.query(
                TableName=self.made("Table"),
                KeyConditionExpression="pk = :pk",
                ExpressionAttributeValues={":pk": {"S": partition}},
            )["Items"]
            yield from (
                f"{partition} has {each}" for each in found if "running" not in each and "taskCount" not in each
            )
            for counted in ("running", "taskCount", "microUsd"):
                yield from (f"{partition} counts {each}" for each in found if int(each.get(counted, {"N": "0"})["N"]))

    def _left_over(self) -> Iterator[str]:
        s3 = self.platform.clients.s3
        for bucket, position in (("OutputBucket", 1), ("SourceBucket", 1)):
            pages = s3.get_paginator("list_objects_v2").paginate(Bucket=self.made(bucket))
            keys = [each["Key"] for page in pages for each in page.get("Contents", ())]
            ids = {key.split("/")[position] for key in keys if key.startswith(("videos/", "jobs/", "uploads/"))}
            yield from (f"{bucket} has objects of {each}, which is gone" for each in sorted(ids - self.uploads.keys()))
        scratch = self.platform.state / "volumes"
        left = [path for path in scratch.rglob("*") if path.is_file()] if scratch.exists() else []
        yield from (f"scratch has {path.relative_to(scratch)}" for path in left)
        yield from self._dispatched()

    def _dispatched(self) -> Iterator[str]:
        counted = self.platform.clients.sqs.get_queue_attributes(
            QueueUrl=self.made("DispatchQueue"),
            AttributeNames=["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"],
        )["Attributes"]
        if any(int(each) for each in counted.values()):
            yield f"the dispatch queue has {counted}"


def kill(pids: list[int], chance: random.Random) -> bool:
    """End one of these processes with SIGKILL; False when there is none."""
    if not pids:
        return False
    with suppress(ProcessLookupError):
        os.kill(chance.choice(sorted(pids)), signal.SIGKILL)
        return True
    return False


def require_alike(seen: str, meant: str, folder: Path) -> None:
    """Two manifests show the same pictures at the same times, and their sound is the same to the bit."""
    assert [track.times for track in tracks(seen)] == [track.times for track in tracks(meant)]
    assert [track.sums for track in tracks(seen, "a")] == [track.sums for track in tracks(meant, "a")]
    # x264's threads spend bits a little differently from run to run where the rate is capped: not the same to the bit.
    both = zip(_shown(seen, folder / "seen"), _shown(meant, folder / "meant"), strict=True)
    assert max(distance(one, other) for one, other in both) < THUMBNAIL_BYTES


def _shown(address: str, target: Path) -> list[bytes]:
    """Every picture of a manifest as small grey pixels, whatever its time."""
    tracks(address, "v", thumbnails=target)
    return thumbnails(target.read_bytes())
