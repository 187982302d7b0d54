"""What libav prints of an opened source and PyAV tells in no other way: programmes, and cropping by the container."""

import re
from dataclasses import dataclass, field

_PROGRAMME = re.compile(r"^  Program (\d+)")
_NAME = re.compile(r"^      service_name +: (.*)$")
_TRACK = re.compile(r"^  Stream #0:(\d+)")
_CROP = re.compile(r"^      Frame Cropping: (\d+)/(\d+)/(\d+)/(\d+)$")


@dataclass(frozen=True, slots=True)
class Crop:
    """Pixels that a container cuts from a picture."""

    left: int = 0
    right: int = 0
    top: int = 0
    bottom: int = 0


@dataclass(slots=True)
class Programme:
    """A programme of a transport stream: its number, its name as the source writes it, and its tracks."""

    number: int
    name: str = ""
    tracks: set[int] = field(default_factory=set)


@dataclass(slots=True)
class Dump:
    """The programmes of a source, and its crops by track."""

    programmes: list[Programme] = field(default_factory=list)
    crops: dict[int, Crop] = field(default_factory=dict)

    def of(self, track: int) -> Programme | None:
        """The first programme that has this track."""
        return next((programme for programme in self.programmes if track in programme.tracks), None)


def read(text: str) -> Dump:
    """What libav's av_dump_format printed; its indentation tells its own words from a source's."""
    dump, track, programme = Dump(), -1, None
    for line in text.split("\n"):
        if found := _PROGRAMME.match(line):
            programme = Programme(int(found[1]))
            dump.programmes.append(programme)
        elif line.startswith("  No Program"):
            programme = None
        elif (found := _NAME.match(line)) and programme and not programme.tracks:
            programme.name = found[1]
        elif found := _TRACK.match(line):
            track = int(found[1])
            if programme:
                programme.tracks.add(track)
        elif found := _CROP.match(line):
            left, right, top, bottom = (int(each) for each in found.groups())
            dump.crops[track] = Crop(left, right, top, bottom)
    return dump
