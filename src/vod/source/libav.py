"""Probing a source through libav (PyAV): one pinned demuxer, no second file, one decoded picture as proof."""

from fractions import Fraction
from typing import BinaryIO

import av
import av.logging
import av.subtitles.codeccontext  # PyAV loads these on demand, which a sandboxed child cannot
import av.subtitles.stream
import av.subtitles.subtitle
from av.container import InputContainer
from av.video.stream import VideoStream

from vod.errors import SourceRefused
from vod.source import dump, probe_rules
from vod.source.decoders import ALLOWED, WHITELIST
from vod.source.description import Read, described
from vod.source.dump import Dump
from vod.source.index import read_index
from vod.source.iso_tables import check_tables
from vod.source.looks import first_look, looks, pixels
from vod.source.matroska_tail import has_duration
from vod.source.probe import Limits, Probe, VideoTrack, check_probe
from vod.source.scan import Scan, can_be_entered, scanned
from vod.source.sniff import ANIMATED, DEMUXER_OPTIONS
from vod.source.telecine import is_telecined, may_be_telecined
from vod.source.track_choice import PictureFacts, film

_HEADER_BYTES = 1 << 20


def read_probe(source: BinaryIO, demuxer: str, size: int, limits: Limits) -> Probe:
    """The probe of a seekable source of `size` bytes; SourceRefused when it cannot become a video."""
    try:
        has_length = demuxer != "matroska" or has_duration(source)
        with _opened(source, demuxer) as container:
            _check_tracks(container, limits)
            known = _dump(container)
            cover = _cover(container, limits)
            scan, index = _scanned(container, source, size, has_length)
        if raw_clock := scan.clock.looks_wrapped:
            with _opened(source, demuxer, raw_clock) as container:
                scan, index = _scanned(container, source, size, has_length)
        with _opened(source, demuxer, raw_clock) as container:
            track = None if index is None else _track(container, index)
            seen = [] if track is None else [first_look(container, track, limits)]
            has_film = False
            if track and can_be_entered(demuxer, size, track):
                seen = looks(container, track, seen[0])
                has_film = may_be_telecined(track, seen) and is_telecined(container, track)
            probe = described(Read(container, demuxer, size, scan, known, track, seen, has_film, has_length))
            probe = probe.model_copy(update={"cover": cover if index is None else None, "raw_clock": raw_clock})
            if probe.video and demuxer == "mov":
                probe = _indexed(probe, probe.video, container, source)
            if demuxer in ANIMATED and probe.picture.frames == 1:
                raise SourceRefused("not_a_video", "a still image")
            if not probe.video and not probe.audio:
                raise SourceRefused(_why_silent(container, source))
    except MemoryError as error:
        raise SourceRefused("too_complex", "memory") from error
    except (av.error.FFmpegError, EOFError, OverflowError) as error:
        code = "encrypted" if _holds_encrypted_track(source) else "corrupt"
        raise SourceRefused(code) from error
    if demuxer == "mov":
        check_tables(source, size)
    check_probe(probe, limits)
    return probe


def _opened(source: BinaryIO, demuxer: str, raw_clock: bool = False) -> InputContainer:
    source.seek(0)
    options = {"protocol_whitelist": "file", "codec_whitelist": WHITELIST, **DEMUXER_OPTIONS.get(demuxer, {})}
    options |= {"correct_ts_overflow": "0"} if raw_clock else {}
    container = av.open(source, mode="r", format=demuxer, options=options)
    for track in (*container.streams.video, *container.streams.audio):
        if track.codec_context is not None:
            track.codec_context.thread_count = 1  # a sealed child can start no thread, and a few pictures need none
    return container


def _dump(container: InputContainer) -> Dump:
    before = av.logging.get_level()
    av.logging.set_level(av.logging.INFO)  # what libav prints is heard only at this level
    try:
        return dump.read(container.dumps_format())
    finally:
        av.logging.set_level(before)


def _check_tracks(container: InputContainer, limits: Limits) -> None:
    """SourceRefused for too many tracks of what can be seen, heard or read, and when there is none of them."""
    tracks = [track for track in container.streams if track.type in ("video", "audio", "subtitle")]
    if len(tracks) > limits.max_streams:
        raise SourceRefused("too_many_streams", f"{len(tracks)}, at most {limits.max_streams}")
    if any(key.startswith("ASF_Protection") for key in container.metadata):
        raise SourceRefused("encrypted")
    moving = [track for track in container.streams.video if not _is_attached(track)]
    if not moving and not container.streams.audio:
        raise SourceRefused("no_video_stream")
    if moving and not any(_is_decodable(track) for track in moving):
        raise SourceRefused("unsupported_codec")


def _scanned(container: InputContainer, source: BinaryIO, size: int, has_length: bool) -> tuple[Scan, int | None]:
    return scanned(container, source, size, has_length, lambda scan: _film(container, scan))


def _film(container: InputContainer, scan: Scan) -> int | None:
    """The picture track to show; None for a source that has sound only."""
    return film([_facts(track, scan) for track in container.streams.video if _is_candidate(track)])


def _is_candidate(track: VideoStream) -> bool:
    return _is_decodable(track) and not _is_attached(track)


def _is_decodable(track: VideoStream) -> bool:
    return track.codec_context is not None and track.codec_context.codec.name in ALLOWED


def _is_attached(track: VideoStream) -> bool:
    return bool(track.disposition & av.stream.Disposition.attached_pic)


def _facts(track: VideoStream, scan: Scan) -> PictureFacts:
    seen = scan.pictures[track.index]
    marks = av.stream.Disposition
    return PictureFacts(
        index=track.index,
        pixels=pixels(track),
        pictures=len(seen.times),
        seconds=seen.end - min(seen.times, default=seen.end),
        is_default=bool(track.disposition & marks.default),
        is_still=bool(track.disposition & (marks.still_image | marks.timed_thumbnails | marks.dependent)),
    )


def _track(container: InputContainer, index: int) -> VideoStream:
    return next(track for track in container.streams.video if track.index == index)


def _cover(container: InputContainer, limits: Limits) -> int | None:
    """The picture that is attached to a source, the front of several; FFmpeg decodes it later, or draws the sound."""
    attached = [s for s in container.streams.video if s.disposition & av.stream.Disposition.attached_pic]
    small = [s for s in attached if _is_decodable(s) and pixels(s) <= limits.max_pixels]
    front = [s for s in small if s.metadata.get("comment") == "Cover (front)"]
    return next((s.index for s in (*front, *small)), None)


def _holds_encrypted_track(source: BinaryIO) -> bool:
    """Which is why a file could not even be opened."""
    source.seek(0)
    return probe_rules.holds_encrypted_track(source.read(_HEADER_BYTES))


def _indexed(probe: Probe, video: VideoTrack, container: InputContainer, source: BinaryIO) -> Probe:
    start = Fraction(probe.start).limit_denominator(10**6)
    track, sounds = _track(container, video.index), container.streams.audio
    index = read_index(source, probe.size, track, sounds, start, video.end)
    return probe.model_copy(update={"index": index})


def _why_silent(container: InputContainer, source: BinaryIO) -> str:
    """Why no sound came out of a source without picture."""
    if _holds_encrypted_track(source):
        return "encrypted"
    return "corrupt" if any(track.codec_context for track in container.streams.audio) else "unsupported_codec"
