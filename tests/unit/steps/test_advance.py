"""Manifests that grow while a video is encoded, and never the last word."""

from dataclasses import dataclass, field, replace
from datetime import timedelta
from xml.etree.ElementTree import fromstring

import m3u8
import pytest

from tests import samples
from tests.fakes import FakeEvents, FakeMetrics, FakeOutput, FakeVideos
from tests.templates import parsed
from tests.unit.manifest.test_growth import EXTRAS, PLAN, pictures, sound
from vod import keys
from vod.encoder.report import ChunkReport, SegmentReport
from vod.plan.chunks import MOST_TASKS, Chunk, ChunkPolicy, beside_extras
from vod.plan.make_plan import make_plan
from vod.plan.plan import Plan, SourceObject
from vod.ports.buckets import Stored
from vod.record.status import Status
from vod.source.probe import Rate
from vod.steps.advance import PARALLEL, Advancing, noted
from vod.steps.publish import Publishing

BASE = keys.run_prefix(samples.VIDEO_ID, samples.RUN)
RUN = samples.VIDEO_ID, samples.RUN
MPD = "{urn:mpeg:dash:schema:mpd:2011}"


def advancing(
    *reports: ChunkReport, status: Status = Status.TRANSCODING, output: FakeOutput | None = None
) -> Advancing:
    output = output or FakeOutput()
    output.put(keys.plan_key(*RUN), PLAN.model_dump_json().encode())
    for report in reports:
        key = keys.so_far_key if report.outcome == "encoding" else keys.report_key
        output.put(key(*RUN, report.chunk), report.model_dump_json().encode())
    return Advancing(FakeVideos({samples.VIDEO_ID: samples.video(status)}), output, lambda: samples.NOW)


def status_of(step: Advancing) -> Status:
    video = step.videos.get(samples.VIDEO_ID)
    assert video
    return video.status


def playlist(step: Advancing, name: str) -> m3u8.M3U8:
    return m3u8.loads(step.output.get(BASE + name).decode())


def test_the_first_segments_make_a_video_playable() -> None:
    step = advancing(pictures(0, 2), sound(60))
    step.output.put(BASE + "poster.jpg", b"jpg")

    assert step.advance(*RUN)

    video = step.videos.get(samples.VIDEO_ID)
    assert video
    assert (video.status, video.duration, video.has_poster) == (Status.PLAYABLE, 60.0, True)
    assert len(playlist(step, "index.m3u8").playlists) == len(PLAN.renditions)


def test_a_media_playlist_is_an_event_without_an_end() -> None:
    step = advancing(pictures(0, 3), sound(60))

    step.advance(*RUN)

    top = playlist(step, f"{PLAN.renditions[0].name}/index.m3u8")
    assert (top.playlist_type, top.is_endlist, len(top.segments)) == ("event", False, 3)
    assert playlist(step, "index.m3u8").start.time_offset == 0


def test_the_peak_that_is_still_to_come_is_promised() -> None:
    step = advancing(pictures(0, 3))
    step.output.put(keys.so_far_key(*RUN, EXTRAS.index), sound(60).model_dump_json().encode())

    step.advance(*RUN)

    bandwidths = {each.uri: each.stream_info.bandwidth for each in playlist(step, "index.m3u8").playlists}
    for rendition in PLAN.renditions:
        assert bandwidths[keys.playlist_name(rendition.name)] >= 1000 * rendition.peak_kbps


def test_the_mpd_is_a_recording_in_progress_whose_segments_are_all_available() -> None:
    step = advancing(pictures(0, 3), sound(60))

    step.advance(*RUN)

    root = fromstring(step.output.get(BASE + "index.mpd").decode())
    assert (root.get("type"), root.get("mediaPresentationDuration")) == ("dynamic", "PT60.000S")
    assert root.get("minimumUpdatePeriod")
    # The record is of midnight; a minute before it the first segment counts as available.
    assert root.get("availabilityStartTime") == "2026-01-01T23:59:00Z"
    assert root.get("publishTime") == "2026-01-02T03:04:05Z"


def test_manifests_get_longer() -> None:
    step = advancing(pictures(0, 2), sound(60))
    step.advance(*RUN)
    again = advancing(pictures(0, 4), status=Status.PLAYABLE, output=step.output)  # type: ignore[arg-type]

    assert again.advance(*RUN)

    first, second = 2, 4
    assert len(playlist(again, f"{PLAN.renditions[0].name}/index.m3u8").segments) == second > first
    assert status_of(again) is Status.PLAYABLE


def test_keyframes_become_more_with_all_other_pictures() -> None:
    name = f"{PLAN.renditions[0].name}/iframes.m3u8"
    step = advancing(pictures(0, 2), sound(60))
    step.advance(*RUN)
    assert len(playlist(step, name).segments) == 2
    again = advancing(pictures(0, 4), status=Status.PLAYABLE, output=step.output)  # type: ignore[arg-type]

    assert again.advance(*RUN)

    grown = playlist(again, name)
    assert (len(grown.segments), grown.playlist_type, grown.is_endlist) == (4, "event", False)


def test_what_viewers_were_told_is_never_taken_back() -> None:
    """A killed task makes its sound again from the beginning."""
    step = advancing(pictures(0, 5), sound(40))
    step.advance(*RUN)
    before = dict(step.output.objects)  # type: ignore[attr-defined]
    again = advancing(pictures(0, 5), sound(13), status=Status.PLAYABLE, output=step.output)  # type: ignore[arg-type]

    again.advance(*RUN)

    for name in ("index.m3u8", "index.mpd", f"{PLAN.renditions[0].name}/index.m3u8", "a0/index.m3u8"):
        assert again.output.get(BASE + name) == before[BASE + name]


def test_nothing_is_written_when_nothing_is_longer() -> None:
    step = advancing(pictures(0, 3), sound(60))
    step.advance(*RUN)
    later = replace(step, now=lambda: samples.NOW + timedelta(seconds=9))
    before = dict(step.output.objects)  # type: ignore[attr-defined]

    assert later.advance(*RUN)

    assert step.output.objects == before  # type: ignore[attr-defined]


@pytest.mark.parametrize("outcome", ["refused", "cancelled"])
def test_a_run_that_cannot_become_ready_grows_no_further(outcome: str) -> None:
    extras = ChunkReport(chunk=EXTRAS.index, outcome=outcome)  # type: ignore[arg-type]
    step = advancing(pictures(0, 5), extras)

    assert not step.advance(*RUN)
    assert status_of(step) is Status.TRANSCODING


def test_a_run_that_was_begun_anew_meanwhile_is_not_called_playable() -> None:
    step = advancing(pictures(0, 3), sound(60))
    videos = Finishing({samples.VIDEO_ID: samples.video(Status.TRANSCODING)}, to=Status.TRANSCODING, run="another")

    replace(step, videos=videos).advance(*RUN)

    assert videos.records[samples.VIDEO_ID].status is Status.TRANSCODING


@pytest.mark.parametrize("status", sorted({*Status} - {Status.TRANSCODING, Status.PLAYABLE}))
def test_a_video_that_is_not_encoded_is_left_alone(status: Status) -> None:
    step = advancing(pictures(0, 5), sound(60), status=status)

    assert not step.advance(*RUN)
    assert step.output.sizes(BASE) == {}
    assert status_of(step) is status


def test_another_run_is_left_alone() -> None:
    step = advancing(pictures(0, 5), sound(60))

    assert not step.advance(samples.VIDEO_ID, "ffffffffffff")
    assert not step.advance("f" * 20, samples.RUN)


def test_a_run_whose_tasks_have_all_ended_is_left_to_publishing() -> None:
    ended = [pictures(chunk.index, 5) for chunk in PLAN.chunks if chunk.video]
    reports = [report.model_copy(update={"outcome": "encoded"}) for report in [*ended, sound(60)]]
    step = advancing(*reports)

    assert not step.advance(*RUN)
    assert step.output.sizes(BASE) == {}


@dataclass
class Overtaken(FakeOutput):
    """While reports are read, publishing writes its manifests."""

    final: dict[str, bytes] = field(default_factory=dict)

    def get(self, key: str) -> bytes:
        if "so-far" in key:
            self.objects |= self.final
        return super().get(key)


@pytest.mark.parametrize(
    "name", ["index.m3u8", "index.mpd", *(f"{PLAN.renditions[0].name}/{each}.m3u8" for each in ("index", "iframes"))]
)
def test_what_publishing_wrote_meanwhile_stays(name: str) -> None:
    output = Overtaken(final={BASE + name: b"the last word"})
    step = advancing(pictures(0, 3), sound(60), output=output)

    assert not step.advance(*RUN)
    assert output.objects[BASE + name] == b"the last word"
    assert status_of(step) is Status.TRANSCODING


@dataclass
class Finishing(FakeVideos):
    """Somebody else is faster to change the record."""

    to: Status = Status.READY
    run: str = samples.RUN

    def save(self, video: object) -> object:  # type: ignore[override]
        stored = self.records[samples.VIDEO_ID]
        if stored.version == 0:
            self.records[samples.VIDEO_ID] = replace(stored, status=self.to, run=self.run, version=1)
        return super().save(video)  # type: ignore[arg-type]


@pytest.mark.parametrize("to", [Status.READY, Status.CANCELLED, Status.FAILED, Status.DELETING])
def test_a_video_that_became_something_else_meanwhile_stays_that(to: Status) -> None:
    step = advancing(pictures(0, 3), sound(60))
    videos = Finishing({samples.VIDEO_ID: samples.video(Status.TRANSCODING)}, to=to)

    replace(step, videos=videos).advance(*RUN)

    assert videos.records[samples.VIDEO_ID].status is to


def test_a_published_video_that_grew_ends_as_an_event_others_are_on_demand() -> None:
    for status, kind in ((Status.PLAYABLE, "event"), (Status.TRANSCODING, "vod")):
        plan, output = samples.plan(), FakeOutput()
        report = samples.report(plan)
        output.put(keys.plan_key(*RUN), plan.model_dump_json().encode())
        output.put(keys.report_key(*RUN, 0), report.model_dump_json().encode())
        for key, size in samples.stored(plan, report).items():
            output.put(key, bytes(size))
        videos = FakeVideos({samples.VIDEO_ID: samples.video(status)})

        Publishing(videos, output, FakeEvents(), FakeMetrics(), now=lambda: samples.NOW).publish(*RUN)

        top = m3u8.loads(output.get(BASE + "v720/index.m3u8").decode())
        assert (top.playlist_type, top.is_endlist) == (kind, True)


@dataclass
class Counting(FakeOutput):
    """Notes how often it is asked."""

    calls: list[str] = field(default_factory=list)

    def get(self, key: str) -> bytes:
        self.calls.append(key)
        return super().get(key)

    def stored(self, key: str) -> Stored | None:
        self.calls.append(key)
        return super().stored(key)

    def replace(self, key: str, data: bytes, tag: str | None) -> bool:
        self.calls.append(key)
        return super().replace(key, data, tag)


S3_SECONDS = 0.05
"""Of one call, on average."""


def test_a_batch_of_two_hundred_videos_fits_half_of_the_function_s_time() -> None:
    """Films of as many tasks as there may be, half of them done: each advances by one segment of every rung."""
    output = Counting()
    made = far_on(output)
    step = Advancing(FakeVideos({samples.VIDEO_ID: samples.video(Status.TRANSCODING)}), output, lambda: samples.NOW)

    assert step.advance(*RUN)

    assert len(made.chunks) == MOST_TASKS
    (advance,) = (each.properties for each in parsed.functions() if each.properties["Handler"] == "advance.handler")
    assert len(output.calls) * S3_SECONDS * 200 / PARALLEL <= advance["Timeout"] / 2


def far_on(output: FakeOutput) -> Plan:
    """Store the plan of two hours, the reports of half its chunks, and what the next one and the extras noted so far."""
    policy = ChunkPolicy(most=beside_extras(MOST_TASKS))
    source = SourceObject(bucket="source", key="key", version=None, size=1000)
    made = make_plan(*RUN, source, samples.probe(1920, 1080, 7200.0, Rate(num=30, den=1)), policy)
    output.put(keys.plan_key(*RUN), made.model_dump_json().encode())
    half = len(made.chunks) // 2
    for chunk in (*made.chunks[: half + 1], made.chunks[-1]):
        report = far_on_report(made, chunk, "encoded" if chunk.video and chunk.index < half else "encoding")
        key = keys.report_key if report.outcome == "encoded" else keys.so_far_key
        output.put(key(*RUN, chunk.index), report.model_dump_json().encode())
    return made


def far_on_report(made: Plan, chunk: Chunk, outcome: str) -> ChunkReport:
    frames, numbers = made.segment_frames, range(chunk.first_segment, chunk.end_segment or 0)
    segments = [
        SegmentReport(number=at, bytes=1000, frames=frames, start=at * 120_000, ticks=120_000) for at in numbers
    ]
    whole = [samples.track(sound.name, [188] * made.segments, 1024, 48000) for sound in made.audio]
    video = [samples.track(each.name, [frames], 1000, 30_000) for each in made.renditions] if chunk.video else []
    return ChunkReport(
        chunk=chunk.index,
        outcome=outcome,  # type: ignore[arg-type]
        video=tuple(track.model_copy(update={"segments": tuple(segments)}) for track in video),
        audio=() if chunk.video else tuple(whole),
    )


def test_a_run_that_fails_keeps_no_other_of_its_batch_back() -> None:
    step = advancing(pictures(0, 2), sound(60))
    step.videos.records["broken"] = replace(samples.video(Status.TRANSCODING), id="broken")  # type: ignore[attr-defined]

    with pytest.raises(KeyError, match="broken"):
        step.advance_all([("broken", samples.RUN), RUN])

    assert status_of(step) is Status.PLAYABLE


def test_a_batch_says_how_many_runs_it_advanced() -> None:
    step = advancing(pictures(0, 2), sound(60))

    assert step.advance_all([RUN, ("f" * 20, samples.RUN)]) == 1


def test_a_stream_event_names_each_run_once_and_no_other_records() -> None:
    keys_of = [
        ("PROGRESS#a", "CHUNK#r1#00000"),
        ("PROGRESS#a", "CHUNK#r1#00001"),
        ("PROGRESS#b", "CHUNK#r2#00000"),
        ("VIDEO#b", "VIDEO"),
    ]
    records = [{"dynamodb": {"Keys": {"pk": {"S": pk}, "sk": {"S": sk}}}} for pk, sk in keys_of]

    assert noted({"Records": records}) == [("a", "r1"), ("b", "r2")]
