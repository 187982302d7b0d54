"""The platform on one machine: our own template in an embedded AWS emulator, behind one port."""

import sys
from pathlib import Path

# What it shares with the functions, and the assembler of their filter; a variable would reach the functions themselves.
sys.path.append(str(Path(__file__).resolve().parents[1] / "src"))
