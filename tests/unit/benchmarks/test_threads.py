"""Commands as a larger machine would run them."""

from benchmarks.threads import as_on


def test_every_encoder_and_the_decoder_are_told_how_many_threads_to_start() -> None:
    command = ["ffmpeg", "-i", "in", "-c:v", "libx264", "-crf", "23", "a", "-x265-params", "info=0", "b"]

    told = as_on(8, [*command, "-svtav1-params", "scd=0", "c"])

    assert told == [
        *("ffmpeg", "-filter_complex_threads", "8", "-threads", "9", "-i", "in"),
        *("-c:v", "libx264", "-threads", "12", "-crf", "23", "a"),
        *("-x265-params", "info=0:pools=8:frame-threads=3", "b", "-svtav1-params", "scd=0:lp=5", "c"),
    ]
