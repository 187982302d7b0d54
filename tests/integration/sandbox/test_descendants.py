"""What a child leaves behind in the environment of a function."""

import subprocess
import sys

LEAVES = """
import os, subprocess, sys, time
sys.path.insert(0, "src")
from vod.sandbox import sandbox
sandbox.adopt()
subprocess.run(["sh", "-c", "setsid sh -c 'sleep 100 & sleep 100' >/dev/null 2>&1 &"], check=True)
time.sleep(0.3)
before = len(sandbox._descendants(os.getpid()))
sandbox.end_descendants()
print(before, len(sandbox._descendants(os.getpid())))
"""


def test_what_moved_to_a_session_of_its_own_is_ended_too() -> None:
    told = subprocess.run([sys.executable, "-c", LEAVES], capture_output=True, text=True, check=True, timeout=60)

    before, after = map(int, told.stdout.split())
    assert before >= 2
    assert after == 0
