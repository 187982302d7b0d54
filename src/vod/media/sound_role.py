"""What a sound track is for, in the order in which tracks are proposed."""

from enum import StrEnum


class SoundRole(StrEnum):
    """A sound track's purpose."""

    MAIN = "main"
    DUB = "dub"
    HARD_OF_HEARING = "hard_of_hearing"
    DESCRIPTION = "description"
    COMMENTARY = "commentary"
