"""A source as its probe, from what libav and its packets told."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

import av
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.sidedata.sidedata import Type as SideDataType
from av.subtitles.stream import SubtitleStream
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from vod.errors import SourceRefused
from vod.media.color import Color, color_of, with_light_level
from vod.media.rate import FILM_RATE, VIDEO_RATE, grid_rate
from vod.media.text import on_one_line
from vod.source import probe_rules
from vod.source.dump import Crop, Dump, Programme
from vod.source.looks import Look, span
from vod.source.probe import AudioTrack, Joint, Probe, Rate, Shape, SubtitleTrack, VideoTrack
from vod.source.scan import Scan, header_end
from vod.source.sound_scan import SoundScan
from vod.source.source_clock import DISCONTINUOUS, MOST_PARTS, exact, steady
from vod.source.track_choice import sound_role

_SHORTEST_SECONDS = 0.001
_SAYS_ITS_LENGTH = ("mov", "matroska", "asf", "flac")
"""Containers of which libav tells the header's length, and no estimate by size but for Matroska without one."""


@dataclass(frozen=True, slots=True)
class Read:
    """A source that was read: the opened container, its demuxer and size, what its packets and libav told, its picture
    track and some of its pictures in order of time; without picture None and none. `is_telecined`: a film as video;
    `has_length`: its header says how long it is."""

    container: InputContainer
    demuxer: str
    size: int
    scan: Scan
    known: Dump
    track: VideoStream | None
    looks: Sequence[Look]
    is_telecined: bool = False
    has_length: bool = True

    def has(self, track: int) -> bool:
        """Whether a track belongs to the programme of the picture; outside a transport stream every track does."""
        return self.programme is None or track in self.programme.tracks

    @property
    def programme(self) -> Programme | None:
        """The picture's programme, where there are any."""
        return self.known.of(self.track.index) if self.track else None

    @property
    def sounds(self) -> list[AudioStream]:
        """The sound tracks that can be heard."""
        return [track for track in self.container.streams.audio if self.has(track.index) and self.is_heard(track)]

    def is_heard(self, track: AudioStream) -> bool:
        """Whether there is sound in a track."""
        sound = self.scan.sounds[track.index]
        return probe_rules.is_heard(sound.is_heard, self.scan.complete, sound.packets, sound.channels)


def described(read: Read) -> Probe:
    """The probe; SourceRefused for pictures that cannot be converted."""
    sounds, scans = read.sounds, read.scan.sounds
    video, start = None, probe_rules.zero_of_sounds(scans[track.index].begin for track in sounds)
    if read.track:
        start = probe_rules.zero(_shown_at(read.looks[0].picture, read.track), _begin(sounds[0]) if sounds else None)
        video = _video(read, read.track, start)
    texts = _texts(read)
    used = {track.index for track in (*([read.track] if read.track else []), *sounds, *texts)}
    ends = [end for track in sounds if (end := scans[track.index].end) is not None]
    last = max([*ends, read.scan.told], default=Fraction(0)) - start
    seconds = max(float(last), video.length if video else _SHORTEST_SECONDS)
    return Probe(
        container=read.demuxer,
        size=read.size,
        start=float(start),
        duration=seconds,
        video=video,
        audio=tuple(_audio(track, scans[track.index], start) for track in sounds),
        subtitles=tuple(_subtitle(track, read.demuxer) for track in texts),
        joints=tuple(
            Joint(track=track, packet=packet, shift=float(shift))
            for track, joints in read.scan.clock.joints.items()
            for packet, shift in joints
            if track in used
        ),
        warnings=(*_left_out(read), *_cut_short(read, float(start) + seconds)),
    )


def _texts(read: Read) -> list[SubtitleStream]:
    return [track for track in read.container.streams.subtitles if read.has(track.index)]


def _video(read: Read, stream: VideoStream, start: Fraction) -> VideoTrack:
    picture = read.looks[0].picture
    seen = read.scan.pictures[stream.index]
    times = sorted(seen.times)
    rate = grid_rate(times, exact(stream.average_rate) if stream.average_rate else None)
    is_telecined = read.is_telecined and rate == VIDEO_RATE and not read.scan.clock.joints
    rate = FILM_RATE if is_telecined else rate
    step = Fraction(1) / rate
    turn = probe_rules.quarter_turn(picture.rotation)
    crop = read.known.crops.get(stream.index, Crop())
    shown = [probe_rules.on_screen(*kept, turn) for kept in _kept(stream, read.looks, crop)]
    width, height = max(shown, key=lambda size: size[0] * size[1])
    scans = {bool(each.picture.interlaced_frame) for each in read.looks}
    end = probe_rules.picture_end(times[-1] if times else None, step, seen.end, start)
    is_plain = read.scan.complete and not read.scan.clock.joints
    until = probe_rules.stands_until(times, header_end(read.container)) - start if is_plain and read.has_length else end
    decoder = probe_rules.decoder_of_alpha(stream.codec_context.name, stream.metadata.get("alpha_mode"))
    color = _color(picture)
    return VideoTrack(
        index=stream.index,
        codec=stream.codec_context.name,
        width=width,
        height=height,
        rotation=turn,
        pixel_format=picture.format.name,
        interlaced=True in scans,
        progressive_parts=len(scans) > 1,
        telecined=is_telecined,
        ends_with_pause=read.scan.complete and len(times) > 1 and times[-1] - times[-2] > 2 * step,
        shapes=_shapes(read, start, turn) if len(set(shown)) > 1 and not read.scan.clock.joints else (),
        color=color.model_copy(update={"alpha": color.alpha or decoder is not None}),
        decoder=decoder,
        rate=Rate.of(rate),
        frames=len(times) if read.scan.complete else stream.frames or None,
        end=float(end),
        until=float(max(until, end)),
        pre_roll=probe_rules.pre_roll(seen.delay, step, read.scan.complete),
        partial_keyframes=seen.partial,
    )


def _kept(stream: VideoStream, looks: Sequence[Look], crop: Crop) -> Iterator[tuple[int, int, Fraction]]:
    """Width, height and pixels' shape of each picture, cropped. What the container says of the shape counts for
    pictures like the first; others say their own."""
    told = exact(stream.sample_aspect_ratio) if stream.sample_aspect_ratio else Fraction(1)
    for look in looks:
        width, height, shape = look.size
        yield probe_rules.cropped(width, height, crop, told if look.size == looks[0].size else shape)


def _shapes(read: Read, start: Fraction, turn: int) -> tuple[Shape, ...]:
    """The pixels' shapes one after another, those of a picture that is turned as they are shown."""
    shapes: list[Shape] = []
    for look in read.looks:
        ratio = look.size[2] if turn in (0, 180) else 1 / look.size[2]
        if not shapes or Fraction(shapes[-1].num, shapes[-1].den) != ratio:
            shapes.append(Shape(begin=float(look.time - start), num=ratio.numerator, den=ratio.denominator))
    return tuple(shapes)


def _color(picture: VideoFrame) -> Color:
    told = picture.colorspace, picture.color_primaries, picture.color_trc, picture.color_range
    found = color_of(*told, picture.format.name, picture.width, picture.height)
    light = picture.side_data.get(SideDataType.CONTENT_LIGHT_LEVEL)
    found = with_light_level(found, bytes(light) if light else None)
    if not found.is_convertible:
        raise SourceRefused("unsupported_codec", "Dolby Vision profile 5")
    return found


def _shown_at(picture: VideoFrame, stream: VideoStream) -> Fraction | None:
    """When the first picture that could be decoded is shown; AVI's own start time counts from a delayed one."""
    if picture.pts is None or picture.time_base is None:
        return _begin(stream)
    return Fraction(picture.pts) * exact(picture.time_base)


def _begin(track: VideoStream | AudioStream) -> Fraction | None:
    if track.start_time is None or track.time_base is None:
        return None
    return Fraction(track.start_time) * exact(track.time_base)


def _marks(track: AudioStream) -> frozenset[str]:
    return frozenset(mark.name for mark in av.stream.Disposition if mark.name and track.disposition & mark)


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


def _audio(track: AudioStream, sound: SoundScan, start: Fraction) -> AudioTrack:
    title = track.metadata.get("title")
    return AudioTrack(
        index=track.index,
        codec=sound.codec,
        channels=sound.channels,
        sample_rate=sound.sample_rate,
        language=track.language,
        title=title,
        is_default=bool(track.disposition & av.stream.Disposition.default),
        role=sound_role(_marks(track), title),
        begin=None if sound.begin is None else float(sound.begin - start),
        end=None if sound.end is None else float(sound.end - start),
        drift=sound.drift,
        is_discrete=sound.is_discrete,
    )


def _left_out(read: Read) -> Iterator[str]:
    """What a viewer will miss, in sentences."""
    for number, track in enumerate(read.container.streams.audio, start=1):
        sound = read.scan.sounds[track.index]
        if read.has(track.index) and not read.is_heard(track):
            yield probe_rules.sound_left_out(number, sound.codec, sound.packets)
        elif read.has(track.index) and sound.is_discrete:
            yield f"Sound track {number} has {sound.channels} channels of unknown purpose; the first two were taken."
        elif read.has(track.index) and sound.is_unnamed and read.demuxer == "mxf":
            yield f"Sound track {number} has {sound.channels} channels without names, taken for surround sound."
    if read.scan.clock.joints and len({look.size for look in read.looks}) > 1:
        yield "The pictures change their size or shape on the way; some may look stretched."
    yield from _other_programmes(read)
    yield from _other_pictures(read)
    if closed := read.scan.clock.closed:
        yield f"Gaps of {sum(closed):.0f} s in all, in which the source has neither picture nor sound, were closed."
    if any(len(parts) >= MOST_PARTS - 1 for parts in read.scan.clock.joints.values()):
        yield f"The clock of the source starts again {MOST_PARTS} times or more; the end may be out of sync."
    if read.scan.broken:
        yield "The source can be read only in part; what follows the first fault was left out."
    elif read.demuxer in DISCONTINUOUS and read.scan.complete:
        yield from probe_rules.unused_end(read.scan.used, read.size)


def _cut_short(read: Read, end: float) -> Iterator[str]:
    """The warning about a source that ends (s) before its header says: a copy or a recording that was broken off."""
    begin, length = span(read.container)
    if not (read.has_length and length) or read.demuxer not in _SAYS_ITS_LENGTH or not read.scan.complete:
        return
    if read.track and not read.sounds and len(read.scan.pictures[read.track.index].times) == 1:
        return  # a single picture has no length of its own
    texts = (shown[1] for stamps in read.scan.texts.values() for shown in steady(stamps, ()))
    pictures, sounds = read.scan.pictures.values(), read.scan.sounds.values()
    seen = (*(each.end for each in pictures), *(each.end for each in sounds if each.end is not None))
    yield from probe_rules.cut_short(float(begin), float(length), max([end, *map(float, (*texts, *seen))]))


def _other_programmes(read: Read) -> Iterator[str]:
    for programme in read.known.programmes:
        if read.programme and programme is not read.programme and programme.tracks:
            name = on_one_line(programme.name) or f"number {programme.number}"
            yield f"The source has several programmes; {name} was left out."


def _other_pictures(read: Read) -> Iterator[str]:
    """Tracks with moving pictures beside the film's."""
    for number, track in enumerate(read.container.streams.video, start=1):
        seen = read.scan.pictures[track.index]
        if track is not read.track and read.has(track.index) and len(seen.times) > 1:
            yield f"Picture track {number} was left out: {float(seen.end - min(seen.times)):.0f} s of pictures."
