import io

from tests import samples
from vod.errors import SourceRefused
from vod.plan.plan import SourceObject
from vod.source.probe import Limits
from vod.steps.probe import probe

LIMITS = Limits(max_bytes=5000, max_seconds=60)
MP4 = b"\x00\x00\x00\x18ftypmp42" + bytes(100)


def run(data: bytes, declared: int | None = None, size: int | None = None) -> dict[str, object]:
    source = SourceObject(bucket="b", key="k", version="v", size=len(data) if size is None else size)
    return probe(source, declared, LIMITS, lambda _: io.BytesIO(data), lambda *_: samples.probe())


def code(answer: dict[str, object]) -> object:
    assert answer["outcome"] == "refused"
    assert isinstance(answer["error"], dict)
    return answer["error"]["code"]


def test_a_good_source_is_admitted_with_its_probe() -> None:
    assert run(MP4, declared=len(MP4)) == {"outcome": "admitted", "probe": samples.probe().model_dump()}


def test_sizes_are_checked_before_a_byte_is_read() -> None:
    assert code(run(b"")) == "empty"
    assert code(run(MP4, declared=99)) == "size_mismatch"
    assert code(run(MP4, size=5001)) == "too_large"


def test_what_is_not_a_video_is_refused_without_opening_it() -> None:
    assert code(run(b"#EXTM3U\nhttp://127.0.0.1/")) == "indirect_source"


def test_a_reader_that_refuses_gives_its_reason() -> None:
    def corrupt(*_: object) -> None:
        raise SourceRefused("corrupt", "no picture")

    source = SourceObject(bucket="b", key="k", version="v", size=len(MP4))
    answer = probe(source, None, LIMITS, lambda _: io.BytesIO(MP4), corrupt)  # type: ignore[arg-type]

    assert code(answer) == "corrupt"
