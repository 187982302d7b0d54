"""The video's record: what a user uploaded and everything made from it, as one value."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from vod.frozen import Document
from vod.profiles.profile import DEFAULT
from vod.record.status import Status


@dataclass(frozen=True, slots=True)
class Upload:
    """How the source comes in: one PUT, or a multipart upload of parts of `part_size` bytes."""

    multipart_id: str | None = None
    part_size: int | None = None


@dataclass(frozen=True, slots=True)
class Imported:
    """A file that the platform fetches itself: its address, bytes received, of how many (None: nobody says), and what
    tells its content from every other. So many bytes count for the owner's day, and so often it began anew."""

    url: str
    received: int = 0
    total: int | None = None
    tag: str | None = None
    counted: int = 0
    restarts: int = 0


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a video failed: a stable code and a sentence a user can act on."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Source:
    """The uploaded original in the source bucket; `size` in bytes."""

    key: str
    version: str | None = None
    size: int | None = None


@dataclass(frozen=True, slots=True)
class Costs:
    """What a published run cost beside its tasks, in millionths of a USD: its requests once, its storage a month."""

    requests: int
    storage_month: int


@dataclass(frozen=True, slots=True)
class Remake:
    """One rendition of a ready video that is encoded again, in a run of its own, while the others are watched."""

    run: str
    rendition: str
    queued_at: str
    is_publishing: bool = False
    """The manifests may name its track already."""
    failure: Failure | None = None


@dataclass(frozen=True, slots=True)
class Replaced:
    """A track that nothing points to any more, and since when (ISO 8601); who watches it may do so for a while.

    Without `since` the manifests may name it: a remake failed while they were written. The next one writes them anew.
    """

    track: str
    since: str


@dataclass(frozen=True, slots=True)
class Video:
    """What a user uploads and everything made from it. Times are ISO 8601 (UTC), `size` is declared, in bytes."""

    id: str
    owner: str
    filename: str
    created_at: str
    updated_at: str
    source: Source
    status: Status = Status.AWAITING_UPLOAD
    size: int | None = None
    content_type: str | None = None
    title: str = ""
    tags: tuple[str, ...] = ()
    external_id: str | None = None
    """The customer's own, once for an owner."""
    metadata: Mapping[str, str] = field(default_factory=dict)
    downloads: str | None = None
    """Who may download it: `owner` or `viewers`; as the platform's parameter says where it is None."""
    profile: str = DEFAULT
    upload: Upload | None = None
    imported: Imported | None = None
    run: str | None = None
    """Whose objects are served."""
    plan_run: str | None = None
    """Whose plan tells of them, where a rendition was made anew."""
    last_run: str | None = None
    """The one that began last, where that is another."""
    remake: Remake | None = None
    remake_failed: Remake | None = None
    """The last that failed, so that it can be told again."""
    replaced: tuple[Replaced, ...] = ()
    queued_at: str | None = None
    waits_for: str | None = None
    planned_micro_usd: int | None = None
    """What the tasks of its run, or of its remake, would cost, by a plan for which there was no money yet."""
    approved_run: str | None = None
    """The run that an admin asked for: no limit of its owner's holds it up."""
    probe: Document | None = None
    renditions: tuple[Document, ...] = ()
    sound: tuple[Document, ...] = ()
    duration: float | None = None
    has_poster: bool = False
    has_storyboard: bool = False
    warnings: tuple[str, ...] = ()
    failure: Failure | None = None
    costs: Costs | None = None
    awaited_until: int | None = None
    """The reconciler deletes it after this moment (Unix seconds) when no source has come."""
    version: int = 0

    @property
    def is_pending(self) -> bool:
        """Whether something still has to happen to it by itself."""
        return self.status.is_pending or self.remade_now is not None

    @property
    def remade_now(self) -> Remake | None:
        """What is being made anew."""
        return self.remake if self.status is Status.READY else None

    def is_encoded_in(self, run: str) -> bool:
        """Whether encoders may work on it in this run."""
        if remake := self.remade_now:
            return remake.run == run
        return self.run == run and self.status.is_encoding
