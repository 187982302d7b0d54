"""The ports in memory. They pass the same contract tests as the AWS adapters (tests/integration)."""

import hashlib
import tempfile
import threading
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from vod import clock, keys
from vod.access.api_key import ApiKey
from vod.access.endpoint import Delivery, Endpoint
from vod.access.share import Share
from vod.access.upload_token import UploadToken
from vod.errors import Conflict, NotFound, VersionConflict
from vod.frozen import Document
from vod.money.cost import EndedTask, Spent
from vod.money.limits import Admitted, Limits, Need
from vod.plan.plan import SourceObject
from vod.ports.buckets import Part, Stored, StoredSource
from vod.ports.finding import Ref
from vod.ports.services import Held, Page, Reserved, Room, Running
from vod.record.creation import Creation
from vod.record.deletion_receipt import Receipt
from vod.record.status import Status
from vod.record.video import Video

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


@dataclass
class FakeRunTokens:
    hashes: dict[tuple[str, str], set[str]] = field(default_factory=dict)

    def add(self, video_id: str, run: str, digest: str) -> None:
        self.hashes.setdefault((video_id, run), set()).add(digest)

    def accepted(self, video_id: str, run: str) -> frozenset[str]:
        return frozenset(self.hashes.get((video_id, run), ()))


@dataclass
class FakeVideos:
    records: dict[str, Video] = field(default_factory=dict)
    chunks: dict[tuple[str, str, int], int] = field(default_factory=dict)

    def get(self, video_id: str) -> Video | None:
        return self.records.get(video_id)

    def create(self, video: Video) -> bool:
        return self.records.setdefault(video.id, video) is video

    def save(self, video: Video) -> Video:
        stored = self.records.get(video.id)
        if stored is None or stored.version != video.version:
            raise VersionConflict(video.id)
        self.records[video.id] = replace(video, version=video.version + 1)
        return self.records[video.id]

    def delete(self, video_id: str) -> None:
        self.records.pop(video_id, None)

    def many(self, video_ids: Collection[str]) -> Mapping[str, Video]:
        return {each: self.records[each] for each in video_ids if each in self.records}

    def page(
        self,
        owner: str | None,
        status: Status | None,
        limit: int,
        cursor: str | None,
        created: tuple[str, str] = ("", ""),
        oldest_first: bool = False,
    ) -> Page:
        ordered = sorted(self.records.values(), key=lambda video: video.created_at, reverse=not oldest_first)
        begin, end = created[0], created[1] or "9"
        found = [
            v
            for v in ordered
            if owner in (None, v.owner) and status in (None, v.status) and begin <= v.created_at < end
        ]
        first = int(cursor or 0)
        more = str(first + limit) if len(found) > first + limit else None
        return Page(tuple(found[first : first + limit]), more)

    def pending(self, after: str, before: str) -> Iterator[Video]:
        oldest = sorted(self.records.values(), key=lambda video: video.updated_at)
        return iter([video for video in oldest if video.is_pending and after <= video.updated_at < before])

    def chunk_frames(self, video_id: str, run: str) -> Mapping[int, int]:
        return {chunk: frames for (v, r, chunk), frames in self.chunks.items() if (v, r) == (video_id, run)}

    def note_chunk(self, video_id: str, run: str, chunk: int, frames: int) -> None:
        self.chunks[video_id, run, chunk] = max(frames, self.chunks.get((video_id, run, chunk), 0))


@dataclass
class FakeShares:
    records: dict[tuple[str, str], Share] = field(default_factory=dict)

    def put(self, share: Share) -> None:
        self.records[share.video_id, share.id] = share

    def get(self, video_id: str, share_id: str) -> Share | None:
        return self.records.get((video_id, share_id))

    def of(self, video_id: str) -> tuple[Share, ...]:
        return tuple(share for (of, _), share in self.records.items() if of == video_id)


@dataclass
class FakeReceipts:
    records: dict[str, Receipt] = field(default_factory=dict)

    def put(self, receipt: Receipt) -> None:
        self.records[receipt.video_id] = receipt

    def get(self, video_id: str) -> Receipt | None:
        return self.records.get(video_id)


@dataclass
class FakeCreations:
    records: dict[tuple[str, str], Creation] = field(default_factory=dict)

    def claim(self, owner: str, key: str, creation: Creation) -> Creation:
        return self.records.setdefault((owner, key), creation)


@dataclass
class FakeFinding:
    listed: dict[str, tuple[str, Ref, set[str]]] = field(default_factory=dict)

    def refs(self, owner: str | None, term: str, most: int) -> list[Ref]:
        return [ref for _, ref in self._places(owner, term)][: most + 1]

    def titled(self, owner: str | None, after: str, backwards: bool) -> Iterator[tuple[str, Ref]]:
        places = sorted(self._places(owner, "n#"), reverse=backwards)
        return (each for each in places if not after or (each[0] < after if backwards else each[0] > after))

    def _places(self, owner: str | None, prefix: str) -> list[tuple[str, Ref]]:
        return [
            (f"{term}#{ref.created_at}#{ref.id}", ref)
            for of, ref, terms in self.listed.values()
            for term in terms
            if owner in (None, of) and f"{term}#".startswith(prefix)
        ]

    def terms(self, video_id: str) -> frozenset[str]:
        return frozenset(self.listed[video_id][2]) if video_id in self.listed else frozenset()

    def add(self, owner: str, ref: Ref, terms: Collection[str]) -> None:
        self.listed.setdefault(ref.id, (owner, ref, set()))[2].update(terms)

    def remove(self, owner: str, ref: Ref, terms: Collection[str]) -> None:
        self.listed.setdefault(ref.id, (owner, ref, set()))[2].difference_update(terms)


@dataclass
class FakeExternalIds:
    holders: dict[tuple[str, str], str] = field(default_factory=dict)
    are_settled: bool = True

    def claim(self, owner: str, external_id: str, video_id: str) -> str:
        return self.holders.setdefault((owner, external_id), video_id)

    def take(self, owner: str, external_id: str, video_id: str, holder: str) -> bool:
        if self.are_settled and self.holders.get((owner, external_id)) == holder:
            self.holders[owner, external_id] = video_id
        return self.holders.get((owner, external_id)) == video_id

    def holder(self, owner: str, external_id: str) -> str | None:
        return self.holders.get((owner, external_id))

    def release(self, owner: str, external_id: str, video_id: str) -> None:
        if self.holders.get((owner, external_id)) == video_id:
            del self.holders[owner, external_id]


@dataclass
class FakeEndpoints:
    records: dict[str, Endpoint] = field(default_factory=dict)

    def put(self, endpoint: Endpoint) -> None:
        self.records[endpoint.id] = endpoint

    def get(self, endpoint_id: str) -> Endpoint | None:
        return self.records.get(endpoint_id)

    def of(self, owner: str) -> tuple[Endpoint, ...]:
        return tuple(each for each in self.records.values() if each.owner == owner)

    def amend(self, endpoint_id: str, change: Callable[[Endpoint], Endpoint]) -> Endpoint | None:
        if endpoint_id in self.records:
            self.records[endpoint_id] = change(self.records[endpoint_id])
        return self.records.get(endpoint_id)

    def remove(self, endpoint_id: str) -> None:
        self.records.pop(endpoint_id, None)


@dataclass
class FakeEndpointSecrets:
    kept: dict[str, str] = field(default_factory=dict)

    def put(self, endpoint_id: str, secret: str) -> None:
        self.kept[endpoint_id] = secret

    def get(self, endpoint_id: str) -> str | None:
        return self.kept.get(endpoint_id)

    def remove(self, endpoint_id: str) -> None:
        self.kept.pop(endpoint_id, None)


@dataclass
class FakeDeliveries:
    records: dict[tuple[str, str], Delivery] = field(default_factory=dict)

    def put(self, endpoint_id: str, delivery: Delivery) -> None:
        self.records[endpoint_id, delivery.id] = delivery

    def get(self, endpoint_id: str, delivery_id: str) -> Delivery | None:
        return self.records.get((endpoint_id, delivery_id))

    def latest(self, endpoint_id: str, most: int) -> tuple[Delivery, ...]:
        found = [delivery for (of, _), delivery in self.records.items() if of == endpoint_id]
        return tuple(sorted(found, key=lambda delivery: delivery.id, reverse=True))[:most]


@dataclass
class FakeOutbox:
    waiting: list[tuple[str, str]] = field(default_factory=list)

    def send(self, endpoint_id: str, delivery_id: str) -> None:
        self.waiting.append((endpoint_id, delivery_id))


@dataclass
class FakeApiKeys:
    records: dict[str, ApiKey] = field(default_factory=dict)

    def put(self, key: ApiKey) -> None:
        self.records[key.id] = key

    def get(self, key_id: str) -> ApiKey | None:
        return self.records.get(key_id)

    def of(self, owner: str) -> tuple[ApiKey, ...]:
        return tuple(key for key in self.records.values() if key.owner == owner)

    def remove(self, key_id: str) -> None:
        self.records.pop(key_id, None)

    def used(self, key_id: str, moment: str) -> None:
        self.records[key_id] = replace(self.records[key_id], used_at=moment)


@dataclass
class FakeUploadTokens:
    records: dict[str, UploadToken] = field(default_factory=dict)

    def put(self, token: UploadToken) -> None:
        self.records[token.id] = token

    def get(self, token_id: str) -> UploadToken | None:
        return self.records.get(token_id)


@dataclass
class FakeCdn:
    forgotten: dict[str, str] = field(default_factory=dict)
    is_busy: bool = False

    def forget(self, path: str, reference: str) -> str | None:
        if self.is_busy:
            return None
        self.forgotten[reference] = path
        return f"I-{reference}"


@dataclass
class FakeBackground:
    """Does at once what it is asked for; what fails is tried again by whoever comes next."""

    work: Callable[[str], object]
    failures: list[Exception] = field(default_factory=list)

    def finish_deletion(self, video_id: str) -> None:
        try:
            self.work(video_id)
        except Exception as failed:
            self.failures.append(failed)

    fetch = finish_deletion

    def remux(self, video_id: str, download: str) -> None:
        self.finish_deletion(f"{video_id} {download}")


@dataclass
class FakeScratch:
    files: dict[str, int] = field(default_factory=dict)

    def remove(self, video_id: str) -> int:
        return self.files.pop(video_id, 0)


@dataclass
class FakeOutput:
    objects: dict[str, bytes] = field(default_factory=dict)

    def put(self, key: str, data: bytes) -> None:
        self.objects[key] = data

    def get(self, key: str) -> bytes:
        return self.objects[key]

    def stored(self, key: str) -> Stored | None:
        data = self.objects.get(key)
        return None if data is None else Stored(len(data), hashlib.sha256(data).hexdigest())

    def replace(self, key: str, data: bytes, tag: str | None) -> bool:
        there = self.stored(key)
        if tag != (there.tag if there else None):
            return False
        self.put(key, data)
        return True

    def folders(self, prefix: str, after: str = "") -> tuple[str, ...]:
        below = {key.removeprefix(prefix).partition("/")[0] for key in self.objects if key.startswith(prefix)}
        return tuple(folder for name in sorted(below) if (folder := f"{prefix}{name}/") > after)

    def read(self, key: str, first: int, end: int) -> bytes:
        return self.objects[key][first:end]

    def sizes(self, prefix: str) -> Mapping[str, int]:
        return {key: len(data) for key, data in self.objects.items() if key.startswith(prefix)}

    def delete_all(self, prefix: str) -> int:
        gone = [key for key in self.objects if key.startswith(prefix)]
        for key in gone:
            del self.objects[key]
        return len(gone)


@dataclass
class FakeSources:
    objects: dict[str, bytes] = field(default_factory=dict)
    multiparts: dict[str, dict[int, Part]] = field(default_factory=dict)
    sent: dict[tuple[str, int], bytes] = field(default_factory=dict)
    """What came in parts through the platform itself, by key and number."""
    begun: int = 0

    def put(self, key: str, data: bytes, content_type: str | None) -> None:
        self.objects.setdefault(key, data)

    def put_url(self, key: str, size: int, content_type: str | None, seconds: int) -> tuple[str, dict[str, str]]:
        headers = {"If-None-Match": "*"} | ({"Content-Type": content_type} if content_type else {})
        return f"https://source/{key}?size={size}", headers

    def get_url(self, key: str, version: str | None, disposition: str, seconds: int) -> str:
        return f"https://source/{key}?version={version}&{disposition}"

    def begin_parts(self, key: str, content_type: str | None, disposition: str | None = None) -> str:
        self.multiparts[key] = {}
        self.begun += 1
        return f"parts-of-{key}" + f"-{self.begun}" * (self.begun > 1)

    def put_part(self, key: str, upload_id: str, number: int, data: bytes) -> Part:
        if key not in self.multiparts:
            raise NotFound("upload")
        self.sent[key, number] = data
        self.multiparts[key][number] = Part(number, f"tag{number}", len(data))
        return self.multiparts[key][number]

    def part_urls(self, key: str, upload_id: str, sizes: Mapping[int, int], seconds: int) -> dict[int, str]:
        return {number: f"https://source/{key}?part={number}&size={size}" for number, size in sizes.items()}

    def arrive(self, key: str, number: int, size: int) -> None:
        self.multiparts[key][number] = Part(number, f"tag{number}", size)

    def parts(self, key: str, upload_id: str) -> tuple[Part, ...]:
        if key not in self.multiparts:
            raise NotFound("upload")
        return tuple(self.multiparts[key].values())

    def complete_parts(self, key: str, upload_id: str, parts: Iterable[Part]) -> None:
        chosen = list(parts)
        if any(self.multiparts[key][part.number].etag != part.etag for part in chosen):
            raise Conflict("wrong_parts", "A part is missing or changed.")
        whole = b"".join(self.sent.pop((key, part.number), b"x" * part.size) for part in chosen)
        self.objects.setdefault(key, whole)
        del self.multiparts[key]

    def abort_parts(self, key: str, upload_id: str) -> None:
        self.multiparts.pop(key, None)

    def stored_size(self, key: str, version: str | None = None) -> int | None:
        return len(self.objects[key]) if key in self.objects else None

    def stored_after(self, key: str) -> tuple[StoredSource, ...]:
        return tuple(found for each in sorted(self.objects) if each > key and (found := self.current(each)))

    def current(self, key: str) -> StoredSource | None:
        data = self.objects.get(key)
        return None if data is None else StoredSource(key, "v1", len(data), LONG_AGO)

    def versions(self, key: str, version: str | None = None) -> int:
        return int(key in self.objects)

    def delete_versions(self, key: str, version: str | None = None) -> int:
        return 1 if self.objects.pop(key, None) is not None else 0


@dataclass
class FakeSourceFiles:
    original: Path
    bytes_read: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def read(self, source: SourceObject, first: int, end: int) -> bytes:
        with self.original.open("rb") as original:
            original.seek(first)
            data = original.read(end - first)
        with self.lock:
            self.bytes_read += len(data)
        return data


@dataclass
class FakeExecutions:
    started: dict[str, Document] = field(default_factory=dict)
    stopped: list[str] = field(default_factory=list)
    ends: dict[str, str] = field(default_factory=dict)
    since: datetime = LONG_AGO

    def start(self, name: str, payload: Document) -> bool:
        return self.started.setdefault(name, payload) is payload

    def stop(self, name: str) -> None:
        self.stopped.append(name)
        if self.ends.get(name, self.status(name)) == "RUNNING":
            self.ends[name] = "ABORTED"

    def status(self, name: str) -> str | None:
        return self.ends.get(name, "RUNNING" if name in self.started else None)

    def running(self) -> Iterator[Running]:
        for name in [name for name in self.started if self.status(name) == "RUNNING"]:
            yield Running(*keys.execution_run(name), since=self.since, id=name)


@dataclass
class FakeTasks:
    tasks: list[Running] = field(default_factory=list)

    def count(self) -> int:
        return len(self.tasks)

    def running(self) -> Iterator[Running]:
        return iter(list(self.tasks))

    def stop(self, task: str) -> None:
        self.tasks = [each for each in self.tasks if each.id != task]


@dataclass
class FakeMarks:
    marks: dict[str, str] = field(default_factory=dict)

    def get(self, name: str) -> str:
        return self.marks.get(name, "")

    def put(self, name: str, mark: str) -> None:
        self.marks[name] = mark


@dataclass
class FakeLedger:
    tasks: dict[str, tuple[EndedTask, int]] = field(default_factory=dict)
    reserved: dict[str, tuple[int, str, datetime]] = field(default_factory=dict)
    firsts: set[str] = field(default_factory=set)
    first_of: dict[str, str] = field(default_factory=dict)
    planned: set[str] = field(default_factory=set)
    functions: dict[str, tuple[str, int]] = field(default_factory=dict)
    spent_on_functions: Counter[str] = field(default_factory=Counter)
    days: dict[tuple[str, str], Counter[str]] = field(default_factory=lambda: defaultdict(Counter))

    def note_task(self, task: EndedTask, micro_usd: int) -> bool:
        return self.tasks.setdefault(task.id, (task, micro_usd))[0] is task

    def of_video(self, video_id: str) -> Spent:
        return self._sum(lambda task: task.video_id == video_id)

    def of_day(self, day: str) -> Spent:
        of_tasks = self._sum(lambda task: task.day == day)
        return replace(of_tasks, micro_usd=of_tasks.micro_usd + self.spent_on_functions[day])

    def _sum(self, chosen: Callable[[EndedTask], bool]) -> Spent:
        found = [(task, micro_usd) for task, micro_usd in self.tasks.values() if chosen(task)]
        return Spent(len(found), sum(task.seconds for task, _ in found), sum(micro_usd for _, micro_usd in found))

    def reserve(self, execution: str, owner: str, micro_usd: int, room: Room, now: datetime) -> Reserved:
        if execution in self.reserved:
            return Reserved.BEFORE
        has_money = sum(left for left, _, _ in self.reserved.values()) <= room.micro_usd
        if room.first_of in self.firsts if room.first_of else not has_money:
            return Reserved.NO_MONEY
        if len(self.reserved) >= room.running:
            return Reserved.NO_TURN
        if self.running([owner]).get(owner, 0) >= room.of_owner:
            return Reserved.NO_TURN_OF_OWNER
        self.reserved[execution] = micro_usd, owner, now
        if room.first_of:
            self.firsts.add(room.first_of)
            self.first_of[execution] = room.first_of
        return Reserved.NOW

    def admit(self, execution: str, owner: str, need: Need, limits: Limits, most: int, now: datetime) -> Admitted:
        if execution in self.planned:
            return Admitted.YES
        left, of, since = self.reserved.get(execution, (0, "", now))
        day = self.days[clock.stamp(now)[:10], owner]
        for limit, had, wanted in (
            (limits.owner_micro_usd, day["microUsd"], need.micro_usd),
            (limits.owner_seconds, day["seconds"], need.seconds),
        ):
            if limit and had + wanted > limit:
                return Admitted.NO_SHARE
        total = sum(each for each, _, _ in self.reserved.values()) - left + need.micro_usd
        if need.micro_usd > left and execution not in self.first_of and total > most:
            return Admitted.NO_MONEY
        if limits.of_owner:
            day.update(microUsd=need.micro_usd, seconds=need.seconds)
        self.reserved[execution] = need.micro_usd, of, since
        self.planned.add(execution)
        self.functions[execution] = clock.stamp(now)[:10], need.functions_micro_usd
        return Admitted.YES

    def is_admitted(self, execution: str) -> bool:
        return execution in self.planned

    def add_upload(self, owner: str, size: int, most: int, now: datetime) -> bool:
        day = self.days[clock.stamp(now)[:10], owner]
        if day["bytes"] + size > most:
            return False
        day.update(bytes=size)
        return True

    def running(self, owners: Collection[str]) -> Mapping[str, int]:
        return Counter(owner for _, owner, _ in self.reserved.values() if owner in owners)

    def settle(self, execution: str, micro_usd: int) -> None:
        if execution in self.reserved:
            left, owner, since = self.reserved[execution]
            self.reserved[execution] = max(0, left - micro_usd), owner, since

    def release(self, execution: str) -> None:
        self.reserved.pop(execution, None)
        of_day, spent = self.functions.pop(execution, ("", 0))
        self.spent_on_functions[of_day] += spent
        day = self.first_of.pop(execution, None)
        if execution not in self.planned:
            self.firsts.discard(day or "")
        self.planned.discard(execution)

    def open(self, before: datetime) -> Iterator[str]:
        yield from [execution for execution, (_, _, since) in self.reserved.items() if since < before]


@dataclass
class FakeWaiting:
    """`turns` has the last turn of each owner, or since when their first waits."""

    held: list[Held] = field(default_factory=list)
    turns: dict[str, str] = field(default_factory=dict)

    def hold(self, held: Held) -> None:
        self.held = sorted({*self.held, held}, key=lambda each: each.since)
        self.turns.setdefault(held.owner, held.since)

    def drop(self, held: Held) -> None:
        self.held = [each for each in self.held if each != held]

    def owners(self) -> tuple[str, ...]:
        return tuple(sorted(self.turns, key=lambda owner: (self.turns[owner], owner)))[:100]

    def of_owner(self, owner: str, limit: int) -> tuple[Held, ...]:
        return tuple(each for each in self.held if each.owner == owner)[:limit]

    def had_turn(self, owner: str, now: datetime) -> None:
        self.turns[owner] = clock.stamp(now)

    def forget(self, owner: str) -> bool:
        if self.of_owner(owner, 1):
            return False
        self.turns.pop(owner, None)
        return True

    def count(self, most: int) -> int:
        return min(most, len(self.held))


@dataclass
class FakeMetrics:
    figures: list[tuple[str, float, str, dict[str, str]]] = field(default_factory=list)

    def put(self, name: str, value: float, unit: str = "Count", **dimensions: str) -> None:
        self.figures.append((name, value, unit, dimensions))

    def of(self, name: str) -> list[float]:
        return [value for figure, value, _, _ in self.figures if figure == name]


@dataclass
class FakeEvents:
    published: list[tuple[str, Document]] = field(default_factory=list)

    def publish(self, event: str, payload: Document) -> None:
        self.published.append((event, payload))


@dataclass
class FolderOutput:
    """Objects as files, whole or not at all, as S3 stores them: they outlive the process, and FFmpeg can open them."""

    folder: Path

    def put(self, key: str, data: bytes) -> None:
        path = self.folder / key
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=self.folder, delete=False) as file:
            file.write(data)
        Path(file.name).rename(path)

    def get(self, key: str) -> bytes:
        try:
            return (self.folder / key).read_bytes()
        except FileNotFoundError as missing:
            raise KeyError(key) from missing

    def stored(self, key: str) -> Stored | None:
        raise NotImplementedError(key)

    def replace(self, key: str, data: bytes, tag: str | None) -> bool:
        raise NotImplementedError(key)

    def folders(self, prefix: str, after: str = "") -> tuple[str, ...]:
        raise NotImplementedError(prefix)

    def read(self, key: str, first: int, end: int) -> bytes:
        return self.get(key)[first:end]

    def sizes(self, prefix: str) -> Mapping[str, int]:
        files = [path for path in self.folder.rglob("*") if path.is_file()]
        sizes = {str(path.relative_to(self.folder)): path.stat().st_size for path in files}
        return {key: size for key, size in sizes.items() if key.startswith(prefix)}

    def delete_all(self, prefix: str) -> int:
        gone = self.sizes(prefix)
        for key in gone:
            (self.folder / key).unlink()
        return len(gone)


class FakeClock:
    """Seconds that pass only when a test says so."""

    def __init__(self, now: float = 100.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now
