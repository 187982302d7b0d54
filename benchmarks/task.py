"""Runs `benchmarks.job` against an S3 and a DynamoDB on this machine."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3

from benchmarks import environment
from benchmarks.environment import ROOT
from benchmarks.meter import Spent, spent_by
from benchmarks.plans import RUN, VIDEO_ID
from vod import keys
from vod.aws.videos import DynamoVideos
from vod.plan.plan import Plan
from vod.record.status import Status
from vod.record.video import Source, Video

ENCODER = ROOT / "container" / "encode.py"
PYTHON = str(environment.IMAGE / "bin" / "python")
_NAMES = {"SOURCE_BUCKET": "source", "OUTPUT_BUCKET": "output", "TABLE_NAME": "videos"}


@dataclass(frozen=True, slots=True)
class Ran:
    """A task that ran: all it took, and the CPU seconds of its Python and of its FFmpegs."""

    spent: Spent
    python_seconds: float
    ffmpeg_seconds: float


@dataclass(frozen=True, slots=True)
class Cloud:
    """The local S3 and DynamoDB."""

    env: Mapping[str, str]

    def run(self, plan: Plan, source: Path, scratch: Path, *options: str) -> Ran:
        """The plan's first chunk as a task of its own; `options` are those of `benchmarks.job`."""
        self._store(plan, source)
        note, efs, disk = scratch / "note.json", scratch / "efs", scratch / "disk"
        efs.mkdir()
        disk.mkdir()
        key = keys.plan_key(plan.video_id, plan.run)
        command = [PYTHON, "-m", "benchmarks.job", str(note), *options, "--", "--plan-key", key, "--chunk", "0"]
        places = {"SCRATCH_DIR": str(efs), "SOURCE_DIR": str(disk), "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}"}
        env = {**self.env, **_NAMES, **places}
        spent = spent_by(command, env, ROOT)
        self._check(plan)
        used = json.loads(note.read_text())
        return Ran(spent, used["python"], used["ffmpeg"])

    def _store(self, plan: Plan, source: Path) -> None:
        """The source, the plan and the record, as dispatch and plan leave them; nothing else."""
        bucket = self._s3.Bucket(_NAMES["OUTPUT_BUCKET"])
        bucket.objects.delete()
        self._s3.Object(_NAMES["SOURCE_BUCKET"], plan.source.key).put(Body=source.read_bytes())
        key = keys.plan_key(plan.video_id, plan.run)
        self._s3.Object(_NAMES["OUTPUT_BUCKET"], key).put(Body=plan.model_dump_json().encode())
        videos = DynamoVideos(self._client("dynamodb"), _NAMES["TABLE_NAME"])
        videos.delete(VIDEO_ID)
        videos.create(_record(plan))

    def _check(self, plan: Plan) -> None:
        key = keys.report_key(plan.video_id, plan.run, 0)
        report = json.loads(self._s3.Object(_NAMES["OUTPUT_BUCKET"], key).get()["Body"].read())
        if report["outcome"] != "encoded":
            raise RuntimeError(f"the task reported {report}")

    def make(self) -> None:
        """The buckets and the table."""
        for name in ("SOURCE_BUCKET", "OUTPUT_BUCKET"):
            self._s3.create_bucket(Bucket=_NAMES[name])
        self._client("dynamodb").create_table(
            TableName=_NAMES["TABLE_NAME"],
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk")],
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
        )

    @property
    def _s3(self) -> Any:
        return self._session.resource("s3", endpoint_url=self.env["AWS_ENDPOINT_URL"])

    def _client(self, service: str) -> Any:
        return self._session.client(service, endpoint_url=self.env["AWS_ENDPOINT_URL"])  # type: ignore[call-overload]

    @property
    def _session(self) -> boto3.Session:
        return boto3.Session(
            aws_access_key_id=self.env["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=self.env["AWS_SECRET_ACCESS_KEY"],
            region_name=self.env["AWS_DEFAULT_REGION"],
        )


@contextmanager
def cloud() -> Iterator[Cloud]:
    """A local cloud with empty buckets and an empty table, gone at the end."""
    with environment.aws() as env:
        made = Cloud(env)
        made.make()
        yield made


def _record(plan: Plan) -> Video:
    now = "2026-01-01T00:00:00.000Z"
    source = Source(plan.source.key, None, plan.source.size)
    return Video(VIDEO_ID, "bench", "clip.mp4", now, now, source, Status.TRANSCODING, run=RUN)
