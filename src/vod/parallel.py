"""Requests beside each other: nearly all of a step's time is waiting for answers."""

from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor

AT_A_TIME = 10
"""As many as a botocore client keeps connections for."""


def in_order[T, R](work: Callable[[T], R], items: Iterable[T], at_a_time: int = AT_A_TIME) -> Generator[R]:
    """What `work` makes of each item, in the items' order; an error is raised in the place of its result.

    Items are taken, and results kept, only so many ahead of whoever reads these: they may be large. Where nobody reads
    on, what has begun is waited for.
    """
    with ThreadPoolExecutor(at_a_time) as pool:
        begun: deque[Future[R]] = deque()
        for item in items:
            begun.append(pool.submit(work, item))
            if len(begun) == at_a_time:
                yield begun.popleft().result()
        while begun:
            yield begun.popleft().result()
