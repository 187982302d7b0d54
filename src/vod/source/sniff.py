"""What a file is, from its first bytes alone: the demuxer to pin, or a refusal. Suffixes count nothing."""

from typing import BinaryIO

from vod.errors import SourceRefused
from vod.source import sound_frames

HEAD_BYTES = 4096
_TS_SYNC = 0x47
_TS_PACKETS = (188, 192, 204)
_ISO_BOXES = {b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide", b"pnot", b"styp", b"moof", b"sidx", b"uuid"}
_STILL_BRANDS = {b"avif", b"avis", b"heic", b"heix", b"mif1", b"msf1"}
_MAGIC = (
    (b"\x1aE\xdf\xa3", "matroska"),
    (b"FLV\x01", "flv"),
    (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", "asf"),
    (b"OggS", "ogg"),
    (b"\x00\x00\x01\xba", "mpeg"),
    (b"\x06\x0e\x2b\x34\x02\x05\x01\x01", "mxf"),
    (b"GIF87a", "gif"),
    (b"GIF89a", "gif"),
    (b"caff\x00\x01", "caf"),
    (b"#!AMR\n", "amr"),
    (b"#!AMR-WB\n", "amr"),
    (b"DKIF\x00\x00", "ivf"),
    (b"\x1f\x07\x00\x3f", "dv"),  # the first block of NTSC and of PAL (IEC 61834-2, 11.4)
    (b"\x1f\x07\x00\xbf", "dv"),
    (b"\x00\x00\x01\xb3", "mpegvideo"),
    (b"fLaC\x00\x00\x00\x22", "flac"),  # the first block is STREAMINFO, 34 bytes (RFC 9639, 8.2)
)
_WEBP_FLAGS = 20
"""The byte of an extended WebP whose bit 1 says that it is animated (RFC 9649, 2.7.1)."""
ANIMATED = ("gif", "apng", "webp_anim")
"""Demuxers of pictures that may be only one."""
_TAGGED = ("mp3", "aac", "flac")
_MOST_TAGS = 4
_INDIRECT = ("#EXTM3U", "ffconcat", "v=0", "<?xml", "<MPD", "<smil", "[playlist]", "[Reference]", "RTSPtext")

DEMUXERS = (
    *("mov", "matroska", "mpegts", "mpeg", "avi", "flv", "asf", "mxf", "ogg", "mp3", "aac", "flac", "wav"),
    *("aiff", "caf", "amr", "dv", "ivf", "mpegvideo", "gif", "apng", "webp_anim"),
)
"""Every demuxer the platform ever opens (FFmpeg names); none of them opens a second file."""

DEMUXER_OPTIONS = {"mpegts": {"scan_all_pmts": "1"}}
"""Set by the probe as FFmpeg's own program sets them, so that both number a source's tracks alike."""


def demuxer_for(head: bytes) -> str:
    """The FFmpeg demuxer for a file that begins with `head` (4096 bytes, ID3 tags cut off before); SourceRefused when
    there is none."""
    if not head:
        raise SourceRefused("empty")
    found = _by_magic(head) or _iso(head) or _riff(head) or _aiff(head) or _apng(head)
    found = found or sound_frames.demuxer_for(head) or _transport_stream(head)
    if found:
        return found
    if _text(head).startswith(_INDIRECT):
        raise SourceRefused("indirect_source")
    raise SourceRefused("not_a_video")


def demuxer_of(source: BinaryIO) -> str:
    """The FFmpeg demuxer for a seekable source; SourceRefused when there is none.

    An ID3 tag, which may hold whole pictures, is skipped where sound follows it.
    """
    at = 0
    for _ in range(_MOST_TAGS):
        source.seek(at)
        head = source.read(HEAD_BYTES)
        length = _tag_bytes(head)
        if not length:
            break
        at += length
    if at and (not head or demuxer_for(head) not in _TAGGED):
        raise SourceRefused("not_a_video", "an ID3 tag with no sound behind it")
    return demuxer_for(head)


def _tag_bytes(head: bytes) -> int:
    """The length of the ID3v2 tag that a file begins with, 0 when there is none (id3.org, ID3v2.4.0, 3.1)."""
    size = head[6:10]
    if head[:3] != b"ID3" or len(size) < 4 or max(size) > 127:
        return 0
    footer = 10 if head[5] & 0x10 else 0
    return 10 + footer + sum(byte << shift for byte, shift in zip(size, (21, 14, 7, 0), strict=True))


def _by_magic(head: bytes) -> str | None:
    return next((name for magic, name in _MAGIC if head.startswith(magic)), None)


def _iso(head: bytes) -> str | None:
    if head[4:8] == b"ftyp" and head[8:12] in _STILL_BRANDS:
        raise SourceRefused("not_a_video", "a still image")
    return "mov" if head[4:8] in _ISO_BOXES else None


def _riff(head: bytes) -> str | None:
    if head[:4] in (b"RIFF", b"RF64", b"BW64") and head[8:12] == b"WAVE":
        return "wav"
    if head[:4] == b"RIFF" and head[8:16] == b"WEBPVP8X" and len(head) > _WEBP_FLAGS and head[_WEBP_FLAGS] & 2:
        return "webp_anim"
    return "avi" if head[:4] == b"RIFF" and head[8:11] == b"AVI" else None


def _aiff(head: bytes) -> str | None:
    return "aiff" if head[:4] == b"FORM" and head[8:12] in (b"AIFF", b"AIFC") else None


def _apng(head: bytes) -> str | None:
    """A PNG that says before its first picture that there are more of them (W3C, PNG, 11.3.6.1)."""
    is_animated = b"acTL" in head[: head.find(b"IDAT")] if b"IDAT" in head else b"acTL" in head
    return "apng" if head[:8] == b"\x89PNG\r\n\x1a\n" and is_animated else None


def _transport_stream(head: bytes) -> str | None:
    for packet in _TS_PACKETS:
        for first in range(packet):
            marks = head[first::packet]
            if len(marks) >= 3 and all(mark == _TS_SYNC for mark in marks[:8]):
                return "mpegts"
    return None


def _text(head: bytes) -> str:
    return head.decode("utf-8", "replace").lstrip("\ufeff \t\r\n")
