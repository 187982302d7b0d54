"""The readers in a nursery that stands where Lambda puts it: behind its filter, as its user, with files in reach."""

from local.emulator.function_wall import Wall, script
from tests.hostile.readers import *  # noqa: F403
from vod.source.libav import read_probe as read_probe

exec(script(Wall(reads=(), writes=(), hides=(), tmp_mb=512, mounts=False)))
