"""Mutants of a file: what changes is chosen by a seed and the mutant's number alone."""

import random
from collections.abc import Callable

from tests.fuzz.changes import Change, changed
from tests.fuzz.structure import Place, places

HEAD = 4096
BLOCK = 400
"""The most bytes that are copied, doubled or removed at once."""
Mutate = Callable[[bytes, random.Random], Change]


def mutation(data: bytes, seed: int, number: int) -> list[Change]:
    """The changes that make this mutant of a file."""
    chance = random.Random(f"{seed}:{number}")
    found: list[Change] = []
    for _ in range(chance.choice((1, 1, 1, 2, 2, 3, 5))):
        now = changed(data, found)
        if len(now) > 16:
            found.append(chance.choice(MUTATIONS)(now, chance))
    return found


def _extreme(data: bytes, chance: random.Random) -> Change:
    place = chance.choice(places(data))
    return Change(place.at, place.width, _integer(data, place, chance))


def _extreme_anywhere(data: bytes, chance: random.Random) -> Change:
    place = Place(chance.randrange(min(HEAD, len(data) - 8)), chance.choice((1, 2, 4, 8)))
    return Change(place.at, place.width, _integer(data, place, chance))


def _integer(data: bytes, place: Place, chance: random.Random) -> bytes:
    most = 256**place.width - 1
    was = int.from_bytes(data[place.at : place.at + place.width])
    value = chance.choice((0, 1, 7, 8, most, most - 1, most >> 1, (most >> 1) + 1, was + 1, was - 1, was * 2, was ^ 1))
    order = chance.choice(("big", "big", "little"))
    return (value & most).to_bytes(place.width, order)


def _type(data: bytes, chance: random.Random) -> Change:
    """One box takes the name of another."""
    into, other = chance.choice(places(data)), chance.choice(places(data))
    return Change(into.at, other.width, data[other.at : other.at + other.width])


def _bit(data: bytes, chance: random.Random) -> Change:
    at = chance.randrange(min(HEAD, len(data)))
    return Change(at, 1, bytes([data[at] ^ 1 << chance.randrange(8)]))


def _cut(data: bytes, chance: random.Random) -> Change:
    at = chance.choice((chance.choice(places(data)).at, chance.randrange(len(data))))
    return Change(at, len(data) - at)


def _block(data: bytes, chance: random.Random) -> tuple[int, bytes]:
    at = chance.choice(places(data)).at
    return at, data[at : at + chance.randrange(1, BLOCK)]


def _remove(data: bytes, chance: random.Random) -> Change:
    at, block = _block(data, chance)
    return Change(at, len(block))


def _double(data: bytes, chance: random.Random) -> Change:
    at, block = _block(data, chance)
    return Change(at, 0, block)


def _copy(data: bytes, chance: random.Random) -> Change:
    _, block = _block(data, chance)
    return Change(chance.choice(places(data)).at, len(block), block)


MUTATIONS: tuple[Mutate, ...] = (
    *(_extreme, _extreme, _extreme, _extreme, _extreme_anywhere, _type, _type),
    *(_bit, _cut, _remove, _double, _copy),
)
