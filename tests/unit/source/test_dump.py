from vod.source import dump
from vod.source.dump import Crop

PROGRAMMES = """Input #0, mpegts, from '':
  Duration: 00:00:03.02, start: 1.400000, bitrate: 321 kb/s
  Program 1 
    Metadata:
      service_name    : SD
  Stream #0:0[0x100]: Video: h264, yuv420p
  Stream #0:1[0x101]: Audio: aac
  Program 2 
    Metadata:
      service_name    : HD
  Stream #0:2[0x102]: Video: h264
  No Program
  Stream #0:3[0x103]: Data: bin
"""
CROPPED = """Input #0, matroska,webm, from '':
  Stream #0:0: Audio: aac
  Stream #0:1: Video: h264, 640x480
    Metadata:
      title           : Frame Cropping: 9/9/9/9
    Side data:
      Frame Cropping: 2/4/60/62
"""


def test_programmes_have_names_and_tracks() -> None:
    found = dump.read(PROGRAMMES)

    assert [(each.number, each.name, each.tracks) for each in found.programmes] == [(1, "SD", {0, 1}), (2, "HD", {2})]
    assert found.of(2) is found.programmes[1]
    assert found.of(3) is None


def test_a_crop_belongs_to_the_track_above_it_and_no_title_looks_like_one() -> None:
    assert dump.read(CROPPED).crops == {1: Crop(2, 4, 60, 62)}
