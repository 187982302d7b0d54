"""`make demo`: one video through the whole platform, from upload to playback, then everything is stopped.

With KEEP=1 the platform stays until Ctrl-C, with the addresses at which the video plays.

Exit code 0 when the video became ready and both manifests decode alike; 1 with the reason otherwise.
"""

import os
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from rich import box
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeElapsedColumn, TransferSpeedColumn
from rich.table import Table

from local import media
from local.api import Api, ApiError, NotDoneError, until_final
from local.cdn import free_port
from local.disk import require_room, told_when_full
from local.interrupts import interruptible
from local.platform import FAILURES, PASSWORD, USER, Options, Platform
from local.up import keep

POLL_SECONDS = 0.3
LIMIT_SECONDS = 3600


class DemoError(RuntimeError):
    """The demo did not reach its end; the text says why."""


def upload(console: Console, api: Api, path: Path) -> str:
    """Upload with a progress line; the video's id."""
    columns = (TextColumn("upload     "), BarColumn(), DownloadColumn(), TransferSpeedColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as progress:
        task = progress.add_task("upload", total=path.stat().st_size)
        return api.upload(path, lambda count: progress.advance(task, count))


def states(api: Api, video: str) -> Iterator[dict[str, Any]]:
    """The video again and again until its status is final."""
    try:
        yield from until_final(api, video, LIMIT_SECONDS, POLL_SECONDS)
    except NotDoneError as late:
        raise DemoError(f"the video {late}") from late


def percent(progress: Any) -> float:
    """Progress as 0 to 100, whatever number the API gives."""
    return float(progress or 0)


def follow(console: Console, api: Api, video: str) -> dict[str, Any]:
    """Show transcoding on one line until it ends; the video at its end."""
    columns = (TextColumn("transcoding"), BarColumn(), TextColumn("{task.percentage:>3.0f}% {task.description}"))
    current: dict[str, Any] = {}
    with Progress(*columns, TimeElapsedColumn(), console=console) as line:
        task = line.add_task("", total=100)
        for current in states(api, video):
            done = 100 if current["status"] == "ready" else percent(current.get("progress"))
            line.update(task, completed=done, description=current["status"])
    if current["status"] != "ready":
        error = current.get("error") or {}
        raise DemoError(f"the video is {current['status']}: {error.get('code')}: {error.get('message')}")
    return current


def renditions(video: dict[str, Any]) -> Table:
    """The renditions as a table."""
    table = Table(box=box.SIMPLE)
    for name in ("rung", "size", "codec"):
        table.add_column(name, no_wrap=True)
    for name in ("fps", "frames", "segments", "kb/s", "peak", "MB"):
        table.add_column(name, justify="right", no_wrap=True)
    for row in video["renditions"]:
        table.add_row(*cells(row))
    return table


def cells(row: dict[str, Any]) -> list[str]:
    """One rendition as text: rates in kb/s, bytes in MB."""
    rates = [f"{row[name] / 1000:.0f}" for name in ("bitrate", "peakBitrate")]
    counts = [f"{row['frameRate']:g}", str(row["frames"]), str(row["segments"])]
    return [row["name"], f"{row['width']}x{row['height']}", row["codec"], *counts, *rates, f"{row['bytes'] / 1e6:.1f}"]


def checks(source: Path, video: dict[str, Any]) -> Iterator[tuple[str, bool]]:
    """What is verified from outside, each as (sentence, passed)."""
    expected = media.decoded_frames(str(source))
    playback = video["playback"]
    for number, rendition in enumerate(video["renditions"]):
        hls = media.decoded_frames(playback["hls"], number)
        dash = media.decoded_frames(playback["dash"], number)
        name = rendition.get("name", number)
        yield f"{name}: HLS {hls} frames, DASH {dash}, source {expected}", hls == dash and abs(hls - expected) <= 2


def show_checks(console: Console, source: Path, video: dict[str, Any]) -> None:
    """Print each check; DemoError when one failed."""
    failed = 0
    for sentence, passed in checks(source, video):
        console.print(f"[green]ok[/]   {sentence}" if passed else f"[red]FAIL[/] {sentence}", highlight=False)
        failed += not passed
    if failed:
        raise DemoError(f"{failed} check(s) failed")


def demonstrate(console: Console, platform: Platform, source: Path) -> dict[str, Any]:
    """The whole way of one file; the video at its end."""
    api = Api(platform.api, platform.token)
    video = follow(console, api, upload(console, api, source))
    console.print(renditions(video))
    show_checks(console, source, video)
    return video


def stay(console: Console, platform: Platform, video: dict[str, Any]) -> int:
    """Print where the video plays, and keep that true until Ctrl-C; the exit code."""
    page = {"page": f"{platform.url}/watch/{video['id']}"} if platform.has_page else {}
    for kind, address in {**page, **(video.get("playback") or {})}.items():
        console.print(f"{kind:7} {address}", soft_wrap=True, highlight=False)
    signed_in = f" Sign in to the page as {USER}, password {PASSWORD}." if page else ""
    console.print(
        f"[green]demo passed[/]; these URLs work until Ctrl-C, signed URLs only for some hours.{signed_in}",
        highlight=False,
        soft_wrap=True,
    )
    try:
        return keep(platform)
    except KeyboardInterrupt:
        return 0


def options() -> Options:
    """As of `make up`, but where VOD_PORT names no port any free one will do."""
    asked = Options.from_environment()
    return asked if os.environ.get("VOD_PORT") else replace(asked, port=free_port(asked.port))


def chosen_file(folder: Path) -> Path:
    """FILE if it is given, else a sample made in `folder`."""
    given = os.environ.get("FILE")
    if not given:
        return media.sample(folder / "sample.mp4")
    path = Path(given).expanduser()
    if not path.is_file():
        raise DemoError(f"FILE={given} is not a file")
    return path


def run(console: Console) -> int:
    """The demo in a folder of its own; the exit code."""
    with interruptible(), told_when_full(), tempfile.TemporaryDirectory(prefix="vod-demo-") as folder:
        require_room(Path(folder))
        source = chosen_file(Path(folder))
        with console.status("starting the platform"):
            platform = Platform(options()).start()
        with platform:
            video = demonstrate(console, platform, source)
            if os.environ.get("KEEP"):
                return stay(console, platform, video)
    told = "[green]demo passed[/]; the platform has stopped. KEEP=1 keeps it running so that you can watch the video."
    console.print(told, highlight=False, soft_wrap=True)
    return 0


def main() -> int:
    """Run the demo; the exit code."""
    console = Console()
    try:
        return run(console)
    except (DemoError, ApiError, media.MediaError, *FAILURES) as error:
        console.print(f"[red]demo failed:[/] {error}", highlight=False, soft_wrap=True)
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
