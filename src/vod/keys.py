"""Where things live: object keys, record keys and ids, made and taken apart in one place."""

import hashlib
import re
import secrets

_VIDEO_ID = re.compile(r"[0-9a-f]{20}")
_UPLOAD_KEY = re.compile(r"uploads/([0-9a-f]{20})/source")
_PLAN_KEY = re.compile(r"jobs/([0-9a-f]{20})/([0-9a-f]{12})/plan\.json")
INGEST_PREFIX = "ingest/"


def new_video_id() -> str:
    """A fresh random id: 20 hex digits."""
    return secrets.token_hex(10)


def is_video_id(text: str) -> bool:
    """Whether a text can be a video's id; any other names no video, and nothing is asked with it."""
    return _VIDEO_ID.fullmatch(text) is not None


def ingest_video_id(key: str, version: str) -> str:
    """The id of a video put straight into the bucket: the same for every event of one object version."""
    return hashlib.sha256(f"{key}\n{version}".encode()).hexdigest()[:20]


def run_id(version: str) -> str:
    """The id of a run: derived from the source's object version, so that a duplicate event names the same run."""
    return hashlib.sha256(version.encode()).hexdigest()[:12]


def next_run_id(run: str) -> str:
    """The id of the run after this one: the same for everybody who asks to try again."""
    return run_id(run)


def execution_name(video_id: str, run: str) -> str:
    """The execution's name: Step Functions starts one of a name only once."""
    return f"{video_id}-{run}"


def record_partition(video_id: str) -> str:
    """The partition of the table that holds all of a video's records."""
    return f"VIDEO#{video_id}"


def is_record(partition: str) -> bool:
    """Whether it is such a partition."""
    return partition.startswith("VIDEO#")


def recorded_video_id(partition: str) -> str:
    """The video whose records a partition holds."""
    return partition.removeprefix("VIDEO#")


def execution_run(name: str) -> tuple[str, str]:
    """The video's id and run of an execution, from its name."""
    video_id, _, run = name.partition("-")
    return video_id, run


def progress_partition(video_id: str) -> str:
    """The partition of the table that holds the progress of a video's chunks, all that encoders may write of it."""
    return f"PROGRESS#{video_id}"


def chunk_sort_key(run: str, chunk: int) -> str:
    """The record of one chunk's progress in that partition."""
    return f"CHUNK#{run}#{chunk:05d}"


def chunk_record(partition: str, sort: str) -> tuple[str, str] | None:
    """The video's id and run whose chunk's progress a record is; None for any other record."""
    kind, _, rest = sort.partition("#")
    return (partition.partition("#")[2], rest.split("#")[0]) if kind == "CHUNK" else None


def chunk_number(sort: str) -> int:
    """The number of the chunk whose progress a record of that partition is; ValueError for another record."""
    return int(sort.rsplit("#", 1)[1])


def token_sort_key(run: str) -> str:
    """The record of a run's tokens, with the video's records."""
    return f"TOKEN#{run}"


def source_key(video_id: str) -> str:
    """Where an upload through the API is stored in the source bucket."""
    return f"uploads/{video_id}/source"


def uploaded_video_id(key: str) -> str | None:
    """The video an uploaded object belongs to, None when the key is not an upload's."""
    match = _UPLOAD_KEY.fullmatch(key)
    return match.group(1) if match else None


def video_prefix(video_id: str) -> str:
    """Everything of a video that the CDN serves."""
    return f"videos/{video_id}/"


def jobs_prefix(video_id: str) -> str:
    """Everything of a video that the pipeline keeps for itself."""
    return f"jobs/{video_id}/"


def downloads_prefix(video_id: str) -> str:
    """Files that were made of a video for downloading; they go by themselves after some days."""
    return f"downloads/{video_id}/"


def run_prefix(video_id: str, run: str) -> str:
    """One run's served objects; immutable once published."""
    return f"{video_prefix(video_id)}{run}/"


def plan_key(video_id: str, run: str) -> str:
    """The plan of a run."""
    return f"{jobs_prefix(video_id)}{run}/plan.json"


def planned_run(key: str) -> tuple[str, str] | None:
    """The video's id and run whose plan a key names; None for any other key."""
    match = _PLAN_KEY.fullmatch(key)
    return (match.group(1), match.group(2)) if match else None


def report_key(video_id: str, run: str, chunk: int) -> str:
    """The encoder's report on one chunk."""
    return f"{jobs_prefix(video_id)}{run}/report-{chunk:05d}.json"


def so_far_key(video_id: str, run: str, chunk: int) -> str:
    """What the encoder of one chunk has stored so far."""
    return f"{jobs_prefix(video_id)}{run}/so-far-{chunk:05d}.json"


def init_name(track: str) -> str:
    """A track's init segment, relative to the run."""
    return f"{track}/init.mp4"


def segment_name(track: str, number: int) -> str:
    """A track's segment, relative to the run; numbers start at 0."""
    return f"{track}/{number:05d}.m4s"


def rendition_of(track: str) -> str:
    """The name of the rendition that a track is of: one that was made anew has a track of another name."""
    return track.partition("_")[0]


def remade_track(rendition: str, run: str) -> str:
    """The name of a rendition's track that a run makes anew: what is stored under a name never changes."""
    return f"{rendition}_{run[:6]}"


def playlist_name(track: str) -> str:
    """A track's HLS media playlist, relative to the run."""
    return f"{track}/index.m3u8"


def trick_playlist_name(track: str) -> str:
    """A video track's HLS playlist of keyframes alone, relative to the run."""
    return f"{track}/iframes.m3u8"


HLS_NAME = "index.m3u8"
DASH_NAME = "index.mpd"
POSTER_NAME = "poster.jpg"
VTT_NAME = "storyboard.vtt"
"""The WebVTT thumbnails track, relative to the run."""
