"""The platform on one machine: our own template in an embedded AWS emulator, behind one port."""
