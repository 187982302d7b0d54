import pytest

from vod.source.probe import AudioTrack


@pytest.mark.parametrize("language", ["eng", "de", "pt-BR", "zh-Hant-TW"])
def test_a_language_tag_is_kept(language: str) -> None:
    assert track(language=language).language == language


@pytest.mark.parametrize(
    "language", ["und", "", None, 'en",URI="https://evil/"', "en\n#EXT-X-ENDLIST", "x" * 1000, "\x01"]
)
def test_what_is_no_language_tag_never_reaches_a_manifest(language: str | None) -> None:
    assert track(language=language).language is None


def test_a_title_is_printable_and_short() -> None:
    title = track(title="Director\x00\n" + "s" * 500).title

    assert title is not None
    assert title.isprintable()
    assert len(title) <= 100


def track(**facts: object) -> AudioTrack:
    return AudioTrack(index=1, codec="aac", channels=2, sample_rate=48000, **facts)  # type: ignore[arg-type]
