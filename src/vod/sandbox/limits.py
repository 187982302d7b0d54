"""How much a process that reads hostile bytes may use: pure numbers."""

from dataclasses import dataclass

MIB = 2**20


@dataclass(frozen=True, slots=True)
class Budget:
    """Limits of one process: seconds of CPU and of wall clock, bytes of memory and of output, open files.

    `output_bytes` counts what comes through the pipes. Files on disk may not grow by a byte, core files included.
    """

    cpu_seconds: int
    wall_seconds: int
    memory_bytes: int
    output_bytes: int
    open_files: int = 64


PROBE = Budget(cpu_seconds=60, wall_seconds=120, memory_bytes=1280 * MIB, output_bytes=8 * MIB)
"""For describing any source. The function has 2 GiB: the parent needs the rest for S3's blocks and Python."""
