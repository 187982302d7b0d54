from collections.abc import Callable
from dataclasses import replace
from typing import Any

import m3u8
import pytest

from tests import samples
from tests.fakes import FakeOutput, FakeVideos
from tests.signing_keys import KEY
from vod import keys
from vod.access.caller import Caller
from vod.access.delivery import Delivery
from vod.errors import Conflict, InvalidRequest, NotFound, TooLarge
from vod.manifest import captions as manifests
from vod.manifest.catalog import catalog
from vod.manifest.files import files
from vod.manifest.hls import Kind
from vod.manifest.tracks import assemble
from vod.plan.subtitles import MOST_TRACKS
from vod.record.remakes import MOST_REPLACED
from vod.record.status import Status
from vod.record.video import Replaced
from vod.steps.captions import Captioning, Wanted

ANN, BOB = Caller("ann"), Caller("bob")
PREFIX = f"videos/{samples.VIDEO_ID}/{samples.RUN}/"
SRT = "1\n00:00:01,000 --> 00:00:02,500\nGrüße\n\n2\n00:00:03,000 --> 00:00:04,000\n<i>Ciao</i> & <script>\n"
VTT = b"WEBVTT\n\n00:01.000 --> 00:02.000\nHello\n"


class World:
    def __init__(self, **changes: Any) -> None:
        fields = {"status": Status.READY, "duration": 10.0} | changes
        self.videos = FakeVideos({samples.VIDEO_ID: samples.video(**fields)})
        self.output = FakeOutput()
        plan = samples.plan()
        for name, text in files(catalog(plan, assemble(plan, [samples.report(plan)])), Kind.VOD):
            self.output.put(PREFIX + name, text.encode())
        opened = Delivery("https://cdn.example", KEY)
        self.step = Captioning(self.videos, self.output, lambda: opened, lambda: samples.NOW)

    def add(self, raw: bytes = VTT, language: str = "en", **said: Any) -> dict[str, Any]:
        return self.step.add(ANN, samples.VIDEO_ID, raw, Wanted(language, **said))

    def change(self, caption_id: str, **said: Any) -> dict[str, Any]:
        return self.step.change(ANN, samples.VIDEO_ID, caption_id, Wanted(**said))

    @property
    def listed(self) -> list[dict[str, Any]]:
        return self.step.list(ANN, samples.VIDEO_ID)

    @property
    def names(self) -> list[str]:
        return [each.name for each in manifests.listed(self.text(keys.HLS_NAME))]

    def text(self, name: str) -> str:
        return self.output.get(PREFIX + name).decode()

    @property
    def replaced(self) -> tuple[Replaced, ...]:
        return self.videos.records[samples.VIDEO_ID].replaced


def test_a_file_becomes_a_track_that_both_manifests_name() -> None:
    world = World()
    made = world.add(SRT.encode(), "de-DE")

    assert made == {
        "id": made["id"], "language": "de-DE", "label": "Deutsch (Deutschland)", "kind": "subtitles",
        "isDefault": False, "origin": "uploaded", "url": made["url"],
    }  # fmt: skip
    (name,) = world.names
    assert name.startswith(f"{made['id']}_")
    assert made["url"].startswith(f"https://cdn.example/{PREFIX}{name}/subtitles.vtt?Policy=")
    assert world.text(f"{name}/subtitles.vtt") == (
        "WEBVTT\n\n00:00:01.000 --> 00:00:02.500\nGrüße\n\n00:00:03.000 --> 00:00:04.000\n<i>Ciao</i> &amp; &lt;script&gt;\n"
    )
    assert manifests.in_dash(world.text(keys.DASH_NAME)) == {name}
    assert m3u8.loads(world.text(f"{name}/index.m3u8")).segments[0].uri == "subtitles.vtt"
    assert {f"{PREFIX}{name}/init.mp4", f"{PREFIX}{name}/00000.m4s"} <= world.output.objects.keys()
    assert world.listed == [made]


@pytest.mark.parametrize(
    ("text", "charset", "language"),
    [
        ("Grüße", "cp1252", "de"),
        ("Привет", "cp1251", "ru"),
        ("你好世界", "gb18030", "zh"),
        ("Ahoj, jak se máš", "utf-8-sig", "cs"),
        ("Καλημέρα", "utf-16", "el"),
    ],
)
def test_old_character_sets_are_found(text: str, charset: str, language: str) -> None:
    world = World()
    world.add(SRT.replace("Grüße", text).encode(charset), language)

    assert text in world.text(f"{world.names[0]}/subtitles.vtt")


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"hello",
        b"\x00\xff\xfe" * 50,
        b"WEBVTT\n\n99:00.000 --> 99:01.000\nlate\n",
        b"1\n00:00:01,000 --> 00:00:02,000\n\n",
    ],
)
def test_a_file_without_a_text_inside_the_video_is_refused(raw: bytes) -> None:
    world = World()

    with pytest.raises(InvalidRequest, match="holds no text"):
        world.add(raw)
    assert world.names == []


def test_a_file_that_is_too_large_and_a_language_that_is_none_are_refused() -> None:
    with pytest.raises(TooLarge, match="at most 4 MiB"):
        World().add(VTT + bytes(4 << 20))
    with pytest.raises(InvalidRequest, match="no language tag"):
        World().add(language="und")


def test_menus_have_each_label_once() -> None:
    world = World()
    labels = [
        world.add(**said)["label"] for said in ({}, {}, {"kind": "captions"}, {"kind": "forced"}, {"label": 'My "own"'})
    ]

    assert labels == ["English", "English 2", "English (SDH)", "English (forced)", "My own"]
    assert [each["kind"] for each in world.listed] == ["subtitles", "subtitles", "captions", "forced", "subtitles"]
    with pytest.raises(InvalidRequest, match="no letter"):
        world.change(world.listed[0]["id"], label='"\u200b"')
    with pytest.raises(InvalidRequest, match="that of another"):
        world.change(world.listed[0]["id"], label="English 2")


def test_one_track_alone_is_shown_without_being_chosen() -> None:
    world = World()
    first = world.add(is_default=True)
    second = world.add(is_default=True)
    assert [each["isDefault"] for each in world.listed] == [False, True]
    world.change(first["id"], is_default=True)
    assert [each["isDefault"] for each in world.listed] == [True, False]
    world.change(first["id"], is_default=False)
    assert [each["isDefault"] for each in world.listed] == [False, False]
    assert second["isDefault"]


def test_another_file_takes_the_place_of_one_that_stays_for_a_while() -> None:
    world = World()
    made = world.add(label="Mine", kind="captions")
    (old,) = world.names
    again = world.step.replace(ANN, samples.VIDEO_ID, made["id"], VTT.replace(b"Hello", b"Goodbye"))
    (new,) = world.names

    assert {**again, "url": ""} == {**made, "url": ""}
    assert old != new
    assert "Goodbye" in world.text(f"{new}/subtitles.vtt")
    assert "Hello" in world.text(f"{old}/subtitles.vtt")  # somebody may be watching
    assert [each.track for each in world.replaced] == [old]


@pytest.mark.parametrize(
    ("seconds", "times"), [(2.5, "00:00:03.500 --> 00:00:04.500"), (-1.5, "00:00:00.000 --> 00:00:00.500")]
)
def test_a_track_is_shown_later_or_earlier(seconds: float, times: str) -> None:
    world = World()
    made = world.add()
    world.change(made["id"], shift_seconds=seconds)

    assert times in world.text(f"{world.names[0]}/subtitles.vtt")
    with pytest.raises(InvalidRequest, match="leaves no text"):
        world.change(made["id"], shift_seconds=-60)


def test_what_is_said_of_a_track_changes_and_its_text_stays() -> None:
    world = World()
    made = world.add()
    names = world.names
    changed = world.change(made["id"], language="pt-BR", label="Português", kind="forced")

    assert (changed["language"], changed["label"], changed["kind"]) == ("pt-BR", "Português", "forced")
    assert world.names == names
    assert world.replaced == ()


def test_a_track_is_removed_and_a_repeat_changes_nothing() -> None:
    world = World()
    first, second = world.add(), world.add()
    world.step.remove(ANN, samples.VIDEO_ID, first["id"])
    world.step.remove(ANN, samples.VIDEO_ID, first["id"])

    assert [each["id"] for each in world.listed] == [second["id"]]
    assert len(world.replaced) == 1
    with pytest.raises(NotFound):
        world.change(first["id"], label="x")
    with pytest.raises(NotFound):
        world.step.replace(ANN, samples.VIDEO_ID, first["id"], VTT)


def test_who_is_overtaken_begins_again(monkeypatch: pytest.MonkeyPatch) -> None:
    world, put = World(), FakeOutput.replace
    others: list[dict[str, Any]] = []

    def overtaken(self: FakeOutput, key: str, data: bytes, tag: str | None) -> bool:
        if key.endswith("index.m3u8") and not others:
            monkeypatch.setattr(FakeOutput, "replace", put)
            others.append(world.add(label="Other"))
        return put(self, key, data, tag)

    monkeypatch.setattr(FakeOutput, "replace", overtaken)
    mine = world.add(label="Mine")

    assert [each["label"] for each in world.listed] == ["Other", "Mine"]
    assert manifests.in_dash(world.text(keys.DASH_NAME)) == set(world.names)
    assert mine["label"] == "Mine"


def test_what_is_said_of_a_track_does_not_bring_back_a_text_that_was_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    world, put = World(), FakeOutput.replace
    made = world.add()
    new: list[str] = []

    def overtaken(self: FakeOutput, key: str, data: bytes, tag: str | None) -> bool:
        if not new:
            monkeypatch.setattr(FakeOutput, "replace", put)
            world.step.replace(ANN, samples.VIDEO_ID, made["id"], VTT.replace(b"Hello", b"Goodbye"))
            new.extend(world.names)
        return put(self, key, data, tag)

    monkeypatch.setattr(FakeOutput, "replace", overtaken)
    world.change(made["id"], label="Mine")
    assert world.names == new
    assert not {each.track for each in world.replaced} & set(world.names)

    new.clear()
    monkeypatch.setattr(FakeOutput, "replace", overtaken)
    with pytest.raises(Conflict, match="Another file"):
        world.change(made["id"], shift_seconds=1)
    assert world.names == new


def test_a_video_that_is_deleted_meanwhile_is_not_found() -> None:
    world = World()
    world.output.delete_all(PREFIX)

    with pytest.raises(NotFound):
        _ = world.listed


def test_a_change_that_was_broken_off_is_mended_by_the_next() -> None:
    world = World()
    before = world.text(keys.HLS_NAME)
    lost = world.add(label="Lost")
    world.output.put(PREFIX + keys.HLS_NAME, before.encode())  # as if it had died between the two manifests
    world.add(label="Kept")

    assert [each["label"] for each in world.listed] == ["Kept"]
    assert manifests.in_dash(world.text(keys.DASH_NAME)) == set(world.names)
    assert lost["id"] not in world.text(keys.DASH_NAME)


def test_a_manifest_that_lacks_a_track_gets_it_from_its_text() -> None:
    world = World()
    before = world.text(keys.DASH_NAME)
    world.add()
    world.output.put(PREFIX + keys.DASH_NAME, before.encode())
    world.change(world.listed[0]["id"], label="Again")

    assert manifests.in_dash(world.text(keys.DASH_NAME)) == set(world.names)


@pytest.mark.parametrize("act", [
    lambda step, who: step.list(who, samples.VIDEO_ID),
    lambda step, who: step.add(who, samples.VIDEO_ID, VTT, Wanted("en")),
    lambda step, who: step.replace(who, samples.VIDEO_ID, "s0", VTT),
    lambda step, who: step.change(who, samples.VIDEO_ID, "s0", Wanted()),
    lambda step, who: step.remove(who, samples.VIDEO_ID, "s0"),
])  # fmt: skip
def test_others_and_videos_that_are_not_ready_have_none(act: Callable[[Captioning, Caller], object]) -> None:
    with pytest.raises(NotFound):
        act(World().step, BOB)
    with pytest.raises(Conflict, match="this one is playable"):
        act(World(status=Status.PLAYABLE).step, ANN)


def test_a_video_has_so_many_tracks_and_so_many_changes_a_day() -> None:
    world = World()
    for _ in range(MOST_TRACKS):
        world.add()
    with pytest.raises(Conflict, match="at most 32"):
        world.add()
    record = world.videos.records[samples.VIDEO_ID]
    world.videos.records[samples.VIDEO_ID] = replace(record, replaced=(Replaced("v1", ""),) * MOST_REPLACED)
    with pytest.raises(Conflict, match="too often"):
        world.step.remove(ANN, samples.VIDEO_ID, world.listed[0]["id"])
