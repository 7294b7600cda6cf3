"""Every kind's fixtures: a question asked of a symbol of a small world, and the whole answer as it reads.

The answers are in `answers/<family>.txt`, one paragraph each under a line `## WORLD symbol kind`, and were read one by
one. `python -m tests.questions.test_answers` writes down what is answered now, for reading the difference.
"""

from __future__ import annotations

from collections import Counter
from functools import cache
from pathlib import Path

import msgspec
import pytest

from analyzers.questions import catalogue
from analyzers.records import Depth
from tests.questions import worlds
from tests.questions.evidence_worlds import HISTORIES, OBSERVATIONS, SINCES
from tests.questions.world import World, plain

FOLDER = Path(__file__).parent / "answers"
FIXTURES_MIN = 5


def cases() -> list[tuple[str, str]]:
    """Each header and the answer below it."""
    found = []
    for path in sorted(FOLDER.glob("*.txt")):
        for part in ("\n" + path.read_text(encoding="utf-8")).split("\n## ")[1:]:
            header, _, expected = part.partition("\n")
            found.append((header, expected.strip()))
    return found


def answered(header: str) -> str:
    """Asks what a header says: `WORLD symbol kind`, then `name=value` for what else is at hand."""
    name, symbol, kind, *options = header.split()
    given = dict(option.split("=") for option in options)
    world = _world(name)
    record = world.named(symbol)
    if given.get("depth") == "linked":
        record = msgspec.structs.replace(
            record, depth=Depth.LINKED, raises=(), none_ways=(), returns=(), changes=(), assumes=(), settings=(),
            resources=(), caught=(), cycle=(), accesses=(), passed=(), overrides=(), overridden_by=(),
            returns_none="unknown",
        )  # fmt: skip
    answer = catalogue.one(
        kind,
        record,
        neighbours=world,
        history=HISTORIES.get(given.get("history", "")),
        since=SINCES.get(given.get("since", "")),
        evidence=OBSERVATIONS.get(given.get("evidence", "")),
    )
    return plain(answer)


@cache
def _world(name: str) -> World:
    return World(getattr(worlds, name))


@pytest.mark.parametrize(("header", "expected"), cases(), ids=[header for header, _ in cases()])
def test_answer(header: str, expected: str) -> None:
    assert answered(header) == expected


def test_every_kind_has_its_fixtures() -> None:
    asked = Counter(header.split()[2] for header, _ in cases())
    unknown = Counter(header.split()[2] for header, expected in cases() if "? not known · possible" in expected)
    answered_here = [kind.name for kind in catalogue.CATALOGUE if kind.answer is not None]
    assert {name: asked[name] for name in answered_here if asked[name] < FIXTURES_MIN} == {}
    assert [name for name in answered_here if not unknown[name]] == []


if __name__ == "__main__":
    for path in sorted(FOLDER.glob("*.txt")):
        headers = [line[3:] for line in path.read_text(encoding="utf-8").splitlines() if line.startswith("## ")]
        path.write_text("".join(f"## {each}\n{answered(each)}\n\n" for each in headers), encoding="utf-8")
