import m3u8

from vod.manifest import subtitles
from vod.plan.subtitles import SubtitleRendition

ENGLISH = SubtitleRendition(name="s0", source_index=2, codec="subrip", label="English", language="en")
SDH = ENGLISH.model_copy(update={"name": "s1", "label": "English (SDH)", "is_hearing_impaired": True})
FORCED = ENGLISH.model_copy(update={"name": "s2", "label": "Signs", "language": None, "is_forced": True})


def test_the_line_of_a_plain_rendition() -> None:
    expected = (
        '#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID="subtitles",NAME="English",LANGUAGE="en",DEFAULT=NO,AUTOSELECT=YES,'
    )

    assert subtitles.hls_line(ENGLISH) == expected + 'FORCED=NO,URI="s0/index.m3u8"'


def test_lines_say_what_is_special() -> None:
    assert "describes-music-and-sound" in subtitles.hls_line(SDH)
    assert "FORCED=YES" in subtitles.hls_line(FORCED)
    assert 'LANGUAGE="und"' in subtitles.hls_line(FORCED)


def test_the_playlist_is_one_segment_as_long_as_the_video() -> None:
    playlist = m3u8.loads(subtitles.hls_playlist(ENGLISH, 61.5))

    assert [(segment.uri, segment.duration) for segment in playlist.segments] == [("subtitles.vtt", 61.5)]
    assert playlist.target_duration == 62
    assert playlist.is_endlist


def test_dash_roles_follow_the_purpose() -> None:
    roles = [subtitles.dash_role(rendition) for rendition in (ENGLISH, SDH, FORCED)]

    assert roles == ["subtitle", "caption", "forced-subtitle"]
