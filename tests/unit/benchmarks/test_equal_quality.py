from benchmarks.equal_quality import EXCERPTS, Measured, at_fixed_rate, fixed_renditions, report
from benchmarks.ladder import Point
from tests import samples


def test_a_fixed_rung_has_an_average_rate_and_twice_that_as_peak() -> None:
    top = fixed_renditions(samples.plan(samples.probe(1920, 1080)))[0]

    made = at_fixed_rate(top, 50, turn=2)

    assert "-crf" not in made
    at = made.index("-b:v")
    assert made[at : at + 4] == ["-b:v", "7800k", "-maxrate", "15600k"]


def test_every_rung_keeps_its_own_notes_between_the_passes() -> None:
    renditions = fixed_renditions(samples.plan(samples.probe(1920, 1080)))

    first, second = ([notes(at_fixed_rate(r, 50, turn)) for r in renditions] for turn in (1, 2))

    assert len(set(first)) == len(renditions)
    assert first == second


def notes(command: list[str]) -> str:
    return command[command.index("-passlogfile") + 1]


def test_the_fixed_ladder_keeps_the_shape_of_an_upright_video_and_ends_at_its_size() -> None:
    plan = samples.plan(samples.probe(576, 1024))

    fixed = fixed_renditions(plan)

    assert [(r.name, r.width, r.height) for r in fixed][:2] == [("v540-2000", 540, 960), ("v432-1100", 432, 768)]


def test_both_ladders_use_the_same_preset() -> None:
    plan = samples.plan(samples.probe(1920, 1080))

    assert {r.preset for r in fixed_renditions(plan)} == {plan.renditions[0].preset}


def test_the_report_adds_up_only_what_ours_reaches() -> None:
    one = Measured(EXCERPTS[0], (Point(8000, 94), Point(4000, 90)), (Point(5000, 92), Point(2000, 88)))

    told = report([one])

    assert "| 1 of 2 | 4000 -> 3162 | -20.9 % |" in told
