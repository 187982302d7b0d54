"""What a deletion removed: kept for a while after the video, so that its owner can prove it and ask again."""

from dataclasses import asdict, dataclass, replace

from vod.frozen import Document


@dataclass(frozen=True, slots=True)
class Removed:
    """How much of each kind was removed."""

    source_versions: int = 0
    partial_uploads: int = 0
    output_objects: int = 0
    executions: int = 0
    scratch_files: int = 0

    def at_least(self, other: "Removed") -> "Removed":
        """The larger of two counts of each kind: a deletion that crashed half-way finds less when it is repeated."""
        mine, theirs = asdict(self), asdict(other)
        return Removed(**{kind: max(mine[kind], theirs[kind]) for kind in mine})


@dataclass(frozen=True, slots=True)
class Receipt:
    """The deletion of a video: whose, when it was asked for and done (ISO 8601), what went, which CDN invalidation."""

    video_id: str
    owner: str
    asked_at: str
    completed_at: str | None = None
    removed: Removed = Removed()
    invalidation: str | None = None

    def including(self, found: Removed) -> "Receipt":
        """The receipt with at least these counts."""
        return replace(self, removed=self.removed.at_least(found))

    @property
    def shown(self) -> Document:
        """The receipt as the API shows it."""
        return {
            "id": self.video_id,
            "askedAt": self.asked_at,
            "completedAt": self.completed_at,
            "removed": {
                "sourceVersions": self.removed.source_versions,
                "partialUploads": self.removed.partial_uploads,
                "outputObjects": self.removed.output_objects,
                "executions": self.removed.executions,
                "scratchFiles": self.removed.scratch_files,
            },
            "invalidation": self.invalidation,
        }
