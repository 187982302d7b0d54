"""Captions: the subtitles of a ready video are listed, added, replaced, changed and removed, while it is watched.

What is stored under a name never changes: new text is a track of a new name, to which the manifests lead at once. The
old one stays for a day, since somebody may be watching.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from vod import clock, keys
from vod.access import delivery
from vod.access.caller import Caller
from vod.access.delivery import Delivery
from vod.encoder import wvtt
from vod.encoder.report import TrackReport
from vod.errors import Conflict, InvalidRequest, NotFound, TooLarge
from vod.frozen import Document
from vod.manifest import captions, subtitles
from vod.media import charset, webvtt
from vod.media.language import bcp47, language_name
from vod.media.text import quoted
from vod.parallel import in_order
from vod.plan.subtitles import MOST_TRACKS, SubtitleRendition, sanitised, tidied, vtt_name
from vod.ports.buckets import Output, Stored
from vod.ports.services import Videos
from vod.record.remakes import MOST_REPLACED
from vod.record.status import Status
from vod.record.video import Replaced, Video
from vod.steps import kept_captions
from vod.steps.amend import amend

_TRIES = 5
_SUFFIXES = {"subtitles": "", "captions": " (SDH)", "forced": " (forced)"}
_ORIGINS = {"s": "source", "c": "uploaded"}
"""By the first letter of a track's name."""
Renditions = tuple[SubtitleRendition, ...]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is said of a track; None leaves it as it is. `kind` is `subtitles`, `captions` (for the deaf), `forced`."""

    language: str | None = None
    label: str | None = None
    kind: str | None = None
    is_default: bool | None = None
    shift_seconds: float = 0

    def applied(self, known: SubtitleRendition) -> SubtitleRendition:
        """The track as it should be; InvalidRequest for a language that is none."""
        said = {
            "language": None if self.language is None else _tag(self.language),
            "label": None if self.label is None else _visible(self.label),
            "is_forced": None if self.kind is None else self.kind == "forced",
            "is_hearing_impaired": None if self.kind is None else self.kind == "captions",
            "is_default": self.is_default,
        }
        return known.model_copy(update={name: value for name, value in said.items() if value is not None})


@dataclass(frozen=True, slots=True)
class Captioning:
    """Everything the step needs."""

    videos: Videos
    output: Output
    delivery: Callable[[], Delivery]
    now: Callable[[], datetime] = clock.now

    def list(self, caller: Caller, video_id: str) -> list[Document]:
        """The subtitles of a ready video, in the order of players' menus."""
        video = self._ready(caller, video_id)
        return [self._shown(video, each) for each in captions.listed(self._manifest(video, keys.HLS_NAME))]

    def add(self, caller: Caller, video_id: str, raw: bytes, wanted: Wanted) -> Document:
        """A new track of a WebVTT or SubRip file, in whatever character set."""
        video = self._changeable(caller, video_id)
        blank = SubtitleRendition(name="", source_index=-1, codec="webvtt", label="")
        said = wanted.applied(blank)
        new = f"c{secrets.token_hex(4)}"
        made = self._stored(video, said, new, _text(raw, said.language, video))

        def added(known: Renditions) -> Renditions:
            if len(known) >= MOST_TRACKS:
                raise Conflict("too_many_captions", f"A video has at most {MOST_TRACKS} subtitle tracks. Remove one.")
            named = said.model_copy(update={"name": made.name, "label": _free(_label(said, wanted), known)})
            return (*(_not_default(each) if wanted.is_default else each for each in known), named)

        return self._changed(video, new, added, made)

    def replace(self, caller: Caller, video_id: str, caption_id: str, raw: bytes) -> Document:
        """Another file in the place of a track's."""
        video = self._changeable(caller, video_id)
        known = self._found(video, caption_id)
        made = self._stored(video, known, caption_id, _text(raw, known.language, video))
        return self._changed(video, caption_id, lambda all_: _put(all_, caption_id, made.name, Wanted()), made)

    def change(self, caller: Caller, video_id: str, caption_id: str, wanted: Wanted) -> Document:
        """Say something else of a track, or show it earlier or later."""
        video = self._changeable(caller, video_id)
        if not wanted.shift_seconds:
            return self._changed(video, caption_id, lambda all_: _put(all_, caption_id, None, wanted))
        known = self._found(video, caption_id)
        made = self._stored(video, known, caption_id, self._shifted(video, known, wanted.shift_seconds))

        def moved(all_: Renditions) -> Renditions:
            if _of_id(all_, caption_id).name != known.name:
                raise Conflict("busy", "Another file was put in its place meanwhile. Try again.")
            return _put(all_, caption_id, made.name, wanted)

        return self._changed(video, caption_id, moved, made)

    def remove(self, caller: Caller, video_id: str, caption_id: str) -> None:
        """Remove a track; fine when there is none."""
        video = self._changeable(caller, video_id)
        self._rewrite(video, lambda all_: tuple(each for each in all_ if _id(each) != caption_id))

    def _ready(self, caller: Caller, video_id: str) -> Video:
        video = caller.allowed(self.videos.get(video_id))
        if video.status is not Status.READY or video.run is None:
            raise Conflict("wrong_status", f"Only a ready video has subtitles to change: this one is {video.status}.")
        return video

    def _changeable(self, caller: Caller, video_id: str) -> Video:
        video = self._ready(caller, video_id)
        if len(video.replaced) >= MOST_REPLACED:
            raise Conflict("busy", "Its tracks were changed too often lately. What they left goes within a day.")
        return video

    def _found(self, video: Video, caption_id: str) -> SubtitleRendition:
        return _of_id(captions.listed(self._manifest(video, keys.HLS_NAME)), caption_id)

    def _shifted(self, video: Video, known: SubtitleRendition, seconds: float) -> str:
        cues = webvtt.parse(self._manifest(video, vtt_name(known.name)))
        moved = [replace(cue, start=cue.start + seconds, end=cue.end + seconds) for cue in cues]
        inside = tidied(moved, _length(video))
        if not inside:
            raise InvalidRequest("shiftSeconds", "leaves no text inside the video")
        return webvtt.written(inside)

    def _stored(self, video: Video, known: SubtitleRendition, caption_id: str, text: str) -> TrackReport:
        """Store a new text of a track under a name that nothing else has, and no manifest yet."""
        made = known.model_copy(update={"name": f"{caption_id}_{secrets.token_hex(3)}"})
        seconds = _length(video)
        track, files = wvtt.packaged(made.name, webvtt.parse(text), seconds)
        files |= {vtt_name(made.name): text.encode()}
        files |= {keys.playlist_name(made.name): subtitles.hls_playlist(made, seconds).encode()}
        # A day-long video's text has hundreds of segments.
        for _ in in_order(lambda each: self.output.put(self._key(video, each[0]), each[1]), files.items()):
            pass
        return track

    def _changed(
        self,
        video: Video,
        caption_id: str,
        change: Callable[[Renditions], Renditions],
        made: TrackReport | None = None,
    ) -> Document:
        return self._shown(video, _of_id(self._rewrite(video, change, made), caption_id))

    def _rewrite(
        self, video: Video, change: Callable[[Renditions], Renditions], made: TrackReport | None = None
    ) -> Renditions:
        """Have both manifests list what `change` makes of what is listed, of which `made` is new.

        HLS, which is the record of it, is stored last.
        """
        for _ in range(_TRIES):
            tags = {name: self.output.stored(self._key(video, name)) for name in (keys.DASH_NAME, keys.HLS_NAME)}
            hls, mpd = self._manifest(video, keys.HLS_NAME), self._manifest(video, keys.DASH_NAME)
            before = captions.listed(hls)
            after = change(before)
            missing = {each.name for each in after} - captions.in_dash(mpd)
            tracks = {name: self._track(video, name, made) for name in missing}
            texts = {keys.DASH_NAME: captions.in_mpd(mpd, after, tracks), keys.HLS_NAME: captions.in_hls(hls, after)}
            if all(self._replaced(video, name, text, tags[name]) for name, text in texts.items()):
                self._note(video, {each.name for each in before} - {each.name for each in after})
                return after
        raise Conflict("busy", "The manifests are being changed by somebody else. Try again in a moment.")

    def _track(self, video: Video, name: str, made: TrackReport | None) -> TrackReport:
        if made and made.name == name:
            return made
        return kept_captions.track(self.output, self._key(video, ""), name, _length(video))

    def _replaced(self, video: Video, name: str, text: str, stored: Stored | None) -> bool:
        return self.output.replace(self._key(video, name), text.encode(), stored.tag if stored else None)

    def _note(self, video: Video, gone: set[str]) -> None:
        now = clock.stamp(self.now())
        left = tuple(Replaced(name, now) for name in sorted(gone))
        amend(self.videos, video, lambda fresh: replace(fresh, replaced=(*fresh.replaced, *left), updated_at=now))

    def _manifest(self, video: Video, name: str) -> str:
        try:
            return self.output.get(self._key(video, name)).decode()
        except KeyError as missing:  # the video is being deleted
            raise NotFound from missing

    def _key(self, video: Video, name: str) -> str:
        return keys.run_prefix(video.id, str(video.run)) + name

    def _shown(self, video: Video, found: SubtitleRendition) -> Document:
        until = delivery.signed_until(self.now())
        return {
            "id": _id(found),
            "language": found.language,
            "label": found.label,
            "kind": "forced" if found.is_forced else "captions" if found.is_hearing_impaired else "subtitles",
            "isDefault": found.is_default,
            "origin": _ORIGINS.get(found.name[0], "uploaded"),
            "url": self.delivery().file(self._key(video, vtt_name(found.name)), until),
        }


def _length(video: Video) -> float:
    return video.duration or 0


def _id(found: SubtitleRendition) -> str:
    """The same for all texts that a track had."""
    return keys.rendition_of(found.name)


def _of_id(known: Renditions, caption_id: str) -> SubtitleRendition:
    if found := next((each for each in known if _id(each) == caption_id), None):
        return found
    raise NotFound("subtitle track", "List them with GET /videos/{id}/captions.")


def _put(known: Renditions, caption_id: str, name: str | None, wanted: Wanted) -> Renditions:
    """The track of an id under another name, if one is given, with what is said of it; one alone is on by itself."""
    _of_id(known, caption_id)
    others = [each.label for each in known if _id(each) != caption_id]

    def put(each: SubtitleRendition) -> SubtitleRendition:
        if _id(each) != caption_id:
            return _not_default(each) if wanted.is_default else each
        changed = wanted.applied(each).model_copy(update={"name": name or each.name})
        if wanted.label is not None and changed.label in others:
            raise InvalidRequest("label", "is that of another track")
        return changed

    return tuple(map(put, known))


def _not_default(each: SubtitleRendition) -> SubtitleRendition:
    return each.model_copy(update={"is_default": False})


def _label(made: SubtitleRendition, wanted: Wanted) -> str:
    if wanted.label:
        return made.label
    name = language_name(made.language) if made.language else "Subtitles"
    return name + _SUFFIXES[wanted.kind or "subtitles"]


def _free(label: str, known: Renditions) -> str:
    """The label, with a number where there is one already: players' menus have each once."""
    taken = {each.label for each in known}
    numbered = (f"{label} {number}" for number in range(2, MOST_TRACKS + 2))
    return label if label not in taken else next(each for each in numbered if each not in taken)


def _visible(label: str) -> str:
    if shown := quoted(label):
        return shown
    raise InvalidRequest("label", "has no letter that a menu can show")


def _tag(language: str) -> str:
    if tag := bcp47(language):
        return tag
    raise InvalidRequest("language", "is no language tag (BCP 47), such as de or pt-BR")


def _text(raw: bytes, language: str | None, video: Video) -> str:
    """A subtitle file as WebVTT for players of a video."""
    if len(raw) > charset.MOST_BYTES:
        raise TooLarge("body_too_large", f"A subtitle file has at most {charset.MOST_BYTES >> 20} MiB.")
    text = charset.repaired(raw, language)
    made = sanitised(text, _length(video)) if text else None
    if made is None:
        raise InvalidRequest("body", "holds no text with times inside the video: send a WebVTT or SubRip file")
    return made
