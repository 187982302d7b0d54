import pytest
from hypothesis import given
from hypothesis import strategies as st

from vod.media.language import bcp47, language_name, told_apart
from vod.media.text import LONGEST, quoted


@pytest.mark.parametrize(
    ("tag", "expected"),
    [
        *(("eng", "en"), ("ger", "de"), ("deu", "de"), ("fre", "fr"), ("chi", "zh"), ("de", "de"), ("EN", "en")),
        *(
            ("pt_BR", "pt-BR"),
            ("zh-hans-cn", "zh-Hans-CN"),
            ("gsw", "gsw"),
            ("iw", "he"),
            ("scc", "sr"),
            ("cmn", "cmn"),
        ),
        *(("und", None), ("zxx", None), ("", None), (None, None), ("English", None), ('e"n', None), ("en-\n", "en")),
        *(("zzz", "zzz"), ("jp", "jp"), ("aa-bb-cc-dd", "aa"), ("qaa", None)),
    ],
)
def test_container_languages_become_the_shortest_tag(tag: str | None, expected: str | None) -> None:
    assert bcp47(tag) == expected


@pytest.mark.parametrize(
    ("tag", "name"),
    [
        ("de", "Deutsch"),
        ("pt-BR", "Português (Brasil)"),
        ("ja", "日本語"),
        ("tlh", "tlh"),
        ("jp", "jp"),
        ("zh-TW", "中文（台灣）"),
        ("en-US", "English (United States)"),
    ],
)
def test_languages_are_called_as_their_speakers_call_them(tag: str, name: str) -> None:
    assert language_name(tag) == name


@given(st.text(max_size=20))
def test_a_tag_is_stable_and_harmless_whatever_a_file_says(tag: str) -> None:
    found = bcp47(tag)

    assert found is None or (found.replace("-", "").isalnum() and found.isascii() and bcp47(found) == found)


def test_labels_of_one_name_are_numbered_and_no_number_is_taken_twice() -> None:
    assert told_apart(["a", "b", "a"]) == ["a 1", "b", "a 2"]
    assert told_apart(["a", "a 1", "a"]) == ["a 2", "a 1", "a 3"]
    assert told_apart(["x" * 101, "x" * 102]) == ["x" * 98 + " 1", "x" * 98 + " 2"]


@given(st.lists(st.text(alphabet='a1 "\n\u2028', max_size=4).map(lambda text: text * 40), max_size=8))
def test_cleaned_labels_are_unique_and_short_whatever_files_say(titles: list[str]) -> None:
    labels = told_apart([quoted(title) or "Audio" for title in titles])

    assert len(set(labels)) == len(titles)
    assert all(label.isprintable() and '"' not in label and 0 < len(label) <= LONGEST for label in labels)
