"""Colour: what a source's numbers mean, and the filters that make 8-bit 4:2:0 BT.709 limited-range pictures of them.

Sources: ITU-T H.273 (code points), ITU-R BT.2408 (203 cd/m2 is diffuse white in HDR), BT.2100 (HLG's display peaks at
1000 cd/m2). How the tone curve was chosen: docs/decisions.md, "HDR becomes SDR".
"""

import struct

from vod.frozen import Frozen

TAGS = ["-color_primaries", "bt709", "-color_trc", "bt709", "-colorspace", "bt709", "-color_range", "tv"]
"""What every video output says about itself; the pictures of `filters` are what it says."""
JPEG = "scale=out_color_matrix=bt601:out_range=pc,format=yuvj420p"
"""What follows `filters` for a still: JPEG (JFIF) is BT.601 in full range only, and browsers read it so."""
REQUIRED_FILTERS = ("scale", "zscale", "tonemap", "sidedata", "setparams")
"""FFmpeg filters that the chains use; zscale is missing from some builds."""

_MATRICES = {
    0: "gbr",
    1: "bt709",
    4: "fcc",
    5: "bt470bg",
    6: "smpte170m",
    7: "smpte240m",
    8: "ycgco",
    9: "bt2020nc",
    10: "bt2020c",
    12: "chroma-derived-nc",
    13: "chroma-derived-c",
    14: "ictcp",
    15: "ipt-c2",
}
_PRIMARIES = {
    1: "bt709",
    4: "bt470m",
    5: "bt470bg",
    6: "smpte170m",
    7: "smpte240m",
    8: "film",
    9: "bt2020",
    11: "smpte431",
    12: "smpte432",
    22: "jedec-p22",
}
_HDR_TRANSFERS = {16: "smpte2084", 18: "arib-std-b67"}
_PLAIN_MATRICES = {"gbr", "bt709", "fcc", "bt470bg", "smpte170m", "smpte240m", "bt2020nc"}
"""Those that swscale converts by itself."""
_RGB = ("rgb", "bgr", "gbr", "argb", "abgr", "0rgb", "0bgr", "x2rgb", "x2bgr", "pal8")
_TRANSPARENT = ("rgba", "bgra", "argb", "abgr", "gbrap", "yuva", "ya8", "ya16", "pal8")
_HDR_SIDE_DATA = (
    "MASTERING_DISPLAY_METADATA",
    "CONTENT_LIGHT_LEVEL",
    "DYNAMIC_HDR_PLUS",
    "DOVI_RPU_BUFFER",
    "DOVI_METADATA",
    "AMBIENT_VIEWING_ENVIRONMENT",
)
_FULL_RANGE = 2  # AVCOL_RANGE_JPEG

DIFFUSE_WHITE_NITS = 203.0
DEFAULT_PEAK_NITS = 1000.0
_PEAK_NITS = (400.0, 4000.0)


class Color(Frozen):
    """What pictures mean, in FFmpeg's names; `transfer` is "sdr" for every curve meant for an SDR display.

    `peak_nits` is the brightest light in cd/m2 that an HDR source promises; with `alpha`, what shows is over black.
    """

    matrix: str = "bt709"
    primaries: str = "bt709"
    transfer: str = "sdr"
    full_range: bool = False
    peak_nits: float = DEFAULT_PEAK_NITS
    alpha: bool = False

    @property
    def is_hdr(self) -> bool:
        """True for PQ (HDR10, Dolby Vision 8.1) and HLG (Dolby Vision 8.4)."""
        return self.transfer != "sdr"

    @property
    def is_convertible(self) -> bool:
        """False for Dolby Vision profile 5, whose pictures mean nothing without its metadata."""
        return self.matrix != "ipt-c2"


def color_of(
    matrix: int, primaries: int, transfer: int, range_: int, pixel_format: str, width: int, height: int
) -> Color:
    """The colour of a picture from libav's numbers (H.273 code points, AVColorRange) and its coded size in pixels.

    What is unsaid is guessed as players do: BT.2020 for HDR, else BT.709 primaries, with BT.601's matrix for SD.
    """
    curve = _HDR_TRANSFERS.get(transfer, "sdr")
    alpha = has_alpha(pixel_format)
    if pixel_format.startswith(_RGB):
        return Color(
            matrix="gbr", primaries=_PRIMARIES.get(primaries, "bt709"), transfer=curve, full_range=True, alpha=alpha
        )
    is_sd = width < 1280 and height <= 576
    usual_matrix = "bt2020nc" if curve != "sdr" else "smpte170m" if is_sd else "bt709"
    named_matrix = _MATRICES.get(matrix) if matrix else None  # 0 (RGB) cannot be true of YUV pictures
    return Color(
        matrix=named_matrix or usual_matrix,
        primaries=_PRIMARIES.get(primaries, "bt709" if curve == "sdr" else "bt2020"),
        transfer=curve,
        full_range=range_ == _FULL_RANGE or pixel_format.startswith("yuvj"),
        alpha=alpha,
    )


def has_alpha(pixel_format: str) -> bool:
    """Whether pictures of a pixel format (libav's name) can be transparent."""
    return pixel_format.startswith(_TRANSPARENT)


def with_light_level(color: Color, side_data: bytes | None) -> Color:
    """The colour with the peak that the source's MaxCLL promises (libav's AVContentLightMetadata), kept credible."""
    if not color.is_hdr or side_data is None or len(side_data) < 4:
        return color
    promised = struct.unpack_from("=I", side_data)[0]
    low, high = _PEAK_NITS
    return color.model_copy(update={"peak_nits": min(max(float(promised), low), high)}) if promised else color


def filters(color: Color, width: int, height: int) -> str:
    """The filter chain that scales to width x height (pixels, even) and converts; its frames carry BT.709 tags."""
    # What is transparent hides another picture beneath it: multiplied by its alpha, it is black.
    scale = f"{'premultiply=inplace=1,' if color.alpha else ''}scale={width}:{height}:flags=bicubic"
    if color.is_hdr:
        return ",".join([_forget_hdr(), _said(color), scale, *_tone_mapped(color), _done()])
    if color.primaries != "bt709" or color.matrix not in _PLAIN_MATRICES:
        # zscale goes through linear light: primaries cannot be converted on gamma-encoded numbers.
        return ",".join([_said(color), scale, "zscale=m=bt709:p=bt709:t=bt709:r=tv", "format=yuv420p", _done()])
    return ",".join([_said(color), f"{scale}:out_color_matrix=bt709:out_range=tv", "format=yuv420p", _done()])


def _tone_mapped(color: Color) -> list[str]:
    peak = (color.peak_nits if color.transfer == "smpte2084" else DEFAULT_PEAK_NITS) / DIFFUSE_WHITE_NITS
    return [
        # npl: 1.0 in linear light is diffuse white, so that faces and paper keep the brightness they have in SDR.
        f"zscale=t=linear:p=bt709:npl={DIFFUSE_WHITE_NITS:.0f}",
        "format=gbrpf32le",
        # tonemap takes the luma weights from the matrix; for "gbr" it adds R, G and B up and bleaches everything.
        "setparams=colorspace=bt709",
        f"tonemap=mobius:param=0.3:desat=1.5:peak={peak:.2f}",
        "zscale=t=bt709:m=bt709:p=bt709:r=tv",
        "format=yuv420p",
    ]


def _forget_hdr() -> str:
    """Without this x264 and x265 write the source's HDR10 and Dolby Vision metadata into an SDR stream."""
    return ",".join(f"sidedata=delete:{kind}" for kind in _HDR_SIDE_DATA)


def _said(color: Color) -> str:
    # Every frame says the same, whatever it said before: zscale refuses what is unsaid, and a change in mid-stream
    # would rebuild the filters.
    curve = color.transfer if color.is_hdr else "bt709"
    bounds = "pc" if color.full_range else "tv"
    return (
        f"setparams=colorspace={color.matrix}:color_primaries={color.primaries}:color_trc={curve}:range={bounds}"
        ":field_mode=prog"
    )


def _done() -> str:
    return "setparams=colorspace=bt709:color_primaries=bt709:color_trc=bt709:range=tv"
