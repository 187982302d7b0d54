"""Probing a source through libav (PyAV): one pinned demuxer, no second file, one decoded picture as proof."""

from collections.abc import Iterator
from fractions import Fraction
from typing import Any, BinaryIO

import av
import av.subtitles.codeccontext  # PyAV loads these on demand, which a sandboxed child cannot
import av.subtitles.stream
import av.subtitles.subtitle
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.sidedata.sidedata import Type as SideDataType
from av.subtitles.stream import SubtitleStream
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from vod.errors import SourceRefused
from vod.media.color import Color, color_of, with_light_level
from vod.media.rate import grid_rate
from vod.source import probe_rules
from vod.source.index import read_index
from vod.source.iso_tables import check_tables
from vod.source.probe import AudioTrack, Limits, Probe, Rate, SubtitleTrack, VideoTrack, check_probe
from vod.source.scan import Scan, SoundScan, scanned

PROOF_PACKETS = 600
"""A picture must come out of the first so many packets."""
_HEADER_BYTES = 1 << 20
_SHORTEST_SECONDS = 0.001

Picture = tuple[int, VideoFrame]
"""The chosen picture track's index and its first picture."""


def read_probe(source: BinaryIO, demuxer: str, size: int, limits: Limits) -> Probe:
    """The probe of a seekable source of `size` bytes; SourceRefused when it cannot become a video."""
    try:
        with _opened(source, demuxer) as container:
            track = _best_video(container, limits)
            picture = (track.index, _first_picture(container, track, limits)) if track else None
            cover = None if track else _cover(container, limits)
        with _opened(source, demuxer) as container:
            scan = scanned(container, picture[0] if picture else None)
            probe = _described(container, picture, scan, demuxer, size).model_copy(update={"cover": cover})
            if probe.video and demuxer == "mov":
                probe = _indexed(probe, probe.video, container, source)
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


def _opened(source: BinaryIO, demuxer: str) -> InputContainer:
    source.seek(0)
    container = av.open(source, mode="r", format=demuxer, options={"protocol_whitelist": "file"})
    for track in (*container.streams.video, *container.streams.audio):
        if track.codec_context is not None:
            track.codec_context.thread_count = 1  # a sealed child can start no thread, and a few pictures need none
    return container


def _best_video(container: InputContainer, limits: Limits) -> VideoStream | None:
    """The largest moving picture; None for a source that has sound only."""
    if len(container.streams) > limits.max_streams:
        raise SourceRefused("too_many_streams", f"{len(container.streams)}, at most {limits.max_streams}")
    moving = [s for s in container.streams.video if not s.disposition & av.stream.Disposition.attached_pic]
    if not moving and not container.streams.audio:
        raise SourceRefused("no_video_stream")
    if not moving:
        return None
    decodable = [stream for stream in moving if stream.codec_context is not None]
    if not decodable:
        raise SourceRefused("unsupported_codec")
    return max(decodable, key=_pixels)


def _pixels(track: VideoStream) -> int:
    return int(track.codec_context.width * track.codec_context.height)


def _cover(container: InputContainer, limits: Limits) -> int | None:
    """The picture that is attached to a source, the front of several; FFmpeg decodes it later, or draws the sound."""
    attached = [s for s in container.streams.video if s.disposition & av.stream.Disposition.attached_pic]
    small = [s for s in attached if s.codec_context is not None and _pixels(s) <= limits.max_pixels]
    front = [s for s in small if s.metadata.get("comment") == "Cover (front)"]
    return next((s.index for s in (*front, *small)), None)


def _first_picture(container: InputContainer, track: VideoStream, limits: Limits) -> VideoFrame:
    if _pixels(track) > limits.max_pixels:
        raise SourceRefused("too_many_pixels", f"{track.codec_context.width}x{track.codec_context.height}")
    # The header may lie: the decoder refuses a larger picture before it takes memory for it.
    track.codec_context.options = {"max_pixels": str(limits.max_pixels)}
    for number, packet in enumerate(container.demux(track)):
        if packet.has_sidedata("encryption_info"):
            raise SourceRefused("encrypted")
        for frame in _decoded(track, packet):
            return frame
        if number > PROOF_PACKETS:
            break
    raise SourceRefused("corrupt")


def _holds_encrypted_track(source: BinaryIO) -> bool:
    """Which is why a file could not even be opened."""
    source.seek(0)
    return probe_rules.holds_encrypted_track(source.read(_HEADER_BYTES))


def _decoded(track: VideoStream, packet: "av.Packet[Any]") -> Iterator[VideoFrame]:
    try:
        yield from track.decode(packet)
    except av.error.InvalidDataError:
        return  # one broken packet; the next may be whole


def _described(container: InputContainer, picture: Picture | None, scan: Scan, demuxer: str, size: int) -> Probe:
    sounds = [track for track in container.streams.audio if _is_heard(scan, track)]
    video, start = None, probe_rules.zero_of_sounds(scan.sounds[track.index].begin for track in sounds)
    if picture:
        stream, frame = next(track for track in container.streams.video if track.index == picture[0]), picture[1]
        start = probe_rules.zero(_shown_at(frame, stream), _begin(sounds[0]) if sounds else None)
        video = _video(stream, frame, scan, start)
    return Probe(
        container=demuxer,
        size=size,
        start=float(start),
        duration=max(float(scan.end - start), video.end if video else _SHORTEST_SECONDS),
        video=video,
        audio=tuple(_audio(track, scan.sounds[track.index], start) for track in sounds),
        subtitles=tuple(_subtitle(track, demuxer) for track in container.streams.subtitles),
        warnings=tuple(_left_out(container, scan)),
    )


def _video(stream: VideoStream, picture: VideoFrame, scan: Scan, start: Fraction) -> VideoTrack:
    times = sorted(scan.times)
    rate = grid_rate(times, _exact(stream.average_rate) if stream.average_rate else None)
    step = Fraction(1) / rate
    turn = probe_rules.quarter_turn(picture.rotation)
    shape = _exact(stream.sample_aspect_ratio) if stream.sample_aspect_ratio else Fraction(1)
    width, height = probe_rules.on_screen(picture.width, picture.height, shape, turn)
    return VideoTrack(
        index=stream.index,
        codec=stream.codec_context.name,
        width=width,
        height=height,
        rotation=turn,
        pixel_format=picture.format.name,
        interlaced=bool(picture.interlaced_frame),
        color=_color(picture),
        rate=Rate.of(rate),
        frames=len(times) if scan.complete else stream.frames or None,
        end=float(probe_rules.picture_end(times[-1] if times else None, step, scan.video_end, start)),
    )


def _indexed(probe: Probe, video: VideoTrack, container: InputContainer, source: BinaryIO) -> Probe:
    track = next(track for track in container.streams.video if track.index == video.index)
    start = Fraction(probe.start).limit_denominator(10**6)
    index = read_index(source, probe.size, track, start, video.end)
    return probe.model_copy(update={"index": index})


def _why_silent(container: InputContainer, source: BinaryIO) -> str:
    """Why no sound came out of a source without picture."""
    if _holds_encrypted_track(source):
        return "encrypted"
    return "corrupt" if any(track.codec_context for track in container.streams.audio) else "unsupported_codec"


def _color(picture: VideoFrame) -> Color:
    told = picture.colorspace, picture.color_primaries, picture.color_trc, picture.color_range
    found = color_of(*told, picture.format.name, picture.width, picture.height)
    light = picture.side_data.get(SideDataType.CONTENT_LIGHT_LEVEL)
    found = with_light_level(found, bytes(light) if light else None)
    if not found.is_convertible:
        raise SourceRefused("unsupported_codec", "Dolby Vision profile 5")
    return found


def _exact(number: Any) -> Fraction:
    return Fraction(number.numerator, number.denominator)


def _shown_at(picture: VideoFrame, stream: VideoStream) -> Fraction | None:
    """When the first picture that could be decoded is shown; AVI's own start time counts from a delayed one."""
    if picture.pts is None or picture.time_base is None:
        return _begin(stream)
    return Fraction(picture.pts) * _exact(picture.time_base)


def _begin(track: VideoStream | AudioStream) -> Fraction | None:
    if track.start_time is None or track.time_base is None:
        return None
    return Fraction(track.start_time) * _exact(track.time_base)


def _subtitle(track: SubtitleStream, demuxer: str) -> SubtitleTrack:
    """PyAV knows no teletext: what it cannot name in a transport stream is that."""
    context = track.codec_context
    unknown = "dvb_teletext" if demuxer == "mpegts" else "unknown"
    marks = av.stream.Disposition
    return SubtitleTrack(
        index=track.index,
        codec=context.name if context is not None else unknown,
        language=track.language,
        title=track.metadata.get("title"),
        is_forced=bool(track.disposition & marks.forced),
        is_hearing_impaired=bool(track.disposition & marks.hearing_impaired),
    )


def _is_heard(scan: Scan, track: AudioStream) -> bool:
    sound = scan.sounds[track.index]
    return probe_rules.is_heard(sound.is_heard, scan.complete, sound.packets, sound.channels)


def _left_out(container: InputContainer, scan: Scan) -> Iterator[str]:
    for number, track in enumerate(container.streams.audio, start=1):
        sound = scan.sounds[track.index]
        if not _is_heard(scan, track):
            yield probe_rules.sound_left_out(number, sound.codec, sound.packets)
    if scan.broken:
        yield "The source can be read only in part; what follows the first fault was left out."


def _audio(track: AudioStream, sound: SoundScan, start: Fraction) -> AudioTrack:
    return AudioTrack(
        index=track.index,
        codec=sound.codec,
        channels=sound.channels,
        sample_rate=sound.sample_rate,
        language=track.language,
        title=track.metadata.get("title"),
        is_default=bool(track.disposition & av.stream.Disposition.default),
        begin=None if sound.begin is None else float(sound.begin - start),
        end=None if sound.end is None else float(sound.end - start),
    )
