from itertools import pairwise

from tests import samples
from vod.ffmpeg import commands
from vod.ffmpeg.commands import opened, whole_pictures
from vod.ffmpeg.sound_filters import sound_filters
from vod.media import color
from vod.source.decoders import WHITELIST
from vod.source.probe import Joint, Shape
from vod.source.sniff import DEMUXERS

PLAN = samples.plan(samples.probe(854, 480, 10))


def test_the_whole_command_for_two_rungs_and_sound() -> None:
    outputs = {"v480": "pipe:4", "v240": "pipe:5", "a0": "pipe:6"}

    command = commands.encode_command("ffmpeg", "/scratch/source", PLAN, 0, None, outputs, "pipe:7")

    video = "-map [{}] -c:v libx264 -preset faster -crf {} -maxrate {}k -bufsize {}k -g 50 -keyint_min 50 -sc_threshold 0 -aq-mode 3 -aq-strength 0.6 -a53cc 0 "
    video += "-video_track_timescale 25000 -map_metadata -1 -map_chapters -1 -fflags +bitexact -flags:v +bitexact "
    video += " ".join(color.TAGS) + " "
    video += "-fragment_index 1 -movflags +frag_keyframe+default_base_moof+delay_moov+frag_discont+skip_trailer "
    video += "-flush_packets 1 -f mp4 {}"
    counted = "-stats_enc_pre pipe:7 -stats_enc_pre_fmt given={n} -stats_enc_post pipe:7 -stats_enc_post_fmt made={n} "
    graph = (
        f"[0:0]fps=25/1:start_time=0,trim=start_pts=0,{color.filters(PLAN.color, 854, 480)},setsar=1,"
        "split=2[v480][down1];[down1]scale=428:240:flags=bicubic,setsar=1[v240]"
    )
    expected = [
        "ffmpeg -v error -nostdin -y -nostats -progress pipe:7 -stats_period 0.5",
        f"-protocol_whitelist file,pipe -format_whitelist {','.join(DEMUXERS)} -codec_whitelist {WHITELIST}",
        "-max_pixels 35389440 -export_side_data +enhancements -max_error_rate 1 -reinit_filter 0 -copyts -itsoffset -0.000000 -f mov -i /scratch/source",
        f"-filter_complex {graph}",
        video.format("v480", 24, 1422, 2844, counted + "pipe:4"),
        video.format("v240", 28, 400, 800, "pipe:5"),
        "-filter_complex [0:1]aresample=48000:async=1:first_pts=0[a0]",
        "-map [a0] -c:a aac -b:a 128k -ac 2 -map_metadata -1 -map_chapters -1",
        "-fflags +bitexact -flags:a +bitexact -frag_duration 2000000",
        "-movflags +default_base_moof+delay_moov+skip_trailer -flush_packets 1 -f mp4 pipe:6",
    ]
    assert command == " ".join(expected).split(" ")


def test_a_resumed_chunk_is_cut_on_the_frame_and_numbers_its_fragments_on() -> None:
    command = commands.encode_command("ffmpeg", "s", PLAN, 200, 300, {"v480": "pipe:4"}, "pipe:5")

    assert ",trim=start_pts=200:end_pts=300," in command[command.index("-filter_complex") + 1]
    assert command[command.index("-fragment_index") + 1] == "5"


def test_a_later_chunk_enters_the_source_shortly_before_its_first_frame() -> None:
    late = PLAN.model_copy(update={"start": 1.5})

    command = commands.encode_command("ffmpeg", "s", late, 200, 300, {"v480": "pipe:4"}, "pipe:5")

    opened = command[: command.index("-i")]
    assert opened[opened.index("-ss") + 1] == "7.500000"
    assert "-noaccurate_seek" in opened


def test_a_source_without_index_is_read_from_its_beginning() -> None:
    stream = PLAN.model_copy(update={"is_seekable": False})

    assert "-ss" not in commands.encode_command("ffmpeg", "s", stream, 200, 300, {"v480": "pipe:4"}, "pipe:5")


def test_sound_alone_draws_no_picture() -> None:
    command = commands.encode_command("ffmpeg", "s", PLAN, 0, None, {"a0": "pipe:4"}, "pipe:5")

    assert "libx264" not in command
    assert [end for flag, end in pairwise(command) if flag == "-map"] == ["[a0]"]


def test_an_interlaced_source_is_deinterlaced_before_the_grid() -> None:
    interlaced = PLAN.model_copy(update={"interlaced": True})

    graph = commands.filter_graph(interlaced, list(PLAN.renditions), 0, None)

    assert graph.startswith("[0:0]bwdif=mode=send_frame,fps=")


def test_the_source_is_opened_with_its_own_demuxer_and_local_files_only() -> None:
    arguments = commands.opened("s", PLAN, 1.0)

    assert arguments[arguments.index("-f") + 1] == "mov"
    assert arguments[arguments.index("-protocol_whitelist") + 1] == "file,pipe"
    assert arguments[-2:] == ["-i", "s"]


def test_the_storyboard_is_drawn_from_the_smallest_size_of_the_same_decoding() -> None:
    command = commands.encode_command("ffmpeg", "s", PLAN, 0, None, {"v480": "1", "v240": "2", "sheets": "3"}, "4")

    graph = command[command.index("-filter_complex") + 1]
    assert "scale=428:240:flags=bicubic,setsar=1,split=2[v240][thumbs];[thumbs]select=" in graph
    assert graph.endswith("[sheets]")
    assert command[-1] == "3"


def test_codecs_share_the_pictures_of_a_size() -> None:
    plan = samples.plan(samples.probe(854, 480, 10), profile="hevc")

    graph = commands.filter_graph(plan, plan.renditions, 0, None)

    assert graph.count("scale=854:480") == 1
    assert "split=3[v480][v480-hevc][down1]" in graph


def test_sound_alone_may_change_its_channels_on_the_way() -> None:
    alone = commands.encode_command("ffmpeg", "s", PLAN, 0, None, {"a0": "pipe:4"}, "pipe:5")
    beside = commands.encode_command("ffmpeg", "s", PLAN, 0, None, {"a0": "pipe:4", "v240": "pipe:6"}, "pipe:5")

    assert [value for flag, value in pairwise(alone) if flag == "-filter_complex"] == [
        "[0:1]aresample=48000:async=1,aformat=fltp:channel_layouts=stereo[a0in]",
        "[a0in]aresample=48000:async=1:first_pts=0[a0]",
    ]
    assert "-reinit_filter:v" in alone
    assert "-reinit_filter" in beside


def test_a_source_put_together_is_given_one_clock() -> None:
    joints = (
        Joint(track=0, packet=125, shift=5),
        Joint(track=0, packet=250, shift=8.5),
        Joint(track=1, packet=9, shift=5),
    )
    command = opened("s", PLAN.model_copy(update={"joints": joints}), 0)

    moved = r"(gte(N\,125)*(5.000000)+gte(N\,250)*(3.500000))/TB"
    times = rf"pts=if(eq(PTS\,NOPTS)\,NOPTS\,PTS+{moved}):dts=if(eq(DTS\,NOPTS)\,NOPTS\,DTS+{moved})"
    assert command[command.index("-bsf:0") + 1] == f"setts={times}"
    assert r"PTS+(gte(N\,9)*(5.000000))/TB" in command[command.index("-bsf:1") + 1]
    assert command.index("-bsf:1") < command.index("-i")


def test_pictures_that_change_their_shape_keep_it_within_the_largest() -> None:
    shapes = (Shape(begin=0, num=1, den=1), Shape(begin=2.5, num=4, den=3))
    plan = PLAN.model_copy(update={"shapes": shapes, "interlaced": True, "progressive_parts": True})

    scaled, padded, square, progressive, _ = whole_pictures(plan).replace(r"\,", ";").split(",")

    assert scaled.startswith("scale=w='2*trunc(min(854;480*(iw/ih*if(lt(t;2.4980);(1/1);4/3)))/2)'")
    assert (padded, square) == ("pad=854:480:-1:-1:eval=frame", "setsar=1")
    assert progressive == "bwdif=mode=send_frame:deint=interlaced"


def test_channels_that_are_mixed_pass_a_limiter() -> None:
    (track, *_) = PLAN.audio
    mixed = sound_filters(track.model_copy(update={"is_mixed": True}), alone=False)[1]

    assert "aformat=fltp:channel_layouts=stereo,alimiter=limit=0.891" in mixed
    assert "alimiter" not in sound_filters(track, alone=False)[1]
    assert "async=1000" in sound_filters(track.model_copy(update={"drifts": True}), alone=False)[1]


def test_a_late_tracks_silence_is_made_piece_by_piece() -> None:
    (track, *_) = PLAN.audio
    for alone in (False, True):
        graph = " ".join(sound_filters(track.model_copy(update={"late": 3600.5}), alone))

        assert f"[0:{track.source_index}]asetpts=PTS-3600.500000/TB,aresample" in graph
        assert "first_pts=0,adelay=172824000S:all=1" in graph
