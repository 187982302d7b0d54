"""Names that are made of a stack's name, which has up to 128 characters, where AWS takes fewer."""

import hashlib

LONGEST_PREFIX = 40
"""Of NamePrefix: a function of CloudFront may have 64, with the region and `-views` in it."""
LONGEST_STACK = 128
_HASH_LENGTH = 8


def shortened(name: str, longest: int) -> str:
    """A name of at most so many characters: the same one, or its beginning and a hash of all of it."""
    if len(name) <= longest:
        return name
    digest = hashlib.sha256(name.encode()).hexdigest()[:_HASH_LENGTH]
    return f"{name[: longest - _HASH_LENGTH - 1]}-{digest}"


def prefix(stack: str) -> dict[str, str]:
    """The parameter that a new stack of this name needs; none where its own name will do."""
    short = shortened(stack, LONGEST_PREFIX)
    return {} if short == stack else {"NamePrefix": short}
