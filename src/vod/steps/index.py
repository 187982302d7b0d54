"""Index: a video is listed by what it has before its record says so, and by nothing else afterwards.

So whoever dies on the way leaves it listed by too much, never by too little; a search looks at the record as well.
"""

from collections.abc import Callable
from dataclasses import dataclass

from vod.ports.finding import Finding, Ref
from vod.ports.services import Marks, Videos
from vod.record import terms
from vod.record.video import Video

_MARK = "indexed"
_PAGE = 100


def add(finding: Finding, video: Video) -> None:
    """List a video by what its record is about to say; all of it, since a try before this may have died."""
    finding.add(video.owner, _ref(video), terms.of(video))


def settle(finding: Finding, videos: Videos, video_id: str) -> None:
    """List a video by nothing but what its record says now; by all of it, where that changes meanwhile."""
    if not (video := videos.get(video_id)):
        return
    finding.remove(video.owner, _ref(video), finding.terms(video_id) - terms.of(video))
    again = videos.get(video_id)
    if again and terms.of(again) != terms.of(video):
        add(finding, again)


def remove(finding: Finding, video: Video) -> None:
    """List it no more."""
    finding.remove(video.owner, _ref(video), finding.terms(video.id))


@dataclass(frozen=True, slots=True)
class CatchingUp:
    """Lists the videos of releases that had no index, or another one."""

    videos: Videos
    finding: Finding
    marks: Marks

    def go_on(self, is_over: Callable[[], bool]) -> int:
        """Go on where the pass before stopped, until time is over; how many videos were looked at.

        The mark says of which version of the index all videos are, or how far a pass over them is.
        """
        version, _, cursor = self.marks.get(_MARK).partition(" ")
        if version == terms.VERSION and not cursor:
            return 0
        place, count = cursor if version == terms.VERSION else None, 0
        while not is_over():
            page = self.videos.page(None, None, _PAGE, place)
            for video in page.videos:  # as the index has it, which may be a moment old
                if fresh := self.videos.get(video.id):
                    add(self.finding, fresh)
                    settle(self.finding, self.videos, fresh.id)
            count += len(page.videos)
            place = page.cursor
            self.marks.put(_MARK, f"{terms.VERSION} {place}" if place else terms.VERSION)
            if not place:
                break
        return count


def _ref(video: Video) -> Ref:
    return Ref(video.created_at, video.id)
