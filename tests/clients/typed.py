"""What a program does with a client that openapi-python-client generates from docs/openapi.json, told on standard
output: `typed.py API TOKEN FILE`, the generated package being `vod_client`."""

import sys
import time
from pathlib import Path
from typing import Any

import httpx
from vod_client.api.deliver import play_video  # type: ignore[import-not-found]
from vod_client.api.library import (  # type: ignore[import-not-found]
    change_video,
    delete_video,
    get_video,
    list_videos,
)
from vod_client.api.upload import complete_upload, create_video, get_upload  # type: ignore[import-not-found]

from vod_client import AuthenticatedClient  # type: ignore[import-not-found]
from vod_client.models import (  # type: ignore[import-not-found]
    ChangeBody,
    Code,
    CompleteBody,
    InParts,
    NewVideoBody,
    PartBody,
    Status,
)


def sent(file: Path, part: Any, size: int) -> Any:
    """Send one part of a file; the part as the API wants it named."""
    with file.open("rb") as opened:
        opened.seek((part.part_number - 1) * size)
        stored = httpx.put(part.url, content=opened.read(size)).raise_for_status()
    return PartBody(part_number=part.part_number, etag=stored.headers["etag"])


def uploaded(client: Any, file: Path) -> str:
    """Upload a file in parts, with a break after the first of them; the video's id."""
    made = create_video.sync(client=client, body=NewVideoBody(filename=file.name, size=file.stat().st_size))
    assert isinstance(made.upload, InParts)
    sent(file, made.upload.parts[0], made.upload.part_size)

    rest = get_upload.sync(made.video.id, client=client).upload
    print("resumed, with parts that arrived:", [part.part_number for part in rest.arrived])
    parts = [PartBody(part_number=part.part_number, etag=part.etag) for part in rest.arrived]
    parts += [sent(file, part, rest.part_size) for part in rest.parts]
    complete_upload.sync(made.video.id, client=client, body=CompleteBody(parts=parts))
    return str(made.video.id)


def watched(client: Any, video_id: str) -> Any:
    """The video once it is ready; what is read of it is typed."""
    until = time.monotonic() + 120
    while (video := get_video.sync(video_id, client=client).video).status != Status.READY:
        assert video.status != Status.FAILED, video.error
        assert time.monotonic() < until, video.status
        time.sleep(0.5)
    playlist = httpx.get(play_video.sync(video_id, client=client).signed.hls).raise_for_status()
    assert playlist.text.startswith("#EXTM3U")
    return video


def main() -> None:
    """All of it with one video, which is gone afterwards."""
    api, token, file = sys.argv[1:]
    with AuthenticatedClient(base_url=api, token=token, raise_on_unexpected_status=True) as client:
        video_id = uploaded(client, Path(file))
        video = watched(client, video_id)
        print("ready:", video.renditions[0].width, "x", video.renditions[0].height, video.created_at.isoformat())
        changed = change_video.sync(video_id, client=client, body=ChangeBody(title="By a program"))
        assert changed.video.title == "By a program"
        assert video_id in [each.id for each in list_videos.sync(client=client, limit=5).videos]
        assert delete_video.sync(video_id, client=client).deletion.removed.source_versions == 1
        gone = get_video.sync_detailed(video_id, client=client)
        assert (gone.status_code, gone.parsed.code) == (404, Code.NOT_FOUND)
        print("deleted")


if __name__ == "__main__":
    main()
