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
"""Environments of what each piece of a video needs: these are the first."""
AT_A_TIME = PIECES
"""Accounts may have no more than 10 functions at once, and others ask meanwhile."""


@dataclass(slots=True)
class Warming:
    """Everything the step needs: the functions on the way, and which of them each piece needs; what is loaded first is
    what an upload meets last: a short one is on its way by then."""

    functions: Functions
    on_the_way: Sequence[str]
    of_each_piece: Sequence[str]
    now: Callable[[], float] = time.monotonic
    _last: float | None = field(default=None, init=False)

    def warm(self) -> int:
        """How many environments were loaded or were there; 0 where that was done a short while ago."""
        if self._last is not None and self.now() - self._last < EVERY_SECONDS:
            return 0
        self._last = self.now()
        # Those of one function at once, so that each call gets an environment of its own.
        wanted = [name for name in self.on_the_way for _ in range(PIECES if name in self.of_each_piece else 1)]
        with ThreadPoolExecutor(AT_A_TIME) as calls:
            return sum(calls.map(self.functions.load, wanted))
