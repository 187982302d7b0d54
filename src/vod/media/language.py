"""Languages: the tags of containers (ISO 639) as BCP 47, and the names that their speakers read in a player's menu."""

import re
from itertools import count

from vod.media.text import LONGEST

UNKNOWN = "und"
"""The language of a rendition whose source names none: Apple and DASH-IF want every rendition to have one."""
_LANGUAGES = """
af afr Afrikaans
am amh አማርኛ
ar ara العربية
az aze Azərbaycanca
be bel Беларуская
bg bul Български
bn ben বাংলা
bs bos Bosanski
ca cat Català
cs ces/cze Čeština
cy cym/wel Cymraeg
da dan Dansk
de deu/ger Deutsch
el ell/gre Ελληνικά
en eng English
eo epo Esperanto
es spa Español
et est Eesti
eu eus/baq Euskara
fa fas/per فارسی
fi fin Suomi
fr fra/fre Français
ga gle Gaeilge
gl glg Galego
gu guj ગુજરાતી
he heb עברית
hi hin हिन्दी
hr hrv/scr Hrvatski
hu hun Magyar
hy hye/arm Հայերեն
id ind Bahasa Indonesia
is isl/ice Íslenska
it ita Italiano
ja jpn 日本語
ka kat/geo ქართული
kk kaz Қазақ тілі
km khm ភាសាខ្មែរ
kn kan ಕನ್ನಡ
ko kor 한국어
ku kur Kurdî
la lat Latina
lb ltz Lëtzebuergesch
lo lao ລາວ
lt lit Lietuvių
lv lav Latviešu
mk mkd/mac Македонски
ml mal മലയാളം
mn mon Монгол
mr mar मराठी
ms msa/may Bahasa Melayu
mt mlt Malti
my mya/bur မြန်မာ
nb nob Norsk bokmål
ne nep नेपाली
nl nld/dut Nederlands
nn nno Norsk nynorsk
no nor Norsk
pa pan ਪੰਜਾਬੀ
pl pol Polski
ps pus پښتو
pt por Português
ro ron/rum/mol Română
ru rus Русский
si sin සිංහල
sk slk/slo Slovenčina
sl slv Slovenščina
so som Soomaali
sq sqi/alb Shqip
sr srp/scc Српски
sv swe Svenska
sw swa Kiswahili
ta tam தமிழ்
te tel తెలుగు
th tha ไทย
tl tgl Tagalog
tr tur Türkçe
uk ukr Українська
ur urd اردو
uz uzb Oʻzbekcha
vi vie Tiếng Việt
yi yid ייִדיש
zh zho/chi 中文
zu zul IsiZulu
"""
"""ISO 639-1 code, ISO 639-2 codes (terminological, then bibliographic and withdrawn ones), name in the language."""

_ROWS = [line.split(" ", 2) for line in _LANGUAGES.strip().splitlines()]
_SHORTEST = {long: short for short, longs, _ in _ROWS for long in longs.split("/")}
_NAMES = {short: name for short, _, name in _ROWS}
_WITHDRAWN = {"iw": "he", "in": "id", "ji": "yi", "mo": "ro", "sh": "sr"}
_NO_LANGUAGE = {"und", "mul", "mis", "zxx", "qaa", "unk"}
_SUBTAG = re.compile(r"[a-z0-9]{2,8}")


def bcp47(tag: str | None) -> str | None:
    """The shortest BCP 47 tag for a container's language, None when it names no one language."""
    subtags = re.split(r"[-_]", (tag or "").strip().lower())
    primary = _WITHDRAWN.get(subtags[0], _SHORTEST.get(subtags[0], subtags[0]))
    if primary in _NO_LANGUAGE or not re.fullmatch(r"[a-z]{2,3}", primary):
        return None
    rest = [_cased(subtag) for subtag in subtags[1:] if _SUBTAG.fullmatch(subtag)]
    return "-".join([primary, *rest])


def language_name(tag: str) -> str:
    """What to call a BCP 47 tag: the language's own name, with its region if it has one, else the tag."""
    primary, _, rest = tag.partition("-")
    name = _NAMES.get(primary)
    if name is None:
        return tag
    return f"{name} ({rest})" if rest else name


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


def _cased(subtag: str) -> str:
    """Scripts as Latn, regions as US (RFC 5646, 2.1.1)."""
    if len(subtag) == 2:
        return subtag.upper()
    return subtag.title() if len(subtag) == 4 and subtag.isalpha() else subtag
