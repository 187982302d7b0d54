"""Which FFmpeg is new enough to read hostile bytes: the one place that says so, and why.

To raise it: read FFmpeg's security page and the release notes of its branches, raise OLDEST_SAFE and LIBRARIES with the
reason, and pin packages that hold it (`imageio-ffmpeg` and `av` in requirements/; local/lock.sh). Add the fix to
requirements/known-fixes.yaml, which also lists those of players and other packages. tests/unit/ffmpeg/test_version.py
refuses anything older; `OPEN_HOLES` is what no release has closed yet.
"""

import re

Version = tuple[int, ...]

OLDEST_SAFE: dict[Version, Version] = {(8, 1): (8, 1, 3), (9, 0): (9, 0, 2)}
"""Branch -> its first release that is safe; a branch that is missing and older than the newest is never safe.

8.1.3 and 9.0.2 close CVE-2026-125201 (AV1 over Vulkan, heap) and all before it: CVE-2026-8461 (MagicYUV decoder, heap,
CVSS 8.8: 8.1.2), CVE-2026-64831 (HEVC over Vulkan, stack), CVE-2026-40962 (CENC in MOV, heap: 8.1). Checked 2026-11-22.
"""

LIBRARIES: dict[str, Version] = {"libavcodec": (63, 1, 102), "libavformat": (63, 1, 102)}
"""The same floor in the numbers that the libraries carry (9.0.2)."""

OPEN_HOLES = {
    "CVE-2026-125262": "LCEVC decoder, heap; FFmpeg is told to export enhancement layers, so it never runs them",
    "CVE-2026-125263": "LCEVC decoder, memory; as above, and memory has a limit",
    "CVE-2026-125223": "VP9 decoder leaks memory; memory has a limit",
}
"""Known, reachable by a source, and fixed in no release: what stands before them here."""


def release(text: str) -> Version | None:
    """The release in what FFmpeg says of itself ("n9.0.2-17-g2a571b6-20260930"); None for a snapshot without one."""
    found = re.match(r"n?(\d+(?:\.\d+)+)", text)
    return tuple(map(int, found.group(1).split("."))) if found else None


def is_safe(version: Version | None) -> bool:
    """Whether this release may read hostile bytes."""
    if version is None:
        return False
    branch = version[:2]
    return version >= OLDEST_SAFE[branch] if branch in OLDEST_SAFE else branch > max(OLDEST_SAFE)
