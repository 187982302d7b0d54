"""A value from elsewhere that is read again once it is a minute old: what an operator changed holds soon, unasked."""

import logging
import time
from collections.abc import Callable

logger = logging.getLogger(__name__)
SECONDS = 60.0


class Renewed[T]:
    """Calling it gives the value. One that cannot be read again stays for another minute; the first must be read."""

    def __init__(
        self,
        read: Callable[[], T],
        failures: tuple[type[Exception], ...] = (),
        timer: Callable[[], float] = time.monotonic,
    ) -> None:
        self._read, self._failures, self._timer = read, failures, timer
        self._value = read()
        self._until = timer() + SECONDS

    def __call__(self) -> T:
        if self._timer() >= self._until:
            self._until = self._timer() + SECONDS
            self._renew()
        return self._value

    def _renew(self) -> None:
        try:
            self._value = self._read()
        except self._failures as failed:
            logger.warning("the value of a minute ago is used on: %s", failed)
