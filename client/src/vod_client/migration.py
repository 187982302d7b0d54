"""Jobs of other transcoders as uploads to this platform, and what of them has no counterpart here.

MediaConvert: https://docs.aws.amazon.com/mediaconvert/latest/apireference/jobs.html
Elastic Transcoder: https://docs.aws.amazon.com/elastictranscoder/latest/developerguide/create-job.html
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from vod_client.api import ApiError

DEFAULT, HEVC, AV1, NORMALISED = "default", "hevc", "av1", "normalised"
_CODECS = {"H_264": DEFAULT, "H_265": HEVC, "AV1": AV1}
_STREAMS = frozenset(("HLS_GROUP_SETTINGS", "DASH_ISO_GROUP_SETTINGS", "CMAF_GROUP_SETTINGS"))
_MOST_METADATA, _LONGEST_VALUE = 20, 500
Job = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Plan:
    """One upload: the source as the job names it, its key in a bucket, the profile and why, and what is lost."""

    source: str
    key: str
    profile: str
    why: str
    lost: tuple[str, ...]
    metadata: dict[str, str]

    def told(self) -> dict[str, Any]:
        """As plain data."""
        return asdict(self)


def plans(file: Path) -> list[Plan]:
    """The uploads of a job, or of a list of jobs, as the two services' own commands print or take them."""
    try:
        found = json.loads(file.read_text())
    except (OSError, ValueError) as broken:
        raise ApiError(0, "not_a_job", f"{file} is not JSON: {broken}.") from broken
    jobs = found if isinstance(found, list) else found.get("Jobs") or [found.get("Job") or found]
    return [plan for job in jobs for plan in _plans(file, job)]


def _plans(file: Path, job: Job) -> Iterator[Plan]:
    if "Settings" in job:
        yield from _mediaconvert(job)
    elif "Input" in job or ("Inputs" in job and ("Outputs" in job or "Output" in job)):
        yield from _elastic_transcoder(job)
    else:
        raise ApiError(0, "not_a_job", f"{file} is no job of MediaConvert or Elastic Transcoder.")


def _mediaconvert(job: Job) -> Iterator[Plan]:
    settings = job["Settings"]
    inputs: Sequence[Job] = settings.get("Inputs", ())
    groups: Sequence[Job] = settings.get("OutputGroups", ())
    outputs = [output for group in groups for output in group.get("Outputs", ())]
    videos = [output["VideoDescription"] for output in outputs if "VideoDescription" in output]
    codecs = {each.get("CodecSettings", {}).get("Codec", "H_264") for each in videos} - {"FRAME_CAPTURE"}
    is_loud = any(
        "AudioNormalizationSettings" in sound for output in outputs for sound in output.get("AudioDescriptions", ())
    )
    profile, why, lost = _profile({_CODECS.get(codec, codec) for codec in codecs}, is_loud)
    lost += list(_of_groups(groups)) + list(_of_videos(videos)) + list(_of_job(job, settings))
    for output in outputs:
        kinds = {
            each.get("DestinationSettings", {}).get("DestinationType") for each in output.get("CaptionDescriptions", ())
        }
        if kinds & {"BURN_IN", "DVB_SUB"}:
            lost.append("captions in the picture (BURN_IN, DVB_SUB): text tracks are kept as text")
    if len(inputs) > 1:
        lost.append(f"joining {len(inputs)} inputs: each becomes a video of its own")
    for each in inputs:
        own = [*lost, *_of_input(each)]
        source = each.get("FileInput", "")
        yield Plan(source, urlsplit(source).path.lstrip("/"), profile, why, tuple(dict.fromkeys(own)), _metadata(job))


def _profile(wanted: set[str], is_loud: bool) -> tuple[str, str, list[str]]:
    lost = [f"the codec {each}: viewers get H.264" for each in sorted(wanted - {DEFAULT, HEVC, AV1})]
    chosen = next((each for each in (AV1, HEVC) if each in wanted), DEFAULT)
    if chosen == AV1 and HEVC in wanted:
        lost.append("HEVC beside AV1: a profile has H.264 and one more codec")
    if is_loud and chosen == DEFAULT:
        return NORMALISED, "sound at one loudness", lost
    if is_loud:
        lost.append(f"loudness normalisation with the profile {chosen}: make your own (docs/api/profiles.md)")
    reasons = {AV1: "H.264 and AV1", HEVC: "H.264 and HEVC", DEFAULT: "H.264 in every size"}
    return chosen, reasons[chosen], lost


def _of_groups(groups: Sequence[Job]) -> Iterator[str]:
    for group in groups:
        settings = group.get("OutputGroupSettings", {})
        kind = settings.get("Type", "")
        if kind == "FILE_GROUP_SETTINGS" and not _is_pictures(group):
            yield "files to download (FILE_GROUP): videos are streamed by HLS and DASH"
        elif kind not in _STREAMS and kind != "FILE_GROUP_SETTINGS":
            yield f"the output group {kind}: videos are streamed by HLS and DASH"
        details: Job = next(
            (value for name, value in settings.items() if name != "Type" and isinstance(value, dict)), {}
        )
        if "Encryption" in details:
            yield "DRM and encryption: private videos are opened by signatures instead"
        if details.get("AdMarkers"):
            yield "ad markers"
        if "Destination" in details:
            yield f"the destination {details['Destination']}: output lies in the platform's own bucket"


def _is_pictures(group: Job) -> bool:
    outputs = group.get("Outputs", ())
    codecs = [output.get("VideoDescription", {}).get("CodecSettings", {}).get("Codec") for output in outputs]
    return bool(codecs) and set(codecs) == {"FRAME_CAPTURE"}


def _of_videos(videos: Sequence[Job]) -> Iterator[str]:
    sizes = [f"{each['Width']}x{each['Height']}" for each in videos if "Width" in each and "Height" in each]
    if sizes:
        yield f"its own sizes ({', '.join(dict.fromkeys(sizes))}): the profile's ladder up to the source's size is used"
    names = {
        "ImageInserter": "a watermark",
        "TimecodeBurnin": "the time code in the picture",
        "NoiseReducer": "noise reduction",
        "ColorCorrector": "colour correction",
    }
    for each in videos:
        yield from (text for name, text in names.items() if name in each.get("VideoPreprocessors", {}))
        if "Crop" in each:
            yield "cropping"


def _of_input(each: Job) -> Iterator[str]:
    if each.get("InputClippings"):
        yield "clipping: the whole file becomes the video"
    if "ImageInserter" in each:
        yield "a watermark"
    if "DecryptionSettings" in each:
        yield "decryption of the input: upload it decrypted"
    if "SupplementalImps" in each or each.get("FileInput", "").endswith(".xml"):
        yield "IMF packages: upload one file"
    for selector in each.get("CaptionSelectors", {}).values():
        if "FileSourceSettings" in selector.get("SourceSettings", {}):
            yield "captions from a file of their own: put them into the video's file"


def _of_job(job: Job, settings: Job) -> Iterator[str]:
    if settings.get("Esam") or settings.get("AvailBlanking"):
        yield "ad markers"
    if "Queue" in job or job.get("Priority"):
        yield "queue and priority: owners take turns"
    if job.get("JobTemplate"):
        yield f"the job template {job['JobTemplate']}: only what the job itself says was read"


def _elastic_transcoder(job: Job) -> Iterator[Plan]:
    inputs = job.get("Inputs") or [job["Input"]]
    outputs: Sequence[Job] = job.get("Outputs") or [job.get("Output", {})]
    playlists: Sequence[Job] = job.get("Playlists") or ()
    lost = ["presets: only their ids are in a job, so H.264 is taken"]
    for output in outputs:
        lost += ["watermarks"] if output.get("Watermarks") else []
        lost += ["clipping: the whole file becomes the video"] if output.get("Composition") else []
        lost += (
            ["rotation: what the file says of it is followed"]
            if output.get("Rotate") not in (None, "auto", "0")
            else []
        )
        lost += (
            ["DRM and encryption: private videos are opened by signatures instead"] if output.get("Encryption") else []
        )
        lost += [_CAPTIONS] if (output.get("Captions") or {}).get("CaptionSources") else []
    lost += [_CAPTIONS for each in inputs if (each.get("InputCaptions") or {}).get("CaptionSources")]
    if any(each.get("HlsContentProtection") or each.get("PlayReadyDrm") for each in playlists):
        lost.append("DRM and encryption: private videos are opened by signatures instead")
    if any(each.get("Format") == "Smooth" for each in playlists):
        lost.append("Smooth Streaming: videos are streamed by HLS and DASH")
    if not playlists:
        lost.append("files to download: videos are streamed by HLS and DASH")
    if len(inputs) > 1:
        lost.append(f"joining {len(inputs)} inputs: each becomes a video of its own")
    for each in inputs:
        key = each.get("Key", "")
        yield Plan(key, key, DEFAULT, "H.264 in every size", tuple(dict.fromkeys(lost)), _metadata(job))


_CAPTIONS = "captions from a file of their own: put them into the video's file"


def _metadata(job: Job) -> dict[str, str]:
    """The job's own, as far as this platform takes it."""
    told = {name: str(value)[:_LONGEST_VALUE] for name, value in (job.get("UserMetadata") or {}).items()}
    fit = {name: value for name, value in told.items() if re.fullmatch(r"[a-zA-Z0-9_.-]{1,64}", name)}
    return dict(list(fit.items())[:_MOST_METADATA])
