"""Warm: the functions between an upload and its first pictures are loaded while the upload is on its way.

Each function on the way loads its code for about a second when it was not used for a while: seven of them make seven
seconds, which an upload takes anyway.
"""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from vod.ports.services import Functions

EVERY_SECONDS = 240.0
"""Lambda keeps what is not used for some minutes, undocumented how many."""
PIECES = 4
"""Environments of the function that encodes: a video wants one for each piece; these are the first."""
AT_A_TIME = 4


@dataclass(slots=True)
class Warming:
    """Everything the step needs: the functions on the way, and the one that encodes."""

    functions: Functions
    on_the_way: Sequence[str]
    encode: str
    now: Callable[[], float] = time.monotonic
    _last: float | None = field(default=None, init=False)

    def warm(self) -> int:
        """How many environments were loaded or were there; 0 where that was done a short while ago."""
        if self._last is not None and self.now() - self._last < EVERY_SECONDS:
            return 0
        self._last = self.now()
        # Those that encode at once, so that each call gets an environment of its own.
        wanted = [*[self.encode] * PIECES, *self.on_the_way]
        with ThreadPoolExecutor(AT_A_TIME) as calls:
            return sum(calls.map(self.functions.load, wanted))
