"""The errors of the platform: one tree, each with a stable code and a sentence a user can act on."""


def document(code: str, message: str) -> dict[str, str]:
    """An error as the API, the events and the state machine carry it."""
    return {"code": code, "message": message}


class VodError(Exception):
    """Anything the platform refuses or fails at; `code` is stable, `message` tells the user what to do next."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message


class RequestError(VodError):
    """An API call that cannot be served; `status` is its HTTP status."""

    status = 400

    def __init__(self, code: str, message: str, field: str | None = None) -> None:
        super().__init__(code, message)
        self.field = field


class InvalidRequest(RequestError):
    """The request's own content is wrong; the message names the field."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__("invalid_request", f"{field}: {message}", field)


class NotFound(RequestError):
    """No such video, or part of one, for this caller."""

    status = 404

    def __init__(self, what: str = "video", advice: str = "List yours with GET /videos.") -> None:
        super().__init__("not_found", f"There is no such {what}. {advice}")


class Unauthorized(RequestError):
    """Whoever asks must say who they are."""

    status = 401

    def __init__(self, message: str, code: str = "unauthorized") -> None:
        super().__init__(code, message)


class TokenInvalid(Unauthorized):
    """What was sent is no token or key of this platform."""

    def __init__(self, why: str) -> None:
        super().__init__(f"{why} Send an id token or an API key in the Authorization header.", "token_invalid")


class TokenExpired(Unauthorized):
    """It was good before."""

    def __init__(self, is_key: bool) -> None:
        told = "The API key has expired. Make a new one." if is_key else "The token has expired. Get a new one."
        super().__init__(told, "token_expired")


class Forbidden(RequestError):
    """The request carries no valid proof of what it may do."""

    status = 403

    def __init__(self, message: str) -> None:
        super().__init__("forbidden", message)


class TooLarge(RequestError):
    """The upload is above a limit."""

    status = 413


class DailyLimitReached(RequestError):
    """An owner has had what may be had in a day."""

    status = 429

    def __init__(self, message: str) -> None:
        super().__init__(DAILY_LIMIT_REACHED, message)


class RateLimited(RequestError):
    """An API key is used too often."""

    status = 429

    def __init__(self, message: str) -> None:
        super().__init__("rate_limited", message)


class Conflict(RequestError):
    """The video's status does not allow this; nothing was changed."""

    status = 409


class KeyReused(RequestError):
    """An idempotency key that named another request before."""

    status = 422

    def __init__(self) -> None:
        super().__init__(
            "idempotency_key_reused",
            "This Idempotency-Key named another request in the last 24 h. Use a key of its own for each video.",
        )


class PreconditionFailed(RequestError):
    """The caller has seen an older state of what is to be changed."""

    status = 412

    def __init__(self) -> None:
        super().__init__(
            "precondition_failed",
            "The video was changed since you read it. Read it again, and send its new ETag in If-Match.",
        )


class Unavailable(RequestError):
    """Something that the request needs does not answer now; nothing was changed."""

    status = 503


class VersionConflict(VodError):
    """Somebody else changed the record since it was read; read again and retry."""

    def __init__(self, video_id: str) -> None:
        super().__init__("version_conflict", f"Video {video_id} was changed in the meantime. Read it again and retry.")


class SourceRefused(VodError):
    """The source cannot become a video; trying again cannot help."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(code, REFUSALS[code] + (f" ({detail})" if detail else ""))
        self.detail = detail


class Unfetchable(VodError):
    """A file cannot be imported; trying again cannot help."""


class VerificationFailed(VodError):
    """The encoded output is not what the plan asked for."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(
            code, f"The encoded video failed its check and was not published: {detail}. The source is kept."
        )


class PlanGone(VodError):
    """What a rendition was made by is no longer kept."""

    def __init__(self) -> None:
        super().__init__("plan_gone", "The plan of this video is kept for only 90 days. Upload the video again.")


class SourceTooLargeForTask(VodError):
    """No task of Fargate has a disk for what it would have to copy of the source."""

    def __init__(self) -> None:
        super().__init__(
            "source_too_large_for_task",
            "The file is larger than the largest disk of an encoder task (200 GiB). Upload a smaller export, or ask the "
            "operator to set SourcesOn=efs and retry.",
        )


class EncodeInterrupted(VodError):
    """The encoder was told to stop; what is finished is kept and a retry continues from there."""

    def __init__(self, detail: str) -> None:
        super().__init__("interrupted", f"Encoding was interrupted and can be resumed: {detail}.")


class Superseded(EncodeInterrupted):
    """Another encoder has taken this one's chunk over."""

    def __init__(self) -> None:
        super().__init__("another encoder has taken the chunk over")


class Unwanted(VodError):
    """The run is over, or whoever asks is not one of its tasks: there is nothing to do."""

    def __init__(self) -> None:
        super().__init__("unwanted", "This run of the video is not wanted any more.")


class SandboxUnavailable(VodError):
    """The kernel offers no way to confine a child; nothing was read."""

    def __init__(self, detail: str) -> None:
        super().__init__(
            "sandbox_unavailable",
            f"There is no sandbox for untrusted files here ({detail}), so the file was not read. Use a kernel with seccomp "
            "filters or Landlock 4, or accept the risk with ALLOW_UNCONFINED=true.",
        )
        self.detail = detail


class PieceDoubtful(VodError):
    """A function did not make of its chunk what was planned: a task encodes it again."""

    def __init__(self, why: str) -> None:
        super().__init__("piece_doubtful", f"The function did not encode its chunk as planned ({why}).")


class AlreadyStored(VodError):
    """An object that may be stored once is there: by an earlier try of the same piece, or by its task."""

    def __init__(self, key: str) -> None:
        super().__init__("already_stored", f"{key} is stored already.")


class AddressRefused(VodError):
    """S3 takes a presigned address no longer; the state machine knows this name and has another one signed."""

    def __init__(self, why: str) -> None:
        super().__init__("address_refused", f"S3 refused the presigned URL of the source ({why}). Sign a new one.")


ENCODE_FAILED = "encode_failed"
"""A file that looked good and could not be decoded to its end."""
REFUSALS = {
    "empty": "The uploaded file is empty. Upload it again.",
    "size_mismatch": "The uploaded file does not have the declared size. Create the video again and upload the whole file.",
    "not_a_video": "The file is not video or audio in a supported container. Upload MP4, MOV, MKV, WebM, TS, AVI, FLV, WMV, MXF, OGG, MPEG, MP3, AAC, FLAC or WAV.",
    "indirect_source": "The file is a playlist or script that points to other files. Upload the video itself.",
    "no_video_stream": "The file has no video and no sound track. Upload a file with video or sound.",
    "encrypted": "The video is encrypted (DRM). Upload an unprotected copy.",
    "unsupported_codec": "The video or audio codec cannot be decoded. Export the file as H.264, HEVC, VP9, AV1 or ProRes, or as AAC if it is audio only, and upload it again.",
    "corrupt": "The file is damaged and could not be decoded. Export or copy it again, then upload it again.",
    "too_complex": "The file took more computing time or memory than any real video needs. Export it again with common settings.",
    "too_long": "The video is longer than this platform accepts. Cut it into shorter parts.",
    "too_large": "The file is larger than this platform accepts. Upload a smaller export.",
    "too_many_pixels": "The picture is larger than 8192x4320 pixels. Export it at a smaller size.",
    "too_many_streams": "The file has more tracks than this platform accepts. Export it with fewer tracks.",
}
"""Why a source is refused: code -> sentence for the user."""


NOT_IMPORTED = ("import_refused", "import_failed")
"""A file that did not come from its address: there is nothing to encode."""
DAILY_LIMIT_REACHED, APPROVAL_REQUIRED = "daily_limit_reached", "approval_required"
"""A good file that would cost too much: today, or without an admin's approval."""


def may_be_retried(code: str) -> bool:
    """Whether encoding the same file again may help."""
    return code not in REFUSALS and code not in (ENCODE_FAILED, *NOT_IMPORTED)


def is_broken(code: str) -> bool:
    """Whether a failure is the platform's, neither the file's nor a limit's."""
    return may_be_retried(code) and code not in (DAILY_LIMIT_REACHED, APPROVAL_REQUIRED)
