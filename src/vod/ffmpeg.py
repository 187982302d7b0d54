"""FFmpeg command lines as values: built here from a plan, run elsewhere, compared whole in tests."""

from collections.abc import Mapping

from vod import color
from vod.chunks import PRE_ROLL_SECONDS
from vod.plan import Plan, Rendition
from vod.sniff import DEMUXERS
from vod.sound import AudioRendition

PRESET = "faster"
MAX_PIXELS = 8192 * 4320
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
) -> Command:
    """One FFmpeg process for every track named in `outputs` (track name -> file or pipe), decoding the source once.

    Video covers grid frames [first_frame, end_frame); audio always covers the whole source. Recipe and measurements:
    docs/decisions.md, "One FFmpeg for all rungs".
    """
    videos = [rendition for rendition in plan.renditions if rendition.name in outputs]
    audios = [track for track in plan.audio if track.name in outputs]
    # Sound is made over the whole source: with it, the source is read from its beginning.
    at = 0.0 if audios else first_frame / float(plan.rate.fraction)
    command = [binary, *_quiet(progress), *opened(source, plan, at)]
    if videos:
        command += ["-filter_complex", filter_graph(plan, videos, first_frame, end_frame)]
    for video in videos:
        command += [*_video_output(plan, video, first_frame), outputs[video.name]]
    for audio in audios:
        command += [*_audio_output(audio), outputs[audio.name]]
    return command


def filter_graph(plan: Plan, renditions: list[Rendition], first_frame: int, end_frame: int | None) -> str:
    """Steady grid, exact cut, then each rung scaled from the one above it: 0.65 of the CPU of one FFmpeg a rung."""
    rate = f"{plan.rate.num}/{plan.rate.den}"
    # trim counts in the fps filter's own time base (one tick a frame): an exact cut, no comparison of seconds.
    cut = f"trim=start_pts={first_frame}" + ("" if end_frame is None else f":end_pts={end_frame}")
    deinterlace = "bwdif=mode=send_frame," if plan.interlaced else ""
    chains = [f"[0:{plan.video_index}]{deinterlace}fps={rate}:start_time=0,{cut},{_scaled(plan, renditions, 0)}"]
    chains += [f"[down{number}]{_scaled(plan, renditions, number)}" for number in range(1, len(renditions))]
    return ";".join(chains)


def _scaled(plan: Plan, renditions: list[Rendition], number: int) -> str:
    """The top rung is converted to what every output is (8-bit 4:2:0, BT.709); the others only get smaller."""
    size = renditions[number]
    plain = f"scale={size.width}:{size.height}:flags=bicubic"
    scale = color.filters(plan.color, size.width, size.height) if number == 0 else plain
    name, last = f"[{size.name}]", number == len(renditions) - 1
    return f"{scale},setsar=1" + (name if last else f",split{name}[down{number + 1}]")


def _quiet(progress: str) -> Command:
    # stats_period: the record is updated every few seconds at most, so twice a second is plenty.
    return ["-v", "error", "-nostdin", "-y", "-nostats", "-progress", progress, "-stats_period", "0.5"]


def opened(source: str, plan: Plan, at: float) -> Command:
    """The arguments that open the source shortly before `at` seconds; exact cuts are made on frames, after decoding."""
    enter = plan.start + at - PRE_ROLL_SECONDS
    if not plan.is_seekable or enter <= plan.start:
        return _input(source, plan)
    # seek_timestamp: the source's own times. noaccurate_seek: its cut would count from another zero than ours.
    return ["-seek_timestamp", "1", "-noaccurate_seek", "-ss", f"{enter:.6f}", *_input(source, plan)]


def _input(source: str, plan: Plan) -> Command:
    hostile = [
        "-protocol_whitelist",
        "file,pipe",
        "-format_whitelist",
        ",".join(DEMUXERS),
        "-max_pixels",
        str(MAX_PIXELS),
        # Do not run the LCEVC enhancement decoder: its holes CVE-2026-125262 and -125263 have no fixed release yet.
        "-export_side_data",
        "+enhancements",
    ]
    # max_error_rate: a damaged source gives what can be decoded; whether that is enough is verified on frames later.
    # reinit_filter: a size change in mid-stream must not restart the frame grid at zero.
    tolerant = ["-max_error_rate", "1", "-reinit_filter", "0"]
    # One zero for every track and process, from the plan: FFmpeg's own start_at_zero depends on what is mapped.
    zero = ["-copyts", "-itsoffset", f"{-plan.start:.6f}"]
    return [*hostile, *tolerant, *zero, "-f", plan.demuxer, "-i", source]


def _video_output(plan: Plan, rendition: Rendition, first_frame: int) -> Command:
    first_fragment = first_frame // plan.gop_frames + 1
    return [
        *("-map", f"[{rendition.name}]", "-c:v", "libx264", "-preset", PRESET, "-crf", str(rendition.crf)),
        *("-maxrate", f"{rendition.peak_kbps}k", "-bufsize", f"{2 * rendition.peak_kbps}k"),
        # sc_threshold 0: keyframes on the grid only, so that they are aligned across rungs.
        *("-g", str(plan.gop_frames), "-keyint_min", str(plan.gop_frames), "-sc_threshold", "0"),
        *("-video_track_timescale", str(plan.timescale), *_ANONYMOUS, "-flags:v", "+bitexact"),
        *color.TAGS,
        # frag_discont: without it every run restarts its decode times at 0; skip_trailer: no index at the end.
        *("-fragment_index", str(first_fragment), "-movflags", _FRAGMENTED, "-flush_packets", "1", "-f", "mp4"),
    ]


def _audio_output(track: AudioRendition) -> Command:
    # async + first_pts: gaps and a late start become silence, so that sound never drifts from the picture.
    steady = f"aresample={track.sample_rate}:async=1:first_pts=0"
    return [
        *("-map", f"0:{track.source_index}", "-af", steady, "-c:a", "aac", "-b:a", f"{track.kbps}k"),
        *("-ac", str(track.channels), *_ANONYMOUS, "-flags:a", "+bitexact", "-frag_duration", "2000000"),
        *("-movflags", _AUDIO_FRAGMENTED, "-flush_packets", "1", "-f", "mp4"),
    ]
