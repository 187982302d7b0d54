"""What a command costs, with all that it starts."""

import sys

import pytest

from benchmarks.meter import spent_by

BUSY = "import time\nwhile time.process_time() < 0.3: pass"


def test_the_cpu_time_of_what_a_command_starts_is_counted() -> None:
    starts_another = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {BUSY!r}])"

    spent = spent_by([sys.executable, "-c", starts_another])

    assert spent.cpu_seconds >= 0.3


def test_the_memory_of_all_processes_of_one_time_is_added_up() -> None:
    fills = f"kept = bytearray(64 << 20)\n{BUSY}"
    both = f"import subprocess, sys; kept = bytearray(64 << 20); subprocess.run([sys.executable, '-c', {fills!r}])"

    spent = spent_by([sys.executable, "-c", both])

    assert spent.resident_mib >= 128


def test_a_command_that_fails_is_an_error_with_its_last_words() -> None:
    with pytest.raises(RuntimeError, match="no such clip"):
        spent_by([sys.executable, "-c", "raise SystemExit('no such clip')"])
