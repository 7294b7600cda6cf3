"""Sheets: hovers as text, one judgement before each line, and what the judgements come to.

A sheet has a block for each hover, under a line `## path:line name`. Each line of the hover follows after its
judgement and a bar: `right`, `wrong` or `useless`, the latter two with a word why
(`wrong, the loop never ends | - ...`). A hover's last line, which says how fresh it is, is not judged. Lines that begin
with `#` and one blank are notes.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

UNJUDGED = "?"
_JUDGEMENTS = ("right", "wrong", "useless")
_LINK = re.compile(r"(?<=\])\([^)]*\)")
_CONFIDENCE = re.compile(r" · (certain|likely|possible)( · stale)?$")
_DOUBT = re.compile(r" \((certain|likely|possible)\)(?= \[|$)")


@dataclass(frozen=True, slots=True)
class Judged:
    """One line of a hover and what was thought of it."""

    hover: str
    text: str
    confidence: str
    verdict: str
    why: str


def block(path: str, line: int, name: str, hover: str) -> str:
    """A hover as a part of a sheet, still to be judged; links are shortened to their text."""
    shown = [_LINK.sub("", each) for each in hover.split("\n")[:-1] if each.strip()]
    return "\n".join([f"## {path}:{line} {name}", *(f"{UNJUDGED} | {each}" for each in shown), ""])


def read(text: str) -> Iterator[Judged]:
    """The judged lines of a sheet. Raises `ValueError` on a line whose judgement is no word that is known."""
    hover, confidence = "", ""
    for line in text.splitlines():
        if line.startswith("## "):
            hover = line[3:]
        if not line.strip() or line.startswith("#"):
            continue
        mark, _, shown = line.partition(" | ")
        verdict, _, why = mark.partition(",")
        if verdict not in _JUDGEMENTS:
            raise ValueError(f"not judged: {hover}: {line}")
        if found := _CONFIDENCE.search(shown):
            confidence = found.group(1)
        own = _DOUBT.search(shown)
        yield Judged(hover, shown, own.group(1) if own else confidence, verdict, why.strip())


def summary(name: str, judged: Iterable[Judged]) -> str:
    """One line of figures, and the lines that were wrong although they were called certain."""
    lines = list(judged)
    counts = Counter(each.verdict for each in lines)
    bad = counts["wrong"] + counts["useless"]
    certain = [each for each in lines if each.verdict == "wrong" and each.confidence == "certain"]
    hovers = len({each.hover for each in lines})
    figures = (
        f"{name}: {hovers} hovers, {len(lines)} lines: {counts['right']} right, {counts['wrong']} wrong,"
        f" {counts['useless']} useless; wrong or useless {bad / max(1, len(lines)):.1%};"
        f" wrong though called certain {len(certain)}"
    )
    return "\n".join([figures, *(f"  {each.hover}: {each.text} ({each.why})" for each in certain)])
