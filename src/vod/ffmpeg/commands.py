"""FFmpeg command lines as values: built here from a plan, run elsewhere, compared whole in tests."""

from collections.abc import Mapping, Sequence
from itertools import groupby

from vod.ffmpeg import encoders
from vod.media import color
from vod.media.color import Color
from vod.plan import storyboard
from vod.plan.plan import Plan
from vod.plan.renditions import Rendition
from vod.plan.sound import SURROUND, AudioRendition
from vod.plan.storyboard import Sheet
from vod.source.byte_ranges import PRE_ROLL_SECONDS
from vod.source.decoders import WHITELIST
from vod.source.probe import Joint, Shape
from vod.source.sniff import DEMUXERS

SHEETS = "sheets"
"""The name of the storyboard's output among the tracks."""
MAX_PIXELS = 8192 * 4320
_ROUNDED_FRAMES, _ROUNDED_SECONDS = 2, 0.1
_ROUNDED_TIME = 0.002
GIVEN, MADE = "given", "made"
"""Frames that the first picture's encoder was given, and that it made: `name=number` among the lines of progress."""
_FRAGMENTED = "+frag_keyframe+default_base_moof+delay_moov+frag_discont+skip_trailer"
_AUDIO_FRAGMENTED = "+default_base_moof+delay_moov+skip_trailer"
# Channels that are mixed add up to more than full scale. A limiter keeps the loudness, which a smaller matrix lowers by
# 8 dB for all of the film; 1 dB below full scale leaves room for what AAC adds.
_STRETCHED = 1000
"""Samples a second by which sound is stretched that is recorded by a wrong clock: 2 %, and no holes."""
_LEAST_HOLE = 0.02
"""A hole or an overlap (s) that is made good at the joints of a source; elsewhere FFmpeg's own 0.1 s."""
_LIMITED = "alimiter=limit=0.891:attack=5:release=50:level=0:latency=1"
_FIRST_TWO = "pan=stereo|c0=c0|c1=c1,"
_ANONYMOUS = ["-map_metadata", "-1", "-map_chapters", "-1", "-fflags", "+bitexact"]

Command = list[str]


def encode_command(
    binary: str,
    source: str,
    plan: Plan,
    first_frame: int,
    end_frame: int | None,
    outputs: Mapping[str, str],
    progress: str,
    gains: Mapping[str, float] | None = None,
) -> Command:
    """One FFmpeg process for every track named in `outputs` (track name -> file or pipe), decoding the source once.

    Video covers grid frames [first_frame, end_frame); audio always covers the whole source, with a gain in dB where
    `gains` names its track. Recipe and measurements: docs/decisions.md, "One FFmpeg for all rungs".
    """
    videos = [rendition for rendition in plan.renditions if rendition.name in outputs]
    audios = [track for track in plan.audio if track.name in outputs]
    drawn = sheets(plan, first_frame, end_frame) if SHEETS in outputs else ()
    # Sound is made over the whole source: with it, the source is read from its beginning.
    at = 0.0 if audios else plan.entry(first_frame)
    alone = not videos and len(audios) == 1
    command = [binary, *_quiet(progress), *opened(source, plan, at, may_change=alone)]
    if videos:
        command += ["-filter_complex", filter_graph(plan, videos, first_frame, end_frame, drawn)]
    for number, video in enumerate(videos):
        counted = _counted(progress) if number == 0 else []
        command += [*_video_output(plan, video, first_frame), *counted, outputs[video.name]]
    if drawn:
        command += storyboard.output(SHEETS, outputs[SHEETS])
    for audio in audios:
        heard = sound_filters(audio, alone, bool(plan.joints), (gains or {}).get(audio.name, 0.0))
        command += [*heard, *_audio_output(audio), outputs[audio.name]]
    return command


def sheets(plan: Plan, first_frame: int, end_frame: int | None) -> tuple[Sheet, ...]:
    """The storyboard's sheets that grid frames [first_frame, end_frame) fill."""
    return storyboard.sheets(plan.storyboard, first_frame, end_frame) if plan.storyboard else ()


def filter_graph(
    plan: Plan, renditions: Sequence[Rendition], first_frame: int, end_frame: int | None, drawn: Sequence[Sheet] = ()
) -> str:
    """Steady grid, exact cut, then each size scaled from the one above it: 0.65 of the CPU of one FFmpeg a rung."""
    sizes = sorted({(r.width, r.height) for r in renditions}, reverse=True)
    chains = []
    for number, (width, height) in enumerate(sizes):
        labels = [rendition.name for rendition in renditions if (rendition.width, rendition.height) == (width, height)]
        is_last = number == len(sizes) - 1
        labels += [*([] if is_last else [f"down{number + 1}"]), *(["thumbs"] if is_last and drawn else [])]
        # The first is converted to what every output is (8-bit 4:2:0, BT.709); the others only get smaller.
        scaled = (
            f"[down{number}]scale={width}:{height}:flags=bicubic"
            if number
            else f"{grid(plan, first_frame, end_frame)},{color.filters(plan.color, width, height)}"
        )
        chains.append(f"{scaled},setsar=1{_split(labels)}")
    if drawn and plan.storyboard:
        chains.append(f"[thumbs]{storyboard.filters(plan.storyboard, Color(), drawn)}[{SHEETS}]")
    return ";".join(chains)


def grid(plan: Plan, first_frame: int, end_frame: int | None) -> str:
    """The picture track as frames [first_frame, end_frame) of the plan's grid, in the source's size and colours."""
    end = plan.frames if end_frame is None and plan.held else end_frame
    # trim counts in the fps filter's own time base (one tick a frame): an exact cut, no comparison of seconds.
    cut = f"trim=start_pts={first_frame}" + ("" if end is None else f":end_pts={end}")
    # eof_action=pass: the only picture of a source is kept, however short it is.
    only = ":eof_action=pass" if plan.pictures == 1 else ""
    steady = f"fps={plan.rate.num}/{plan.rate.den}:start_time=0{only}"
    return f"[0:{plan.video_index}]{whole_pictures(plan)}{steady},{_held(plan, end)}{cut}"


def whole_pictures(plan: Plan) -> str:
    """The filters, each with a comma behind it, that make a source's pictures progressive and of one size and shape."""
    marked = ":deint=interlaced" if plan.progressive_parts else ""
    progressive = f"bwdif=mode=send_frame{marked}," if plan.interlaced else ""
    if not plan.shapes:
        return progressive
    # Before anything that takes its pictures to be of one size; interl: fields are scaled apart where they are marked.
    width, height = plan.renditions[0].width, plan.renditions[0].height
    shown = f"(iw/ih*{_shape(plan.shapes)})"
    sides = rf"w='2*trunc(min({width}\,{height}*{shown})/2)':h='2*trunc(min({height}\,{width}/{shown})/2)'"
    return (
        f"scale={sides}:eval=frame:interl=-1:flags=bicubic,pad={width}:{height}:-1:-1:eval=frame,setsar=1,{progressive}"
    )


def _shape(shapes: Sequence[Shape]) -> str:
    """The pixels' shape at a time; FFmpeg gives every picture that of the first, whatever it says itself."""
    first, *later = shapes
    text = f"({first.num}/{first.den})"
    for shape in later:
        text = rf"if(lt(t\,{shape.begin - _ROUNDED_TIME:.4f})\,{text}\,{shape.num}/{shape.den})"
    return text


def _held(plan: Plan, end: int | None) -> str:
    """The last picture over again, behind the last one alone: elsewhere it would hide that pictures are missing.

    A little more than planned, since a source's length is rounded; the cut is exact.
    """
    is_behind = end is not None and end > plan.pictures - _ROUNDED_FRAMES
    return f"tpad=stop={plan.held + _ROUNDED_FRAMES}:stop_mode=clone," if plan.held and is_behind else ""


def _split(labels: Sequence[str]) -> str:
    outputs = "".join(f"[{label}]" for label in labels)
    return outputs if len(labels) == 1 else f",split={len(labels)}{outputs}"


def _counted(progress: str) -> Command:
    """A line for each frame that an output's encoder is given, and one for each that it made."""
    given = ["-stats_enc_pre", progress, "-stats_enc_pre_fmt", GIVEN + "={n}"]
    return [*given, "-stats_enc_post", progress, "-stats_enc_post_fmt", MADE + "={n}"]


def _quiet(progress: str) -> Command:
    # stats_period: the record is updated every few seconds at most, so twice a second is plenty.
    return ["-v", "error", "-nostdin", "-y", "-nostats", "-progress", progress, "-stats_period", "0.5"]


def opened(source: str, plan: Plan, at: float, may_change: bool = False) -> Command:
    """The arguments that open the source shortly before `at` seconds; exact cuts are made on frames, after decoding.

    `may_change` is for filters that can be built anew when sound changes its channels on the way.
    """
    enter = plan.start + at - PRE_ROLL_SECONDS
    if not plan.is_seekable or enter <= plan.start:
        return _input(source, plan, may_change)
    # seek_timestamp: the source's own times. noaccurate_seek: its cut would count from another zero than ours.
    return ["-seek_timestamp", "1", "-noaccurate_seek", "-ss", f"{enter:.6f}", *_input(source, plan, may_change)]


def _input(source: str, plan: Plan, may_change: bool) -> Command:
    hostile = [
        "-protocol_whitelist",
        "file,pipe",
        "-format_whitelist",
        ",".join(DEMUXERS),
        "-codec_whitelist",
        WHITELIST,
        "-max_pixels",
        str(MAX_PIXELS),
        # Do not run the LCEVC enhancement decoder: its holes CVE-2026-125262 and -125263 have no fixed release yet.
        "-export_side_data",
        "+enhancements",
    ]
    # max_error_rate: a damaged source gives what can be decoded; whether that is enough is verified on frames later.
    # reinit_filter: a change in mid-stream must not restart the frame grid, or the count of samples, at zero.
    tolerant = ["-max_error_rate", "1", "-reinit_filter:v" if may_change else "-reinit_filter", "0"]
    # One zero for every track and process, from the plan: FFmpeg's own start_at_zero depends on what is mapped.
    zero = ["-copyts", "-itsoffset", f"{-plan.start:.6f}"]
    raw = ["-correct_ts_overflow", "0"] if plan.raw_clock else []
    decoder = [f"-c:{plan.video_index}", plan.decoder] if plan.decoder else []
    return [*hostile, *tolerant, *zero, *raw, *_joined(plan.joints), *decoder, "-f", plan.demuxer, "-i", source]


def _joined(joints: Sequence[Joint]) -> Command:
    """One steady clock for a source that was put together: its packets' times are moved as the probe found, which tells
    the joints of one track after those of another.

    With -copyts FFmpeg's own correction is off, and it would count from another zero in every process.
    """
    arguments = []
    for track, parts in groupby(joints, lambda joint: joint.track):
        shifts, before = [], 0.0
        for joint in parts:
            shifts.append(rf"gte(N\,{joint.packet})*({joint.shift - before:.6f})")
            before = joint.shift
        moved = f"({'+'.join(shifts)})/TB"
        times = (
            rf"{each}=if(eq({name}\,NOPTS)\,NOPTS\,{name}+{moved})" for each, name in (("pts", "PTS"), ("dts", "DTS"))
        )
        arguments += [f"-bsf:{track}", f"setts={':'.join(times)}"]
    return arguments


def _video_output(plan: Plan, rendition: Rendition, first_frame: int) -> Command:
    first_fragment = first_frame // plan.gop_frames + 1
    return [
        *("-map", f"[{rendition.name}]", *encoders.arguments(rendition, plan.gop_frames, plan.rate.fraction)),
        *("-video_track_timescale", str(plan.timescale), *_ANONYMOUS, "-flags:v", "+bitexact"),
        *color.TAGS,
        # frag_discont: without it every run restarts its decode times at 0; skip_trailer: no index at the end.
        *("-fragment_index", str(first_fragment), "-movflags", _FRAGMENTED, "-flush_packets", "1", "-f", "mp4"),
    ]


def sound_filters(track: AudioRendition, alone: bool, is_joined: bool = False, gain: float = 0.0) -> Command:
    """What makes a sound track steady: gaps and a late start become silence, so that it never drifts from the picture.

    Broadcasts change between stereo and 5.1, which ends FFmpeg. A track `alone` in its process passes two graphs: the
    first one may be built anew then, the second lives on and knows how much it has given. With a picture beside it that
    sometimes stands still for ever (FFmpeg 9.0.2, late sound), so it is for what the first try could not do.

    Where a source `is_joined`, put together from several, blocks of its sound overlap. `gain` is in dB.
    """
    silence, cut = _silence(track)
    begin, late = _late(track)
    begin = f"{_FIRST_TWO}{begin}" if track.takes_two else begin
    exact = f":min_hard_comp={_LEAST_HOLE}" if is_joined else ""
    steady = f"aresample={track.sample_rate}:async={_STRETCHED if track.drifts else 1}{exact}:first_pts=0{late}"
    layout = {1: "mono", 2: "stereo", SURROUND: "5.1"}[track.channels]
    laid_out = f",aformat=fltp:channel_layouts={layout}"
    louder = f",volume={gain}dB" if gain else ""
    limited = f"{louder},{_LIMITED}" if track.is_mixed or gain > 0 else louder
    if not alone or track.right_index is not None:
        ending = f"{laid_out + limited if limited else ''}{silence or _filled(track)}{cut}"
        return ["-filter_complex", f"{_heard(track, begin + steady)}{ending}[{track.name}]"]
    # apad does nothing in a graph behind another one, whose end does not reach it (FFmpeg 9.0.2).
    even = f"[0:{track.source_index}]{begin}aresample={track.sample_rate}:async=1{laid_out}{limited}{silence}"
    return [
        "-filter_complex",
        f"{even}[{track.name}in]",
        "-filter_complex",
        f"[{track.name}in]{steady}{cut}[{track.name}]",
    ]


def _heard(track: AudioRendition, steady: str) -> str:
    """A track of the source through the filters that make it steady; two of a pair as left and right."""
    if track.right_index is None:
        return f"[0:{track.source_index}]{steady}"
    left, right = f"{track.name}l", f"{track.name}r"
    sides = f"[0:{track.source_index}]{steady}[{left}];[0:{track.right_index}]{steady}[{right}]"
    return f"{sides};[{left}][{right}]join=inputs=2:channel_layout=stereo"


def _late(track: AudioRendition) -> tuple[str, str]:
    """What comes before and behind the filter that makes a track steady whose first sound is late: an hour of silence
    is 700 MB where aresample makes it, and adelay makes it piece by piece."""
    if not track.late:
        return "", ""
    samples = round(track.late * track.sample_rate)
    return f"asetpts=PTS-{samples / track.sample_rate:.6f}/TB,", f",adelay={samples}S:all=1"


def _silence(track: AudioRendition) -> tuple[str, str]:
    """What follows a track that is known to end before the video, and where that is cut.

    A length, not "up to a time", so that missing sound is seen; a little more, and then cut exactly.
    """
    if not track.silence or track.until is None:
        return "", ""
    end = round(track.until * track.sample_rate)
    return f",apad=pad_dur={track.silence + _ROUNDED_SECONDS:.6f}", f",atrim=end_sample={end}"


def _filled(track: AudioRendition) -> str:
    """Silence up to where the video ends, behind a track whose end is not known."""
    return f",apad=whole_dur={track.until:.6f}" if track.end is None and track.until is not None else ""


def _audio_output(track: AudioRendition) -> Command:
    return [
        *("-map", f"[{track.name}]", "-c:a", "aac", "-b:a", f"{track.kbps}k"),
        *("-ac", str(track.channels), *_ANONYMOUS, "-flags:a", "+bitexact", "-frag_duration", "2000000"),
        *("-movflags", _AUDIO_FRAGMENTED, "-flush_packets", "1", "-f", "mp4"),
    ]
