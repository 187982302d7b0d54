import pytest

from vod.errors import SourceRefused
from vod.sniff import demuxer_for

TS = (b"\x47" + bytes(187)) * 10


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
        (b"RIFF\x00\x00\x00\x00WAVEfmt ", "no_video_stream"),
        (b"ID3\x03", "no_video_stream"),
    ],
)
def test_what_is_not_a_video_is_refused_with_a_reason(head: bytes, code: str) -> None:
    with pytest.raises(SourceRefused) as refused:
        demuxer_for(head)

    assert refused.value.code == code
    assert refused.value.message
