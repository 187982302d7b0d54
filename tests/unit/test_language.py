import pytest
from hypothesis import given
from hypothesis import strategies as st

from vod.language import bcp47, language_name


@pytest.mark.parametrize(
    ("tag", "expected"),
    [
        *(("eng", "en"), ("ger", "de"), ("deu", "de"), ("fre", "fr"), ("chi", "zh"), ("de", "de"), ("EN", "en")),
        *(("pt_BR", "pt-BR"), ("zh-hans-cn", "zh-Hans-CN"), ("gsw", "gsw"), ("iw", "he"), ("scc", "sr")),
        *(("und", None), ("zxx", None), ("", None), (None, None), ("English", None), ('e"n', None), ("en-\n", "en")),
    ],
)
def test_container_languages_become_the_shortest_tag(tag: str | None, expected: str | None) -> None:
    assert bcp47(tag) == expected


@pytest.mark.parametrize(
    ("tag", "name"), [("de", "Deutsch"), ("pt-BR", "Português (BR)"), ("ja", "日本語"), ("gsw", "gsw")]
)
def test_languages_are_called_as_their_speakers_call_them(tag: str, name: str) -> None:
    assert language_name(tag) == name


@given(st.text(max_size=20))
def test_a_tag_is_stable_and_harmless_whatever_a_file_says(tag: str) -> None:
    found = bcp47(tag)

    assert found is None or (found.replace("-", "").isalnum() and found.isascii() and bcp47(found) == found)
