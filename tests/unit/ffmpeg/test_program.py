"""Which FFmpeg is run."""

import imageio_ffmpeg

from vod.ffmpeg import program


def test_it_is_the_one_of_the_wheel() -> None:
    assert program.path() == imageio_ffmpeg.get_ffmpeg_exe()
