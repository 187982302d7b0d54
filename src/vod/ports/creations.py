"""What was created under keys of the callers' own; `vod.aws` keeps it on AWS, tests keep it in memory."""

from typing import Protocol

from vod.record.creation import Creation


class Creations(Protocol):
    """Creations, each for a day."""

    def claim(self, owner: str, key: str, creation: Creation) -> Creation:
        """File a creation under a key unless there is one; the one that is filed now."""
