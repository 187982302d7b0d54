"""Faults on the local platform, and what must hold after each: `make test-faults` is the long form."""
