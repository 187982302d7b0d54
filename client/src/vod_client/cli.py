"""The command `vod`."""

import json
import sys
import time
import webbrowser
from functools import partial
from importlib import metadata
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn
from rich.table import Table

from vod_client import downloads, migration, settings, uploads
from vod_client.api import FINAL, ApiError, Client
from vod_client.models import Scope, Video
from vod_client.settings import NotSignedIn, Settings

POLL_SECONDS = 1.0
app = typer.Typer(
    help="Upload videos, watch them become ready, and let people see them.", no_args_is_help=True, add_completion=True
)
keys = typer.Typer(help="API keys; they are made with an id token (VOD_TOKEN), not with a key.", no_args_is_help=True)
webhooks = typer.Typer(
    help="Webhooks: your servers are told when a video is ready or has failed.", no_args_is_help=True
)
app.add_typer(keys, name="keys")
app.add_typer(webhooks, name="webhooks")
captions = typer.Typer(help="Subtitles of a ready video.", no_args_is_help=True)
app.add_typer(captions, name="captions")
console, errors = Console(), Console(stderr=True)
AsJson = Annotated[bool, typer.Option("--json", help="Print what the API answers.")]
VideoId = Annotated[str, typer.Argument(metavar="VIDEO", help="The id of a video.")]


def main() -> None:
    """Run the command; what the platform refuses is one sentence and exit code 1."""
    try:
        app()
    except (ApiError, NotSignedIn) as refused:
        _fail(str(refused))


def _fail(message: str) -> NoReturn:
    errors.print(f"[red]vod:[/red] {escape(message)}", highlight=False)
    sys.exit(1)


def _client() -> Client:
    kept = settings.read()
    return Client(kept.address, kept.token)


def _version(asked: bool) -> None:
    if asked:
        print(f"vod {metadata.version('vod-client')}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Print it.")] = False,
) -> None:
    """Options of the command itself."""


@app.command()
def login(
    address: Annotated[str, typer.Argument(help="The platform's address, such as https://video.example.com.")],
    key: Annotated[str, typer.Option(help="An API key; asked for when it is left out.", envvar="VOD_KEY")] = "",
) -> None:
    """Keep the platform's address and an API key, which you make on its page under "API keys"."""
    shown = key or typer.prompt("API key", hide_input=True)
    base = address.rstrip("/").removesuffix("/api") + "/api"
    with Client(base, shown) as client:
        next(client.videos(), None)
    console.print(f"Signed in to {base}. The key is kept in {settings.write(Settings(base, shown))}.", highlight=False)


@app.command()
def logout() -> None:
    """Forget the platform and the key."""
    settings.forget()


@app.command()
def upload(
    paths: Annotated[list[Path], typer.Argument(exists=True, metavar="FILE...", help="Files, or folders of files.")],
    profile: Annotated[str, typer.Option(help="How they are encoded.")] = "default",
    title: Annotated[str, typer.Option(help="The title of a single file; its name when left out.")] = "",
    tag: Annotated[list[str] | None, typer.Option(help="A tag for all of them; may be given several times.")] = None,
    external_id: Annotated[str, typer.Option(help="Your own id of a single file.")] = "",
    again: Annotated[bool, typer.Option("--again", help="A new video, though the file was uploaded today.")] = False,
    wait: Annotated[bool, typer.Option("--wait", help="Wait until they are ready.")] = False,
    as_json: AsJson = False,
) -> None:
    """Upload files. What is broken off goes on when the same command runs again; what is there is not sent twice."""
    found = uploads.files(paths)
    if (title or external_id) and len(found) != 1:
        _fail("--title and --external-id are for one file.")
    said: dict[str, Any] = {"profile": profile, "tags": tuple(tag or ()), "again": again}
    said |= {"title": title} if title else {}
    said |= {"external_id": external_id} if external_id else {}
    kept, done = uploads.Journal(settings.journal()), []
    with _client() as client:
        with _transfer() as bars:
            for file in found:
                bar = bars.add_task(escape(file.name), total=file.stat().st_size)
                done.append(uploads.upload(client, file, kept, partial(bars.advance, bar), **said))
        ended = [_awaited(client, video["id"]) for video in done] if wait else done
    _show(ended, as_json)
    if any(video["status"] == "failed" for video in ended):
        sys.exit(1)


def _transfer() -> Progress:
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
    )
    return Progress(*columns, console=errors)


@app.command("import")
def import_(
    url: Annotated[str, typer.Argument(help="A public https address, or s3://BUCKET/KEY.")],
    profile: Annotated[str, typer.Option(help="How it is encoded.")] = "default",
    title: Annotated[str, typer.Option(help="Its title.")] = "",
    tag: Annotated[list[str] | None, typer.Option(help="A tag; may be given several times.")] = None,
    external_id: Annotated[str, typer.Option(help="Your own id of it.")] = "",
    wait: Annotated[bool, typer.Option("--wait", help="Wait until it is ready.")] = False,
    as_json: AsJson = False,
) -> None:
    """Have the platform fetch a file."""
    with _client() as client:
        made = client.import_from(url, profile=profile, title=title, tags=tag or (), external_id=external_id)
        video = _awaited(client, made["id"]) if wait else made
    _show([video], as_json)
    if video["status"] == "failed":
        sys.exit(1)


@app.command()
def ls(
    words: Annotated[list[str] | None, typer.Argument(metavar="WORD...", help="Words, or how they begin.")] = None,
    tag: Annotated[list[str] | None, typer.Option(help="Only with this tag.")] = None,
    status: Annotated[str, typer.Option(help="Only in this status.")] = "",
    sort: Annotated[str, typer.Option(help="createdAt, title, or either with a minus before it.")] = "-createdAt",
    limit: Annotated[int, typer.Option(help="At most so many.", min=1)] = 50,
    as_json: AsJson = False,
) -> None:
    """List videos, or find them."""
    with _client() as client:
        found = client.videos(" ".join(words or ()), tags=tag or (), status=status or None, sort=sort)
        _show([video for video, _ in zip(found, range(limit), strict=False)], as_json)


@app.command()
def show(video: VideoId, as_json: AsJson = False) -> None:
    """Show a video."""
    with _client() as client:
        found = client.video(video)
    if as_json:
        console.print_json(json.dumps(found))
        return
    table = Table(show_header=False, box=None)
    for name, value in _facts(found).items():
        table.add_row(f"[dim]{name}[/dim]", escape(value))
    console.print(table)


@app.command()
def watch(
    video: VideoId,
    url: Annotated[bool, typer.Option("--url", help="Print an address for a player instead.")] = False,
) -> None:
    """Wait until a video can be watched, then open it in the browser."""
    with _client() as client:
        found = _awaited(client, video, ("playable", *FINAL))
        if found["status"] not in ("playable", "ready"):
            _fail(found["error"]["message"] if found["error"] else f"The video is {found['status']}.")
        if url:
            print(found["playback"]["hls"] if found["playback"] else "")
        else:
            console.print(f"{client.page}/watch/{video}", highlight=False)
            webbrowser.open(f"{client.page}/watch/{video}")


@app.command()
def download(
    video: VideoId,
    rendition: Annotated[str, typer.Option(help="Which, such as v720; `none` for sound alone.")] = "",
    sound: Annotated[str, typer.Option(help="Which sound track, such as a0; `none` for a silent file.")] = "",
    original: Annotated[bool, typer.Option("--original", help="The uploaded file itself.")] = False,
    to: Annotated[Path | None, typer.Option("--to", "-o", help="The file, or a folder for it.")] = None,
) -> None:
    """Download a ready video as MP4 or M4A; what was broken off goes on."""
    with _client() as client, _transfer() as bars:
        bar = bars.add_task("Preparing", total=100)
        ask = partial(client.original, video) if original else partial(client.download, video, rendition, sound)
        found = downloads.ready(client, ask, lambda percent: bars.update(bar, completed=percent))
        # Whoever named it chooses no folder and no file that is there.
        name = Path(found["filename"]).name.lstrip(".") or "video"
        target = to if to and not to.is_dir() else downloads.free((to or Path()) / name)
        bars.update(bar, description=escape(target.name), total=found["bytes"], completed=0)
        downloads.fetch(found, target, partial(bars.advance, bar))
    print(target)


@app.command()
def share(
    video: VideoId,
    hours: Annotated[int, typer.Option(help="How long the link works.", min=1, max=720)] = 168,
    site: Annotated[list[str] | None, typer.Option(help="Only on this site; may be given several times.")] = None,
) -> None:
    """Make a link for people without an account."""
    with _client() as client:
        print(client.share(video, hours, site or ())["url"])


@app.command()
def rm(
    videos: Annotated[list[str], typer.Argument(metavar="VIDEO...", help="The ids of videos.")],
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """Delete videos with all that was made of them."""
    with _client() as client:
        for video_id in videos:
            if not yes and not typer.confirm(f"Delete {client.video(video_id)['title']!r}?"):
                continue
            client.delete(video_id)
            console.print(f"{video_id} is deleted.", highlight=False)


@app.command()
def retry(video: VideoId) -> None:
    """Encode a failed or cancelled video again."""
    with _client() as client:
        _show([client.retry(video)], False)


@app.command()
def migrate(
    jobs: Annotated[list[Path], typer.Argument(exists=True, dir_okay=False, metavar="JOB.json...")],
    root: Annotated[
        Path | None, typer.Option(exists=True, file_okay=False, help="Where the inputs lie: upload them.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Turn jobs of MediaConvert or Elastic Transcoder into uploads; say what of them has no counterpart.

    Without --root nothing is uploaded.
    """
    plans = [plan for job in jobs for plan in migration.plans(job)]
    if as_json:
        console.print_json(json.dumps([plan.told() for plan in plans]))
    else:
        for plan in plans:
            console.print(
                f"[bold]{escape(plan.source)}[/bold] with the profile [bold]{plan.profile}[/bold]: {plan.why}",
                highlight=False,
            )
            for each in plan.lost:
                console.print(f"  [yellow]-[/yellow] {escape(each)}", highlight=False)
    if root is None:
        return
    kept = uploads.Journal(settings.journal())
    with _client() as client, _transfer() as bars:
        for plan in plans:
            file = root / plan.key
            if not file.is_file():
                errors.print(f"[red]vod:[/red] {file} is not there.", highlight=False)
                continue
            bar = bars.add_task(escape(file.name), total=file.stat().st_size)
            said: dict[str, Any] = {"profile": plan.profile, "metadata": plan.metadata}
            uploads.upload(client, file, kept, partial(bars.advance, bar), **said)


@captions.command("ls")
def list_captions(video: VideoId) -> None:
    """List the subtitles of a video."""
    table = Table("id", "language", "label", "kind", "shown by itself", box=None)
    with _client() as client:
        for each in client.captions(video):
            shown = "yes" if each["isDefault"] else ""
            table.add_row(each["id"], each["language"] or "", escape(each["label"]), each["kind"], shown)
    console.print(table)


@captions.command("add")
def add_captions(
    video: VideoId,
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="WebVTT or SubRip.")],
    language: Annotated[str, typer.Option(help="Such as de or pt-BR.")],
    label: Annotated[str, typer.Option(help="For menus; the language's own name when left out.")] = "",
    kind: Annotated[str, typer.Option(help="subtitles, captions (for the deaf) or forced.")] = "",
    default: Annotated[bool, typer.Option("--default", help="Shown without being chosen.")] = False,
) -> None:
    """Add a file; the id of its track is printed."""
    said = {"label": label, "kind": kind, "isDefault": "true" if default else ""}
    with _client() as client:
        print(client.add_captions(video, file.read_bytes(), language, **said)["id"])


@captions.command("shift")
def shift_captions(
    video: VideoId,
    caption: Annotated[str, typer.Argument(help="The id of a track.")],
    seconds: Annotated[float, typer.Argument(help="So much later; negative: earlier (after --).")],
) -> None:
    """Show a track later or earlier."""
    with _client() as client:
        client.change_captions(video, caption, shiftSeconds=seconds)


@captions.command("rm")
def remove_captions(video: VideoId, caption: Annotated[str, typer.Argument(help="The id of a track.")]) -> None:
    """Remove a track."""
    with _client() as client:
        client.remove_captions(video, caption)


@keys.command("ls")
def list_keys() -> None:
    """List your API keys."""
    table = Table("id", "name", "scopes", "expires", "last used", box=None)
    with _client() as client:
        for key in client.api_keys():
            table.add_row(key["id"], escape(key["name"]), " ".join(key["scopes"]), key["expiresAt"], key["lastUsedAt"])
    console.print(table)


@keys.command("new")
def new_key(
    name: Annotated[str, typer.Argument(help="What it is for.")],
    scope: Annotated[list[str], typer.Option(help="read, upload or manage; may be given several times.")],
    days: Annotated[int, typer.Option(help="For how long; until it is revoked when left out.", min=0)] = 0,
) -> None:
    """Make an API key; it is printed this once."""
    scopes: list[Scope] = [each for each in ("read", "upload", "manage") if each in scope]
    if unknown := set(scope) - set(scopes):
        _fail(f"There is no scope {unknown.pop()}; take read, upload or manage.")
    with _client() as client:
        print(client.create_key(name, scopes, days or None)[1])


@keys.command("rm")
def revoke_key(key: Annotated[str, typer.Argument(help="The id of a key.")]) -> None:
    """Revoke an API key."""
    with _client() as client:
        client.revoke_key(key)


@webhooks.command("ls")
def list_webhooks() -> None:
    """List your webhooks."""
    table = Table("id", "address", "events", "state", box=None)
    with _client() as client:
        for each in client.webhooks():
            state = "on" if each["isOn"] else "off"
            state += f", failing since {each['failingSince']}" if each["failingSince"] else ""
            table.add_row(each["id"], escape(each["url"]), " ".join(each["events"]), state)
    console.print(table)


@webhooks.command("new")
def new_webhook(
    url: Annotated[str, typer.Argument(help="A public https address.")],
    event: Annotated[list[str] | None, typer.Option(help="VideoReady, VideoFailed or RenditionFailed.")] = None,
) -> None:
    """Make a webhook; its id, and the secret that signs what is sent to it, are printed."""
    with _client() as client:
        made, secret = client.create_webhook(url, event or ("VideoReady", "VideoFailed"))
    print(made["id"], secret)


@webhooks.command("on")
def switch_on(webhook: Annotated[str, typer.Argument(help="The id of a webhook.")]) -> None:
    """Switch a webhook on again."""
    with _client() as client:
        client.change_webhook(webhook, isOn=True)


@webhooks.command("rm")
def delete_webhook(webhook: Annotated[str, typer.Argument(help="The id of a webhook.")]) -> None:
    """Delete a webhook."""
    with _client() as client:
        client.delete_webhook(webhook)


@webhooks.command("log")
def log(webhook: Annotated[str, typer.Argument(help="The id of a webhook.")]) -> None:
    """List what was sent to a webhook."""
    table = Table("id", "event", "video", "state", "tries", "answer", box=None)
    with _client() as client:
        for each in client.deliveries(webhook):
            table.add_row(
                each["id"], each["event"], each["videoId"], each["state"], str(each["tries"]), str(each["status"] or "")
            )
    console.print(table)


@webhooks.command("again")
def again(
    webhook: Annotated[str, typer.Argument(help="The id of a webhook.")],
    delivery: Annotated[str, typer.Argument(help="The id of a delivery, from `vod webhooks log`.")],
) -> None:
    """Send an event again."""
    with _client() as client:
        client.send_again(webhook, delivery)


def _awaited(client: Client, video_id: str, until: tuple[str, ...] = FINAL) -> Video:
    """The video once its status is one of these; a bar shows how far it is."""
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:.0f} %"))
    with Progress(*columns, console=errors, transient=True) as bars:
        bar = bars.add_task("", total=100)
        while (video := client.video(video_id))["status"] not in until:
            bars.update(bar, completed=_percent(video), description=escape(f"{video['title']}: {video['status']}"))
            time.sleep(POLL_SECONDS)
    return video


def _percent(video: Video) -> float:
    """Of the encoding; while the platform fetches a file, of that."""
    fetched = video["import"]
    if video["status"] == "awaiting_upload" and fetched and fetched["total"]:
        return 100 * fetched["received"] / fetched["total"]
    return video["progress"]


def _show(videos: list[Video], as_json: bool) -> None:
    if as_json:
        console.print_json(json.dumps(videos))
        return
    table = Table("id", "status", "length", "title", box=None)
    for video in videos:
        table.add_row(video["id"], _status(video), _length(video["duration"]), escape(video["title"]))
    console.print(table)


def _status(video: Video) -> str:
    if video["status"] in ("transcoding", "playable"):
        return f"{video['status']} {video['progress']:.0f} %"
    return video["status"]


def _length(seconds: float | None) -> str:
    if seconds is None:
        return ""
    whole = round(seconds)
    return (
        f"{whole // 3600}:{whole // 60 % 60:02}:{whole % 60:02}" if whole >= 3600 else f"{whole // 60}:{whole % 60:02}"
    )


def _facts(video: Video) -> dict[str, str]:
    rungs = ", ".join(str(each["name"]) for each in video["renditions"])
    told = {
        "title": video["title"],
        "status": _status(video),
        "why": video["error"]["message"] if video["error"] else "",
        "length": _length(video["duration"]),
        "renditions": rungs,
        "tags": ", ".join(video["tags"]),
        "external id": video["externalId"] or "",
        "metadata": ", ".join(f"{name}={value}" for name, value in video["metadata"].items()),
        "warnings": " ".join(video["warnings"]),
        "cost": f"{video['cost']['totalUsd']:.4f} USD" if video["cost"] else "",
        "created": video["createdAt"],
        "watch": video["playback"]["hls"] if video["playback"] else "",
    }
    return {name: value for name, value in told.items() if value}
