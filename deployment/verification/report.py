"""The report of `make verify`: a table for people, JSON for who is sent it; nothing in either names an account."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from deployment.verification.judging import Finding, Verdict

_SECRETS = (
    (re.compile(r"arn:[\w-]+:[^\s\"',)]*"), "<arn>"),
    (re.compile(r"\b(?:AKIA|ASIA)[A-Z0-9]{12,}\b"), "<key>"),
    (re.compile(r"(?<![\d.])\d{12}(?![\d.])"), "<account>"),
    (re.compile(r"https?://\S+"), "<address>"),
    (re.compile(r"\b(?:subnet|sg|vpc|fs|eni|fsap|fsmt)-[0-9a-f]{8,}\b"), "<id>"),
)
_WIDTHS = (22, 44, 44)
HEAD = ("check", "assumed", "measured", "verdict")


def anonymous(text: str) -> str:
    """A text without account numbers, ARNs, keys, addresses and ids."""
    for pattern, instead in _SECRETS:
        text = pattern.sub(instead, text)
    return text


def table(findings: Sequence[Finding]) -> str:
    """Assumed beside measured; long cells go on in lines below."""
    rows = [HEAD, tuple("-" * width for width in (*_WIDTHS, len(Verdict.HOLDS)))]
    lines = [_line(row) for row in rows]
    for finding in findings:
        cells = (finding.name, finding.assumed, anonymous(finding.measured))
        wrapped = [_wrapped(cell, width) for cell, width in zip(cells, _WIDTHS, strict=True)]
        height = max(map(len, wrapped))
        columns = [[*cell, *[""] * (height - len(cell))] for cell in (*wrapped, [finding.verdict.value])]
        lines += [_line(row) for row in zip(*columns, strict=True)]
        if finding.advice:
            lines += [f"    -> {part}" for part in _wrapped(finding.advice, 100)]
    return "\n".join(lines)


def _line(cells: Iterable[str]) -> str:
    *first, last = cells
    return "  ".join([*(cell.ljust(width) for cell, width in zip(first, _WIDTHS, strict=True)), last]).rstrip()


def _wrapped(text: str, width: int) -> list[str]:
    lines = [""]
    for word in text.split():
        if lines[-1] and len(lines[-1]) + 1 + len(word) > width:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return lines


def summary(findings: Iterable[Finding]) -> str:
    """How many of each verdict, in one line."""
    counted = Counter(finding.verdict for finding in findings)
    return ", ".join(f"{counted[verdict]} {verdict.value}" for verdict in Verdict)


def document(findings: Iterable[Finding], about: Mapping[str, Any], facts: Mapping[str, Any]) -> str:
    """The same as JSON, with every fact as it was measured."""
    known = {name: fact for name, fact in facts.items() if isinstance(fact, (str, int, float, list, dict))}
    whole = {"about": about, "findings": [asdict(finding) for finding in findings], "facts": known}
    return anonymous(json.dumps(whole, indent=2, default=str))
