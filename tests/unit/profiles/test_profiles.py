import json
import re
from pathlib import Path

import pytest
from pydantic import ValidationError

from tests import samples
from vod import profiles
from vod.profiles.profile import Profile

H264 = {"codec": "h264", "preset": "faster", "rungs": [{"short_side": 480, "crf": 21, "peak_kbps": 1400}]}


def test_the_profiles_that_come_with_the_platform_are_there() -> None:
    assert list(profiles.all_profiles()) == ["av1", "default", "fast", "hevc", "measured", "normalised"]
    assert all(profiles.named(name).name == name for name in profiles.all_profiles())


def test_a_profile_with_a_base_takes_from_it_what_it_does_not_say() -> None:
    default, av1, measured = (profiles.named(name) for name in ("default", "av1", "measured"))

    assert av1.ladders[:-1] == measured.ladders == default.ladders
    assert av1.ladders[-1].codec == "av1"
    assert (measured.measure_quality, default.measure_quality) == (True, False)


def test_a_codec_for_some_players_comes_beside_one_for_all() -> None:
    for profile in profiles.all_profiles().values():
        assert profile.ladders[0].codec == "h264"


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": "Mine"},
        {"ladders": []},
        {"ladders": [H264, H264]},
        {"ladders": [H264 | {"preset": "faster -i /etc/passwd"}]},
        {"ladders": [H264 | {"rungs": [*H264["rungs"], *H264["rungs"]]}]},
        {"max_frame_rate": 120},
        {"tune": "film"},
    ],
)
def test_a_profile_that_makes_no_sense_is_refused(wrong: dict[str, object]) -> None:
    sound = {"name": "mine", "description": "Mine.", "ladders": [H264]}
    Profile.model_validate(sound)

    with pytest.raises(ValidationError):
        Profile.model_validate(sound | wrong)


def test_a_profile_decides_codecs_rate_and_extras() -> None:
    mine = Profile.model_validate(
        {"name": "mine", "description": "Mine.", "ladders": [H264], "max_frame_rate": 30, "storyboard": False}
    )
    source = samples.probe(rate=samples.Rate(num=50, den=1))

    made = samples.make_plan(samples.VIDEO_ID, samples.RUN, samples.plan().source, source, profile=mine)

    assert made.rate.fraction == 25
    assert made.storyboard is None
    assert [rendition.name for rendition in made.renditions] == ["v480"]
    assert made.profile == "mine"


def test_a_tiny_picture_is_not_given_to_encoders_that_crash_on_it() -> None:
    assert [r.name for r in samples.plan(samples.probe(32, 16), profile="av1").renditions] == ["v16"]


def test_the_profile_of_the_documentation_is_one() -> None:
    text = Path("docs/api/profiles.md").read_text()

    example = re.findall(r"```json\n(\{\"description\".*?)```", text, re.DOTALL)

    assert [Profile.model_validate({"name": "talks", **json.loads(text)}).max_frame_rate for text in example] == [30]
