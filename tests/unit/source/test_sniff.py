import io
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vod.errors import SourceRefused
from vod.source.sniff import demuxer_for, demuxer_of

TS = (b"\x47" + bytes(187)) * 10
MP3 = (b"\xff\xfb\x90\x64" + bytes(413)) * 3  # MPEG-1 layer 3, 128 kbit/s, 44.1 kHz: 417 bytes a frame
ADTS = (b"\xff\xf1\x50\x80\x08\x1f\xfc" + bytes(57)) * 3  # 64 bytes a frame


@pytest.mark.parametrize(
    ("head", "demuxer"),
    [
        (b"\x00\x00\x00\x18ftypmp42" + bytes(16), "mov"),
        (b"\x00\x00\x00\x08wide" + bytes(16), "mov"),
        (b"\x1aE\xdf\xa3" + bytes(20), "matroska"),
        (b"RIFF\x00\x00\x00\x00AVI LIST", "avi"),
        (b"FLV\x01\x05", "flv"),
        (b"OggS" + bytes(20), "ogg"),
        (b"\x00\x00\x01\xba" + bytes(20), "mpeg"),
        (TS, "mpegts"),
        (bytes(100) + TS, "mpegts"),
        ((bytes(4) + b"\x47" + bytes(187)) * 10, "mpegts"),
        (b"RIFF\x00\x00\x00\x00WAVEfmt ", "wav"),
        (b"RF64\xff\xff\xff\xffWAVEds64", "wav"),
        (b"fLaC\x00\x00\x00\x22" + bytes(34), "flac"),
        (MP3, "mp3"),
        (bytes(100) + MP3, "mp3"),
        (ADTS, "aac"),
    ],
)
def test_a_container_is_known_by_its_bytes(head: bytes, demuxer: str) -> None:
    assert demuxer_for(head) == demuxer


@pytest.mark.parametrize(
    ("head", "code"),
    [
        (b"", "empty"),
        (b"#EXTM3U\nhttp://127.0.0.1/x.ts", "indirect_source"),
        (b"\xef\xbb\xbf#EXTM3U\n", "indirect_source"),
        (b"ffconcat version 1.0\nfile /etc/passwd", "indirect_source"),
        (b"v=0\r\no=- 0 0 IN IP4 127.0.0.1", "indirect_source"),
        (b"<?xml version='1.0'?><MPD/>", "indirect_source"),
        (b"\xff\xd8\xff\xe0 a jpeg", "not_a_video"),
        (b"\x89PNG\r\n", "not_a_video"),
        (b"SQLite format 3\x00", "not_a_video"),
        (b"\x00\x00\x00\x1cftypavif" + bytes(16), "not_a_video"),
        (b"fLaC", "not_a_video"),
        (MP3[:417] + bytes(417), "not_a_video"),
        (MP3[:417] + ADTS, "not_a_video"),
        (MP3[:416] + MP3, "not_a_video"),
        (b"\xff\xfb\x90\x64" * 1024, "not_a_video"),
        (ADTS[:64] + bytes(64), "not_a_video"),
        (b"\xff\xfe" + "a text in another alphabet".encode("utf-16-le") * 90, "not_a_video"),
    ],
)
def test_what_is_not_a_video_is_refused_with_a_reason(head: bytes, code: str) -> None:
    with pytest.raises(SourceRefused) as refused:
        demuxer_for(head)

    assert refused.value.code == code
    assert refused.value.message


def tagged(sound: bytes, size: int = 100_000) -> bytes:
    """A file with an ID3v2.4 tag of so many bytes before its sound."""
    length = bytes(size >> shift & 127 for shift in (21, 14, 7, 0))
    return b"ID3\x04\x00\x00" + length + bytes(size) + sound


@pytest.mark.parametrize(("sound", "demuxer"), [(MP3, "mp3"), (ADTS, "aac"), (tagged(MP3, 10), "mp3")])
def test_sound_is_known_behind_its_tag(sound: bytes, demuxer: str) -> None:
    assert demuxer_of(io.BytesIO(tagged(sound))) == demuxer


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (tagged(b"\x00\x00\x00\x18ftypmp42" + bytes(16)), "not_a_video"),
        (tagged(b"#EXTM3U\nhttp://127.0.0.1/x.ts"), "indirect_source"),
        (tagged(b""), "not_a_video"),
        (tagged(MP3[:417]), "not_a_video"),
        (b"ID3", "not_a_video"),
        (b"", "empty"),
    ],
)
def test_a_tag_admits_nothing_but_sound(data: bytes, code: str) -> None:
    with pytest.raises(SourceRefused) as refused:
        demuxer_of(io.BytesIO(data))

    assert refused.value.code == code


@settings(deadline=None)
@given(st.binary(max_size=5000))
def test_no_bytes_break_it(data: bytes) -> None:
    with suppress(SourceRefused):
        demuxer_of(io.BytesIO(data))
