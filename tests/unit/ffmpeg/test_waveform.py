from vod.ffmpeg import waveform


def test_the_whole_cover_command() -> None:
    command = waveform.cover_command("ffmpeg", ["-f", "mp3", "-i", "s"], 1)

    expected = r"ffmpeg -v error -nostdin -f mp3 -i s -map 0:1 -vf scale=min(1280\,iw):min(1280\,ih):"
    expected += "force_original_aspect_ratio=decrease:force_divisible_by=2,setsar=1,"
    expected += "scale=out_color_matrix=bt601:out_range=pc,format=yuvj420p -frames:v 1 -c:v mjpeg -q:v 3 "
    expected += "-fflags +bitexact -flags:v +bitexact -f image2pipe pipe:1"
    assert command == expected.split(" ")


def test_the_waveform_of_a_long_source_is_drawn_from_fewer_samples() -> None:
    short, long = (waveform.waveform_command("ffmpeg", ["-i", "s"], 0, seconds) for seconds in (60, 36000))

    assert "[0:0]aresample=8000,aformat=" in short[short.index("-filter_complex") + 1]
    assert "[0:0]aresample=2000,aformat=" in long[long.index("-filter_complex") + 1]
