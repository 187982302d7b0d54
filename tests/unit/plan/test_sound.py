from vod.media.sound_role import SoundRole
from vod.plan.sound import AudioRendition, left_out, renditions
from vod.source.probe import AudioTrack


def track(index: int, channels: int = 2, **facts: object) -> AudioTrack:
    return AudioTrack(index=index, codec="aac", channels=channels, sample_rate=48000, **facts)  # type: ignore[arg-type]


def told(made: tuple[AudioRendition, ...]) -> list[tuple[str, int, str, bool]]:
    return [(r.name, r.channels, r.label, r.is_default) for r in made]


def test_every_track_is_kept_and_the_marked_one_is_the_default() -> None:
    made = renditions([track(1, language="eng"), track(2, language="deu", is_default=True)])

    assert told(made) == [("a0", 2, "English", False), ("a1", 2, "Deutsch", True)]


def test_surround_is_kept_beside_a_stereo_downmix() -> None:
    made = renditions([track(1, 2, language="eng", is_default=True), track(2, 8, language="eng", title="Cinema")])

    assert told(made) == [("a0", 2, "English", True), ("a1", 2, "Cinema", False), ("a1s", 6, "Cinema", True)]


def test_equal_names_are_told_apart() -> None:
    assert [r.label for r in renditions([track(n, 1) for n in range(3)])] == ["Audio 1", "Audio 2", "Audio 3"]


def test_titles_that_differ_only_in_what_playlists_cannot_hold_are_told_apart() -> None:
    titles = ["a", 'a"', " a\n", "x" * 120, "x" * 130, '"']

    labels = [r.label for r in renditions([track(n, title=title) for n, title in enumerate(titles)])]

    assert labels == ["a 1", "a 2", "a 3", "x" * 98 + " 1", "x" * 98 + " 2", "Audio"]


def test_mono_stays_mono_and_nothing_stays_nothing() -> None:
    assert renditions([track(1, 1)])[0].channels == 1
    assert renditions([]) == ()


def test_there_is_an_end_to_the_number_of_tracks() -> None:
    assert len(renditions([track(n) for n in range(40)])) == 16


def test_the_films_own_sound_is_the_default_before_any_other() -> None:
    roles = [SoundRole.DESCRIPTION, SoundRole.COMMENTARY, SoundRole.DUB, SoundRole.MAIN]
    marked = [track(number, role=role, is_default=number == 1) for number, role in enumerate(roles)]

    made = renditions(marked)

    assert [each.is_default for each in made] == [False, False, False, True]
    assert [each.label for each in made] == ["Audio (audio description)", "Audio (commentary)", "Audio 1", "Audio 2"]


def test_more_tracks_than_are_taken_are_told() -> None:
    assert list(left_out([track(n) for n in range(16)])) == []
    assert list(left_out([track(n) for n in range(17)])) == ["The source has 17 sound tracks; the first 16 were taken."]


def test_channels_that_are_mixed_are_marked() -> None:
    assert [each.is_mixed for each in renditions([track(1, 8)])] == [True, True]
    assert [each.is_mixed for each in renditions([track(1, 6)])] == [True, False]
    assert [each.is_mixed for each in renditions([track(1, 2)])] == [False]
