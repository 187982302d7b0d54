"""FFmpeg command lines as values: built here from a plan, run elsewhere, compared whole in tests."""

from collections.abc import Mapping, Sequence
from itertools import groupby

from vod.ffmpeg import encoders
from vod.ffmpeg.sound_filters import sound_filters
from vod.media import color
from vod.media.color import Color
from vod.media.rate import VIDEO_RATE
from vod.plan import storyboard
from vod.plan.plan import Plan
from vod.plan.renditions import Rendition
from vod.plan.sound import AudioRendition
from vod.plan.storyboard import Sheet
from vod.source.decoders import WHITELIST
from vod.source.probe import Joint, Shape
from vod.source.sniff import DEMUXERS

SHEETS = "sheets"
"""The name of the storyboard's output among the tracks."""
MAX_PIXELS = 8192 * 4320
_ROUNDED_FRAMES = 2
_ROUNDED_TIME = 0.002
GIVEN, MADE = "given", "made"
"""Frames that the first picture's encoder was given, and that it made: `name=number` among the lines of progress."""
_FRAGMENTED = "+frag_keyframe+default_base_moof+delay_moov+frag_discont+skip_trailer"
_AUDIO_FRAGMENTED = "+default_base_moof+delay_moov+skip_trailer"
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
    heard_seconds: float | None = None,
) -> Command:
    """One FFmpeg process for every track named in `outputs` (track name -> file or pipe), decoding the source once.

    Video covers grid frames [first_frame, end_frame); audio covers the whole source, or its first `heard_seconds`, with
    a gain in dB where `gains` names its track. Recipe and measurements: docs/decisions.md, "One FFmpeg for all rungs".
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
        cut = [] if heard_seconds is None else ["-t", f"{heard_seconds}"]
        command += [*heard, *_audio_output(audio), *cut, outputs[audio.name]]
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
    end = plan.frames if end_frame is None and (plan.held or plan.may_lose_its_last) else end_frame
    # trim counts in the fps filter's own time base (one tick a frame): an exact cut, no comparison of seconds.
    cut = f"trim=start_pts={first_frame}" + ("" if end is None else f":end_pts={end}")
    # eof_action=pass: the only picture of a source is kept, however short it is.
    only = ":eof_action=pass" if plan.pictures == 1 else ""
    steady = f"fps={plan.rate.num}/{plan.rate.den}:start_time=0{only}"
    pictures = _film() if plan.telecined else whole_pictures(plan)
    return f"[0:{plan.video_index}]{pictures}{steady},{_held(plan, end)}{cut}"


def _film() -> str:
    """The filters that make of telecined video the film that it was: fields that belong together, a picture of five
    dropped. What was video from the beginning is deinterlaced."""
    whole = "fieldmatch=combmatch=full,bwdif=mode=send_frame:deint=interlaced"
    # decimate counts times of its own from the first that it sees, and drops the first picture of all, since it knows
    # none to compare it with: here a black one of five.
    return f"fps={VIDEO_RATE}:start_time=0,{whole},tpad=start=5:color=black,decimate,setpts=PTS-4,"


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
    is_held = (plan.held or plan.may_lose_its_last) and is_behind
    return f"tpad=stop={plan.held + _ROUNDED_FRAMES}:stop_mode=clone," if is_held else ""


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


def telling(progress: str) -> Command:
    """The options of a run whose filters tell what they measured: at the level info, on standard error."""
    return ["-v", "info", "-hide_banner", "-nostdin", "-nostats", "-progress", progress, "-stats_period", "0.5"]


def opened(source: str, plan: Plan, at: float, may_change: bool = False) -> Command:
    """The arguments that open the source shortly before `at` seconds; exact cuts are made on frames, after decoding.

    `may_change` is for filters that can be built anew when sound changes its channels on the way.
    """
    enter = plan.start + at - plan.pre_roll
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


def _audio_output(track: AudioRendition) -> Command:
    return [
        *("-map", f"[{track.name}]", "-c:a", "aac", "-b:a", f"{track.kbps}k"),
        *("-ac", str(track.channels), *_ANONYMOUS, "-flags:a", "+bitexact", "-frag_duration", "2000000"),
        *("-movflags", _AUDIO_FRAGMENTED, "-flush_packets", "1", "-f", "mp4"),
    ]
