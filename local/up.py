"""`make up`: the platform, until Ctrl-C. Prints its addresses and keeps the token in `.local/env` fresh.

Words of the command line are parameters of the template, `NAME=value`, for this start.
"""

import sys
import time
from dataclasses import replace

from local import parameters
from local.disk import told_when_full
from local.interrupts import interruptible
from local.platform import FAILURES, PASSWORD, USER, Options, Platform
from local.users import seconds_left

WATCH_SECONDS = 1.0
REFRESH_BEFORE_SECONDS = 600.0
NO_PAGE = " (a plain page: building the web page needs Node.js 20.19 or newer with npm)"


def announce(platform: Platform, seconds: float) -> None:
    """Say where everything is."""
    print(f"ready after {seconds:.1f} s" + (" (the template was deployed)" if platform.deployed else ""))
    print(f"  page       {platform.url}/" + ("" if platform.has_page else NO_PAGE))
    if platform.has_page:
        print(f"  sign in    {USER}, password {PASSWORD}")
    print(f"  API        {platform.api}")
    print(f"  AWS        {platform.endpoint} (key and secret: test)")
    print(f"  settings   . {platform.env_file}")
    print(f'  try        . {platform.env_file} && curl -H "Authorization: Bearer $VOD_TOKEN" "$VOD_API/videos"')
    print("Ctrl-C stops the platform; uploaded videos are kept for the next start.", flush=True)


def keep(platform: Platform) -> int:
    """Stay until interrupted; 1 if the emulator ends by itself."""
    while platform.emulator_running:
        if seconds_left(platform.token) < REFRESH_BEFORE_SECONDS:
            platform.refresh_token()
        time.sleep(WATCH_SECONDS)
    print(f"the emulator has stopped; its log is {platform.state / 'emulator.log'}", file=sys.stderr)
    return 1


def main(words: list[str]) -> int:
    """Run the platform; the exit code."""
    started = time.monotonic()
    try:
        options = Options.from_environment()
        options = replace(options, parameters=parameters.chosen(words, options.template))
        with interruptible(), told_when_full(), Platform(options) as platform:
            announce(platform, time.monotonic() - started)
            return keep(platform)
    except FAILURES as error:
        print(f"make up: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("stopped")
        return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
