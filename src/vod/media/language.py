"""Languages: the tags of containers (ISO 639) as BCP 47, and the names that their speakers read in a player's menu."""

import re
from contextlib import suppress
from itertools import count
from types import ModuleType

from vod.media.text import LONGEST

UNKNOWN = "und"
"""The language of a rendition whose source names none: Apple and DASH-IF want every rendition to have one."""
_NO_LANGUAGE = {"und", "mul", "mis", "zxx", "qaa", "unk"}
_SUBTAG = re.compile(r"[a-z0-9]{1,8}")


def bcp47(tag: str | None) -> str | None:
    """The shortest BCP 47 tag for a container's language, None when it names no one language."""
    subtags = re.split(r"[-_]", (tag or "").strip().lower())
    if subtags[0] in _NO_LANGUAGE or not re.fullmatch(r"[a-z]{2,3}", subtags[0]):
        return None
    rest = [subtag for subtag in subtags[1:] if _SUBTAG.fullmatch(subtag)]
    return _standard("-".join([subtags[0], *rest])) or _standard(subtags[0]) or subtags[0]


def _standard(tag: str) -> str | None:
    langcodes = _langcodes()
    with suppress(langcodes.LanguageTagError):
        standard = str(langcodes.standardize_tag(tag))
        return standard if langcodes.tag_is_valid(standard) else None
    return None


def three_letters(tag: str | None) -> str | None:
    """The ISO 639-2 code that containers have for a BCP 47 tag; None when there is none."""
    langcodes = _langcodes()
    try:
        return str(langcodes.Language.get(tag).to_alpha3()) if tag else None
    except LookupError:
        return None


def language_name(tag: str) -> str:
    """What to call a BCP 47 tag: the language's own name, with its region if it has one, else the tag."""
    language = _langcodes().Language.get(tag)
    if not language.has_name_data():
        return tag
    # Where a region decides the script (zh-TW), names are written in that script, and it is not named itself.
    name = str(language.display_name(language.maximize()))
    return name[:1].upper() + name[1:]


def _langcodes() -> ModuleType:
    import langcodes  # 16 MiB of names: only the function that makes plans has them

    return langcodes


def told_apart(labels: list[str]) -> list[str]:
    """The labels, none too long and no two alike: those that are there more than once with a number behind them."""
    cut = [label[:LONGEST].strip() for label in labels]
    single = {label for label in cut if cut.count(label) == 1}
    taken = set(single)
    unique = []
    for label in cut:
        found = label if label in single else _numbered(label, taken)
        taken.add(found)
        unique.append(found)
    return unique


def _numbered(label: str, taken: set[str]) -> str:
    """With the first number that makes it another than those taken; a long one makes room for it."""
    endings = (f" {number}" for number in count(1))
    return next(found for ending in endings if (found := label[: LONGEST - len(ending)] + ending) not in taken)
