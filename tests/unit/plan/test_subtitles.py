import pytest
from hypothesis import given
from hypothesis import strategies as st

from vod.media.webvtt import Cue, parse
from vod.plan import subtitles
from vod.plan.subtitles import left_out, renditions, sanitised, tidied
from vod.source.probe import SubtitleTrack


def clean(text: str) -> str | None:
    cues = tidied([Cue(0, 1, text)], 10)
    return cues[0].text if cues else None


def test_the_whole_command() -> None:
    (track,) = renditions([SubtitleTrack(index=3, codec="ass")])

    command = subtitles.command("ffmpeg", ["-f", "matroska", "-i", "s"], track)

    expected = (
        "ffmpeg -v error -nostdin -f matroska -i s -map 0:3 -c:s webvtt -avoid_negative_ts disabled -f webvtt pipe:1"
    )
    assert command == expected.split(" ")


def test_teletext_is_read_as_text_of_its_subtitle_pages() -> None:
    (track,) = renditions([SubtitleTrack(index=3, codec="dvb_teletext")])

    command = subtitles.command("ffmpeg", ["-i", "s"], track)

    assert command[4:11] == ["-txt_page", "subtitle", "-txt_format", "text", "-fix_sub_duration", "-i", "s"]


def test_tracks_of_pictures_are_left_out_and_the_rest_are_numbered() -> None:
    made = renditions(
        SubtitleTrack(index=n, codec=c) for n, c in enumerate(["hdmv_pgs_subtitle", "subrip", "mov_text"])
    )

    assert [(track.name, track.source_index) for track in made] == [("s0", 1), ("s1", 2)]


def test_every_label_is_unique_and_says_what_is_special() -> None:
    tracks = [
        SubtitleTrack(index=0, codec="srt", language="eng"),
        SubtitleTrack(index=1, codec="srt", language="eng", is_hearing_impaired=True),
        SubtitleTrack(index=2, codec="srt", language="ger", is_forced=True),
        SubtitleTrack(index=3, codec="srt", language="ger", title='The "best"\n one'),
        SubtitleTrack(index=4, codec="srt", language="und"),
        SubtitleTrack(index=5, codec="srt"),
    ]

    labels = [track.label for track in renditions(tracks)]

    assert labels == ["English", "English (SDH)", "Deutsch (forced)", "The best one", "Subtitles 1", "Subtitles 2"]


def test_long_titles_keep_what_is_said_behind_them_and_stay_apart() -> None:
    tracks = [
        SubtitleTrack(index=n, codec="srt", title="x" * (100 + n), is_hearing_impaired=True, is_forced=True)
        for n in range(2)
    ]

    labels = [track.label for track in renditions(tracks)]

    assert labels == ["x" * 82 + " (SDH) (forced) 1", "x" * 82 + " (SDH) (forced) 2"]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("Hello <i>you</i>", "Hello <i>you</i>"),
        ("me & you < him > her", "me &amp; you &lt; him &gt; her"),
        ("a &amp; b", "a &amp; b"),
        ("go --> there", "go --&gt; there"),
        ("<font color=red>x</font>", "&lt;font color=red&gt;x&lt;/font&gt;"),
        (r"{\an8}{\pos(1,2)}top\hright", "top right"),
        ("m 0 0 l 100 0 100 100 0 100", None),
        ("m 10.5 -3 b 1 2 3 4 5 6\nstill here", "still here"),
        ("first\n\n  \nlast\x00", "first\nlast"),
        ("<i></i>", None),
        ("no. 5 m 3", "no. 5 m 3"),
        (" \n ", None),
    ],
)
def test_text_keeps_its_words_and_loses_its_noise(given: str, expected: str | None) -> None:
    assert clean(given) == expected


def test_times_stay_inside_the_video() -> None:
    cues = [Cue(-2, -1, "before"), Cue(-1, 1, "early"), Cue(9, 12, "late"), Cue(10, 12, "after"), Cue(5, 4, "reversed")]

    assert tidied(cues, 10) == [Cue(0, 1, "early"), Cue(9, 10, "late")]


def test_cues_without_an_end_last_until_the_next() -> None:
    cues = [Cue(1, 4_294_968, "endless"), Cue(3, 3, "unsaid"), Cue(20, 4_294_999, "last")]

    assert tidied(cues, 100) == [Cue(1, 3, "endless"), Cue(3, 8, "unsaid"), Cue(20, 25, "last")]


def test_the_same_cue_on_many_layers_is_shown_once() -> None:
    assert tidied([Cue(1, 2, "x"), Cue(1, 2, "x"), Cue(0, 1, "w")], 10) == [Cue(0, 1, "w"), Cue(1, 2, "x")]


def test_only_known_settings_survive() -> None:
    assert tidied([Cue(0, 1, "x", "line:0 region:r1 align:start foo")], 10)[0].settings == "line:0 align:start"


def test_a_track_without_a_readable_cue_is_no_rendition() -> None:
    assert sanitised("WEBVTT\n", 10) is None
    assert sanitised("", 10) is None


TIMES = st.floats(min_value=-1000, max_value=1e7, allow_nan=False)


@given(st.lists(st.tuples(TIMES, TIMES, st.text(max_size=30))), st.floats(min_value=0.01, max_value=1e5))
def test_whatever_comes_what_is_written_is_valid(raw: list[tuple[float, float, str]], seconds: float) -> None:
    cues = tidied([Cue(start, end, text) for start, end, text in raw], seconds)

    assert all(0 <= cue.start < cue.end <= seconds for cue in cues)
    assert [cue.start for cue in cues] == sorted(cue.start for cue in cues)
    assert all("-->" not in cue.text and "\n\n" not in cue.text and cue.text.strip() for cue in cues)
    if cues:
        assert len(parse(sanitised(subtitles.webvtt.written(cues), seconds) or "")) <= len(cues)


def test_tracks_that_cannot_be_shown_are_named() -> None:
    tracks = [
        SubtitleTrack(index=2, codec="subrip"),
        SubtitleTrack(index=3, codec="hdmv_pgs_subtitle", language="eng"),
        SubtitleTrack(index=4, codec="dvb_subtitle"),
    ]

    (told,) = left_out(tracks)

    assert (
        told
        == "Subtitle tracks that are pictures or unknown were left out: 2 (English, hdmv_pgs_subtitle); 3 (dvb_subtitle)."
    )


def test_more_text_tracks_than_are_taken_are_told() -> None:
    tracks = [SubtitleTrack(index=number, codec="subrip") for number in range(40)]

    assert list(left_out(tracks)) == ["The source has 40 subtitle tracks; the first 32 were taken."]
    assert list(left_out(tracks[:32])) == []
