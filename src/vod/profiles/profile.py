"""Profiles: named recipes as data; which codecs and ladder a source gets, and which extras."""

from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator

from vod.frozen import Frozen
from vod.profiles.rung_choice import Rung

DEFAULT = "default"
ProfileName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,31}$")]


class Codec(StrEnum):
    """A video codec of the output."""

    H264 = "h264"
    HEVC = "hevc"
    AV1 = "av1"


class LoudnessChoice(StrEnum):
    """What becomes of a source's loudness."""

    KEEP = "keep"
    NORMALISE = "normalise"


class CodecLadder(Frozen):
    """One codec's rungs, tallest first, and its encoder's preset."""

    codec: Codec
    preset: Annotated[str, StringConstraints(pattern=r"^[a-z0-9]{1,16}$")]
    rungs: Annotated[tuple[Rung, ...], Field(min_length=1, max_length=16)]

    @model_validator(mode="after")
    def _check_rungs(self) -> Self:
        sides = [rung.short_side for rung in self.rungs]
        if sides != sorted(set(sides), reverse=True):
            raise ValueError(f"the rungs of {self.codec} must differ in size, tallest first")
        return self


class Profile(Frozen):
    """A named recipe. `ladders` are in order of what players can surely play; rates are frames per second.

    `measure_quality` compares every rendition with the source (VMAF), at extra cost; `loudness` keeps sound as loud as
    it is, or brings all to one loudness.
    """

    name: ProfileName
    description: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    ladders: Annotated[tuple[CodecLadder, ...], Field(min_length=1, max_length=len(Codec))]
    max_frame_rate: Annotated[int, Field(ge=1, le=60)] = 60
    storyboard: bool = True
    measure_quality: bool = False
    loudness: LoudnessChoice = LoudnessChoice.KEEP

    @model_validator(mode="after")
    def _check_codecs(self) -> Self:
        codecs = [ladder.codec for ladder in self.ladders]
        if len(set(codecs)) != len(codecs):
            raise ValueError("each codec may have one ladder")
        return self
