"""The decoders that a source may use, by FFmpeg's names: those of formats that people have, and that are maintained.

FFmpeg has 550; each is a door for a hostile file. What is left out, and why: docs/formats.md.
"""

PICTURES = (
    # of today
    *("h264", "hevc", "libdav1d", "av1", "vp8", "vp9", "libvpx", "libvpx-vp9"),
    # of discs, broadcasts and cameras
    *(
        "mpeg1video",
        "mpeg2video",
        "mpegvideo",
        "mpeg4",
        "vc1",
        "h261",
        "dvvideo",
        "mjpeg",
        "mjpegb",
        "h263",
        "h263p",
        "h263i",
    ),
    # of studios
    *("prores", "dnxhd", "cfhd", "hap", "jpeg2000", "ffv1", "huffyuv", "ffvhuff", "utvideo", "magicyuv", "lagarith"),
    *("rawvideo", "v210", "v210x", "r210", "r10k", "v308", "v408", "v410", "yuv4", "qtrle", "8bps", "png", "bmp"),
    *("aic", "hqx"),
    # of the years 1995 to 2010
    *(
        "msmpeg4v1",
        "msmpeg4v2",
        "msmpeg4",
        "wmv1",
        "wmv2",
        "wmv3",
        "wmv3image",
        "flv",
        "vp3",
        "vp6",
        "vp6a",
        "vp6f",
        "theora",
    ),
    *("svq1", "svq3", "cinepak", "indeo3", "indeo4", "indeo5", "rpza", "smc", "msvideo1", "msrle", "dirac"),
    # of screen recorders
    *("flashsv", "flashsv2", "zmbv", "camtasia", "tscc2", "camstudio", "fraps", "screenpresso", "mss2", "mts2", "g2m"),
    # animated pictures
    *("gif", "apng", "webp", "webp_anim"),
)
SOUNDS = (
    *(
        "aac",
        "aac_latm",
        "mp1",
        "mp1float",
        "mp2",
        "mp2float",
        "mp3",
        "mp3float",
        "ac3",
        "eac3",
        "dca",
        "truehd",
        "mlp",
    ),
    *("opus", "libopus", "vorbis", "libvorbis", "flac", "alac", "als", "tta", "wavpack", "speex"),
    *("wmav1", "wmav2", "wmapro", "wmalossless", "wmavoice", "nellymoser", "qdm2", "qdmc", "mace3", "mace6"),
    *("amrnb", "amrwb", "libopencore_amrnb", "libopencore_amrwb", "gsm", "gsm_ms", "qcelp", "evrc", "g722", "g726"),
    *("g723_1", "ilbc", "truespeech"),
    *("adpcm_ms", "adpcm_ima_wav", "adpcm_ima_qt", "adpcm_swf", "adpcm_yamaha", "dvaudio", "s302m"),
    *("pcm_alaw", "pcm_mulaw", "pcm_bluray", "pcm_dvd", "pcm_s8", "pcm_s8_planar", "pcm_u8"),
    *("pcm_s16be", "pcm_s16be_planar", "pcm_s16le", "pcm_s16le_planar", "pcm_u16be", "pcm_u16le"),
    *("pcm_s24be", "pcm_s24le", "pcm_s24le_planar", "pcm_s32be", "pcm_s32le", "pcm_s32le_planar"),
    *("pcm_f16le", "pcm_f24le", "pcm_f32be", "pcm_f32le", "pcm_f64be", "pcm_f64le"),
)
TEXTS = (
    *("ass", "ssa", "srt", "subrip", "mov_text", "text", "webvtt", "cc_dec", "libzvbi_teletextdec"),
    # Never shown, but opened to describe a source: without them FFmpeg complains of a damaged one.
    *("dvbsub", "dvdsub", "pgssub", "xsub"),
)
ALLOWED = frozenset({*PICTURES, *SOUNDS, *TEXTS})
WHITELIST = ",".join((*PICTURES, *SOUNDS, *TEXTS))
"""As FFmpeg's option `codec_whitelist` takes it."""
