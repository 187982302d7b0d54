"""The stack's CloudWatch dashboard as a picture, drawn from the metrics of the platform that runs here.

`python -m local.dashboard dashboard.png`; understood are lines of metrics, `SEARCH` over one dimension, and `a/b`.
"""

import json
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import matplotlib as mpl
from botocore.exceptions import ClientError
from matplotlib import dates
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from deployment import STACK
from local.child import StartError, answers
from local.clients import REGION, Clients
from local.platform import Options

Widget = Mapping[str, Any]
COLUMNS = 24
ROW_INCHES = 0.42
COLORS = {"OK": "#2f9e5b", "ALARM": "#d23f31", "INSUFFICIENT_DATA": "#8a8f98"}
SEARCH = re.compile(
    r"SEARCH\('\{(?P<schema>[^}]+)\} MetricName=\"(?P<name>\w+)\" (?P<filter>\w+)=\"(?P<value>[^\"]+)\"'"
)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a widget: points in time (UTC) and their values, on the right axis or the left."""

    label: str
    times: Sequence[datetime]
    values: Sequence[float]
    is_right: bool = False


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads metrics of the time span that is drawn."""

    cloudwatch: Any
    since: datetime
    until: datetime
    finest: int

    def lines(self, widget: Widget) -> list[Line]:
        """Every line that a widget shows, its expressions worked out."""
        shown, by_id = [], {}
        for entry in widget["metrics"]:
            options = entry[-1] if isinstance(entry[-1], dict) else {}
            if "expression" in options:
                continue
            line = self._metric(widget, entry, options)
            by_id[options.get("id", "")] = line
            if options.get("visible", True):
                shown.append(line)
        expressions = (entry[0] for entry in widget["metrics"] if "expression" in entry[0])
        return shown + [line for each in expressions for line in self._expression(widget, each, by_id)]

    def _metric(self, widget: Widget, entry: Sequence[Any], options: Mapping[str, Any]) -> Line:
        namespace, name, *pairs = (word for word in entry if isinstance(word, str))
        dimensions = dict(zip(pairs[::2], pairs[1::2], strict=True))
        points = self._points(namespace, name, dimensions, options.get("stat", widget["stat"]), widget["period"])
        return Line(options.get("label", name), *points, is_right=options.get("yAxis") == "right")

    def _expression(self, widget: Widget, options: Mapping[str, Any], by_id: Mapping[str, Line]) -> Iterator[Line]:
        found = SEARCH.match(options["expression"])
        if found:
            yield from self._search(widget, found)
            return
        above, below = (by_id[name.strip()] for name in options["expression"].split("/"))
        divisors = dict(zip(below.times, below.values, strict=True))
        both = [(time, value / divisors[time]) for time, value in zip(*_pair(above), strict=True) if divisors.get(time)]
        yield Line(options["label"], [time for time, _ in both], [value for _, value in both])

    def _search(self, widget: Widget, found: re.Match[str]) -> Iterator[Line]:
        namespace = found["schema"].split(",")[0]
        listed = self.cloudwatch.list_metrics(Namespace=namespace, MetricName=found["name"])["Metrics"]
        for metric in listed:
            dimensions = {each["Name"]: each["Value"] for each in metric["Dimensions"]}
            if dimensions.pop(found["filter"], None) == found["value"]:
                whole = {**dimensions, found["filter"]: found["value"]}
                points = self._points(namespace, found["name"], whole, widget["stat"], widget["period"])
                yield Line(" ".join(dimensions.values()), *points)

    def _points(
        self, namespace: str, name: str, dimensions: Mapping[str, str], stat: str, period: int
    ) -> tuple[list[datetime], list[float]]:
        metric = {
            "Namespace": namespace,
            "MetricName": name,
            "Dimensions": [{"Name": key, "Value": value} for key, value in dimensions.items()],
        }
        wanted = {"Metric": metric, "Period": min(period, self.finest), "Stat": stat}
        (answer,) = self.cloudwatch.get_metric_data(
            MetricDataQueries=[{"Id": "m", "MetricStat": wanted}], StartTime=self.since, EndTime=self.until
        )["MetricDataResults"]
        return answer["Timestamps"], answer["Values"]


def _pair(line: Line) -> tuple[Sequence[datetime], Sequence[float]]:
    return line.times, line.values


def draw(cloudwatch: Any, minutes: int = 60) -> Figure:
    """The stack's dashboard over the last minutes, in minutes where they are few."""
    name = f"{STACK}-{REGION}"
    now = datetime.now(UTC)
    reader = Reader(cloudwatch, now - timedelta(minutes=minutes), now, finest=60 if minutes <= 180 else 3600)
    widgets = json.loads(cloudwatch.get_dashboard(DashboardName=name)["DashboardBody"])["widgets"]
    rows = max(each["y"] + each["height"] for each in widgets) + 1
    mpl.rcParams.update({"font.size": 8, "axes.spines.top": False, "axes.titleweight": "bold", "axes.titlesize": 9})
    figure = Figure(figsize=(16, rows * ROW_INCHES), facecolor="white")
    figure.suptitle(f"{name}, {now:%Y-%m-%d %H:%M} UTC, the last {minutes} minutes", x=0.02, y=0.99, ha="left")
    for each in widgets:
        axes = figure.add_axes(_place(each, rows))
        axes.set_title(each["properties"]["title"], loc="left")
        if each["type"] == "alarm":
            _draw_alarms(axes, cloudwatch, each["properties"]["alarms"])
        else:
            _draw_lines(axes, reader.lines(each["properties"]), reader)
    return figure


def _place(widget: Widget, rows: int) -> tuple[float, float, float, float]:
    """Left, bottom, width and height of a widget's axes as parts of the figure, with room for its title and labels."""
    left, bottom = widget["x"] / COLUMNS + 0.03, 1 - (widget["y"] + widget["height"] + 0.2) / rows
    return left, bottom, widget["width"] / COLUMNS - 0.055, (widget["height"] - 1.5) / rows


def _draw_alarms(axes: Axes, cloudwatch: Any, arns: Sequence[str]) -> None:
    axes.axis("off")
    names = [arn.rsplit(":", 1)[1] for arn in arns]
    states = {each["AlarmName"]: each["StateValue"] for each in cloudwatch.describe_alarms()["MetricAlarms"]}
    for number, name in enumerate(names):
        state = states.get(name, "INSUFFICIENT_DATA")
        text = f"{name.removeprefix(STACK + '-')}\n{state}"
        box = {"boxstyle": "round,pad=0.5", "facecolor": COLORS[state], "edgecolor": "none"}
        place = (number + 0.5) / len(names)
        axes.text(place, 0.4, text, ha="center", va="center", color="white", bbox=box, transform=axes.transAxes)


def _draw_lines(axes: Axes, lines: Sequence[Line], reader: Reader) -> None:
    right = axes.twinx() if any(line.is_right for line in lines) else axes
    for number, line in enumerate(lines):
        on = right if line.is_right else axes
        on.plot(line.times, line.values, marker="o", markersize=3, label=line.label, color=f"C{number}")  # type: ignore[arg-type]
    for on in {axes, right}:
        on.set_ylim(bottom=0)
    if not any(line.times for line in lines):
        axes.text(0.5, 0.5, "no data", ha="center", color="#8a8f98", transform=axes.transAxes)
    axes.set_xlim(reader.since, reader.until)  # type: ignore[arg-type]
    axes.xaxis.set_major_formatter(dates.DateFormatter("%H:%M", tz=UTC))  # type: ignore[no-untyped-call]
    axes.grid(axis="y", color="#e5e7eb")
    handles = [handle for each in {axes, right} for handle in each.get_legend_handles_labels()[0]]
    if handles:
        axes.legend(handles=handles, loc="lower right", bbox_to_anchor=(1, 0.98), frameon=False, ncols=4, fontsize=7)


def main() -> int:
    """Draw the dashboard of the platform that runs on this machine into the file named on the command line."""
    file = Path(sys.argv[1] if len(sys.argv) > 1 else "dashboard.png")
    try:
        clients = running(Options.from_environment().state)
        draw(clients.cloudwatch).savefig(file, dpi=110)
    except (StartError, ClientError, OSError, ValueError) as error:
        sys.stderr.write(f"make dashboard: {error}\n")
        return 1
    sys.stdout.write(f"{file}\n")
    return 0


def running(state: Path) -> Clients:
    """Clients of the platform with this state; StartError when it does not run."""
    port = state / "emulator-port"
    if not port.exists() or not answers(int(port.read_text())):
        raise StartError("no platform is running here: start it with `make up` and upload a video")
    return Clients(f"http://127.0.0.1:{port.read_text()}")


if __name__ == "__main__":
    sys.exit(main())
