import pytest

from vod.errors import SourceRefused
from vod.source.probe import AudioTrack, Limits, Probe, check_probe


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


def test_a_source_that_cannot_be_described_in_short_is_refused() -> None:
    told = tuple(track(title="\N{GRINNING FACE}" * 100) for _ in range(500))

    with pytest.raises(SourceRefused) as refused:
        check_probe(Probe(container="mov", size=1, duration=1, audio=told), Limits(max_bytes=1, max_seconds=9))

    assert refused.value.code == "too_complex"
