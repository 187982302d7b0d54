"""Inside one encoder task: segments, journal, progress and the report."""
