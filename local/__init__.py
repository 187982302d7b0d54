"""The platform on one machine: our own template in an embedded AWS emulator, behind one port."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1] / "src"))  # what it shares with the functions
