"""The AWS emulator (ministack) with the seams that it leaves open filled in; README.md lists what stays unmodelled."""
