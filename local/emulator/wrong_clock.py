"""What a function's worker runs first while the fault `clock` is asked for: its clock is wrong, ahead or behind.

The file is JSON: `{"seconds": 240}`. AWS refuses what was signed more than five minutes ago, or is yet to be.
"""

SCRIPT = """
def _wrong_clock(file):
    import datetime, json, os, random, time
    try:
        with open(file) as asked:
            most = json.load(asked)["seconds"]
    except (OSError, ValueError):
        return
    seconds = random.choice((-1, 1)) * random.uniform(most / 2, most)
    right, moment = time.time, datetime.datetime

    class Wrong(moment):
        @classmethod
        def now(cls, tz=None):
            return cls.fromtimestamp(right() + seconds, tz)

        @classmethod
        def utcnow(cls):
            return cls.now(datetime.timezone.utc).replace(tzinfo=None)

    time.time, datetime.datetime = lambda: right() + seconds, Wrong
_wrong_clock({file!r})
"""


def script(file: str) -> str:
    """The lines for a fault's file."""
    return SCRIPT.replace("{file!r}", repr(file))
