"""Upload: a record, and an address or parts to send the source to; the S3 event does the rest."""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, timedelta

from vod import clock, keys, profiles
from vod.access.caller import Caller
from vod.errors import Conflict, InvalidRequest, KeyReused, NotFound, TooLarge
from vod.frozen import Document
from vod.money import estimate
from vod.money.prices import Fargate
from vod.ports.buckets import Part, Sources
from vod.ports.creations import Creations
from vod.ports.finding import ExternalIds, Finding
from vod.ports.services import Ledger, Receipts, Videos
from vod.profiles.profile import DEFAULT
from vod.record import changes
from vod.record.creation import Creation
from vod.record.status import Status
from vod.record.video import Imported, Source, Upload, Video
from vod.steps import external_ids, index, parts
from vod.steps.amend import amend
from vod.steps.upload_limits import UploadLimits, count

URL_SECONDS = 3600
"""How long an address lives; less where the session of the role that signed it ends before. The refused ask again."""
LATE = timedelta(days=1)
"""A record stays so much longer than its upload was promised: what was sent in time may arrive late."""
PARTS_KEPT = timedelta(days=8)
"""The source bucket removes the parts of an upload that was begun so long ago (stacks/storage.yaml)."""


@dataclass(frozen=True, slots=True)
class NewVideo:
    """What a caller says about the video to come; `size` in bytes."""

    filename: str
    size: int
    content_type: str | None = None
    title: str | None = None
    tags: tuple[str, ...] = ()
    profile: str = DEFAULT
    external_id: str | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Uploads:
    """Everything the step needs."""

    videos: Videos
    sources: Sources
    ledger: Ledger
    creations: Creations
    external: ExternalIds
    finding: Finding
    receipts: Receipts
    limits: UploadLimits
    price: Fargate
    now: Callable[[], datetime] = clock.now

    def create(self, caller: Caller, new: NewVideo, key: str | None = None) -> tuple[Video, Document]:
        """A new record and how to send its source: one PUT, or parts above the single-PUT limit. With a key that named
        this before it is that record; how to send what has arrived is empty."""
        video_id, earlier = self._claimed(caller, key, new, b"")
        if earlier:
            return self._again(caller, earlier)
        video = self._checked(caller, new, video_id)
        if new.size > self.limits.single_put_bytes:
            multipart = self.sources.begin_parts(video.source.key, new.content_type)
            video = replace(video, upload=Upload(multipart, parts.part_size(new.size)))
        index.add(self.finding, video)
        if not self.videos.create(video):  # the same request at the same time was faster
            if video.upload and video.upload.multipart_id:
                self.sources.abort_parts(video.source.key, video.upload.multipart_id)
            return self._again(caller, caller.allowed(self.videos.get(video_id)))
        return video, self._way(video, ())

    def store(self, caller: Caller, new: NewVideo, body: bytes, key: str | None = None) -> Video:
        """A new record whose source came with the request itself; safe to repeat with a key."""
        if new.size > self.limits.direct_bytes:
            limit = self.limits.direct_bytes // parts.MIB
            raise TooLarge(
                "body_too_large",
                f"A request body can have at most {limit} MiB. Request an upload URL instead: POST /videos with JSON.",
            )
        if new.size == 0:
            raise InvalidRequest("body", "is empty; send the video's bytes")
        video_id, video = self._claimed(caller, key, new, body)
        if not video:
            video = self._checked(caller, new, video_id)
            index.add(self.finding, video)
            self.videos.create(video)
        if video.status is Status.AWAITING_UPLOAD:
            self.sources.put(video.source.key, body, new.content_type)
        return video

    def announce(self, caller: Caller, new: NewVideo, imported: Imported, key: str | None = None) -> Video:
        """A new record whose source the platform fetches itself; safe to repeat with a key."""
        video_id, video = self._claimed(caller, key, new, imported.url.encode())
        if not video:
            video = replace(self._checked(caller, new, video_id), upload=None, size=None, imported=imported)
            index.add(self.finding, video)
            self.videos.create(video)
        return video

    def _claimed(self, caller: Caller, key: str | None, new: NewVideo, body: bytes) -> tuple[str, Video | None]:
        """The id that a new video gets, and its record where this key's request was served before.

        The key is filed first: whoever dies after that is followed by one that goes on with the same id.
        """
        video_id = keys.new_video_id()
        if key is None:
            return video_id, None
        asked = hashlib.sha256(json.dumps(asdict(new)).encode() + body).hexdigest()
        filed = self.creations.claim(caller.id, key, Creation(video_id, asked))
        if filed.request != asked:
            raise KeyReused
        if filed.video_id == video_id:
            return video_id, None
        if self.receipts.get(filed.video_id):
            raise Conflict("wrong_status", "The video that this Idempotency-Key created is deleted. Use another key.")
        return filed.video_id, self.videos.get(filed.video_id)

    def _again(self, caller: Caller, video: Video) -> tuple[Video, Document]:
        if video.status is not Status.AWAITING_UPLOAD or self._has_arrived(video):
            return video, {}
        return self.remaining(caller, video.id)

    def remaining(self, caller: Caller, video_id: str) -> tuple[Video, Document]:
        """The parts that arrived and fresh addresses for the rest."""
        video = self._prolonged(self._awaiting(caller, video_id))
        multipart = video.upload.multipart_id if video.upload else None
        try:
            return video, self._way(video, self.sources.parts(video.source.key, multipart) if multipart else ())
        except NotFound:
            if self._has_arrived(video):
                raise Conflict("wrong_status", "The upload has ended: the whole source has arrived.") from None
            raise

    def complete(self, caller: Caller, video_id: str, etags: Mapping[int, str]) -> Video:
        """Join the parts; safe to repeat, also while an earlier call joins them. Conflict when bytes are missing, and
        nothing is lost."""
        video = caller.allowed(self.videos.get(video_id))
        if video.status.is_encoding or video.status is Status.READY:
            return video
        video = self._awaiting(caller, video_id)
        if not video.upload or not video.upload.multipart_id:
            raise Conflict("not_multipart", "This upload is a single PUT: there is nothing to complete.")
        try:
            self._join(video, video.upload.multipart_id, etags)
        except (NotFound, Conflict):
            if not self._has_arrived(video):
                raise
        return video

    def estimate(self, video: Video) -> Document:
        """What the video will cost to encode, in USD, as far as its size tells."""
        return estimate.told(video.size or 0, video.profile, self.price)

    def abort(self, caller: Caller, video_id: str) -> None:
        """Delete the video of an upload that is not finished; what is sent later is known as deleted.

        The reconciler does the rest of it, with a receipt: addresses that were given out work for up to an hour more.
        """
        video = self._awaiting(caller, video_id)
        self.videos.save(changes.moved(video, Status.DELETING, clock.stamp(self.now())))
        if video.upload and video.upload.multipart_id:
            self.sources.abort_parts(video.source.key, video.upload.multipart_id)

    def _check(self, caller: Caller, new: NewVideo) -> None:
        """The last check counts what comes, whether all of it arrives or not."""
        size, known = new.size, profiles.all_profiles()
        if new.profile not in known:
            raise InvalidRequest("profile", f"must be one of {', '.join(known)}")
        if size > self.limits.max_bytes:
            limit = self.limits.max_bytes // parts.MIB
            raise TooLarge(
                "too_large", f"A video can have at most {limit} MiB, this one has {size} bytes. Upload a smaller file."
            )
        count(self.ledger, caller.id, size, self.limits, self.now())

    def _checked(self, caller: Caller, new: NewVideo, video_id: str) -> Video:
        """The record of a video that may be; its external id is its own."""
        self._check(caller, new)
        if new.external_id:
            external_ids.claim(self.external, self.videos, caller.id, new.external_id, video_id)
        moment = self.now()
        return Video(
            id=video_id,
            owner=caller.id,
            filename=new.filename,
            created_at=clock.stamp(moment),
            updated_at=clock.stamp(moment),
            source=Source(keys.source_key(video_id)),
            size=new.size,
            content_type=new.content_type,
            title=new.title or new.filename,
            tags=new.tags,
            external_id=new.external_id,
            metadata=new.metadata,
            profile=new.profile,
            upload=Upload(),
            awaited_until=self._awaited_until(),
        )

    def _awaiting(self, caller: Caller, video_id: str) -> Video:
        video = caller.allowed(self.videos.get(video_id))
        if video.status is not Status.AWAITING_UPLOAD:
            raise Conflict("wrong_status", f"The upload has ended: the video is {video.status}.")
        if video.imported:
            raise Conflict("wrong_status", "The platform fetches this file itself. DELETE the video to stop that.")
        return video

    def _prolonged(self, video: Video) -> Video:
        """Who asks how to go on gets the whole time again."""
        awaited_until = self._awaited_until()

        def prolonged(fresh: Video) -> Video:
            return replace(fresh, awaited_until=awaited_until) if fresh.status is Status.AWAITING_UPLOAD else fresh

        return amend(self.videos, video, prolonged)

    def _awaited_until(self) -> int:
        return int((self.now() + self.limits.expiry + LATE).timestamp())

    def _times(self, video: Video) -> Document:
        """Until when the addresses work, and until when the whole upload may take."""
        address_ends = self.now() + timedelta(seconds=URL_SECONDS)
        return {"expiresAt": clock.stamp(address_ends), "finishBy": clock.stamp(_finish_by(video))}

    def _single_put(self, video: Video) -> Document:
        times = self._times(video)
        url, headers = self.sources.put_url(video.source.key, video.size or 0, video.content_type, URL_SECONDS)
        return {"method": "PUT", "url": url, "headers": headers, **times}

    def _way(self, video: Video, arrived: tuple[Part, ...]) -> Document:
        """How to send what has not arrived."""
        if not video.upload or not video.upload.multipart_id:
            return self._single_put(video)
        assert video.upload.part_size and video.size
        per_part, total = video.upload.part_size, parts.part_count(video.size, video.upload.part_size)
        here = {part.number for part in arrived}
        rest = [number for number in range(1, total + 1) if number not in here]
        sizes = {number: parts.expected_size(number, video.size, per_part) for number in rest}
        times = self._times(video)
        urls = self.sources.part_urls(video.source.key, video.upload.multipart_id, sizes, URL_SECONDS)
        return {
            "uploadId": video.upload.multipart_id,
            "partSize": per_part,
            "parts": [{"partNumber": number, "url": url} for number, url in urls.items()],
            "arrived": [{"partNumber": part.number, "etag": part.etag, "size": part.size} for part in arrived],
            **times,
        }

    def _has_arrived(self, video: Video) -> bool:
        """Whether the source is there as declared: joined before with a lost answer, or by another call just now."""
        return self.sources.stored_size(video.source.key) == video.size

    def _join(self, video: Video, multipart: str, etags: Mapping[int, str]) -> None:
        chosen = [part for part in self.sources.parts(video.source.key, multipart) if part.number in etags]
        self._check_parts(video, chosen, etags)
        named = [replace(part, etag=etags[part.number].strip('"')) for part in chosen]
        self.sources.complete_parts(video.source.key, multipart, named)

    def _check_parts(self, video: Video, chosen: list[Part], etags: Mapping[int, str]) -> None:
        missing = sorted(set(etags) - {part.number for part in chosen})
        if missing:
            raise Conflict("wrong_parts", f"Part {missing[0]} has not arrived. Upload it, then complete again.")
        received = sum(part.size for part in chosen)
        if received != video.size:
            raise Conflict(
                "size_mismatch",
                f"The parts have {received} bytes, not the declared {video.size}. Upload what is missing.",
            )


def _finish_by(video: Video) -> datetime:
    promised = datetime.fromtimestamp(video.awaited_until or 0, UTC) - LATE
    has_parts = video.upload and video.upload.multipart_id
    return min(promised, clock.parse(video.created_at) + PARTS_KEPT) if has_parts else promised
