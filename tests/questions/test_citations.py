"""Every citation in every answer resolves, at the bytes it names: checked over whole real repositories.

One is this repository itself, which is always at hand; its answers are put together by name, as a reader does before
the deep analysis has run. The other is a package as it is published, every symbol of it, analysed deeply.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from analyzers.questions import catalogue
from analyzers.questions.answer import Answer
from analyzers.questions.kind import Neighbours
from analyzers.records import Place
from analyzers.text import Lines
from benchmarks.hover_review.deep import Deep
from benchmarks.linked import Linked
from benchmarks.sdist import TOMLKIT, Unreachable

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("analyzers", "tests/questions")
EVERY = 3
"""Of the symbols, every third is asked about: all of them take longer than a test should."""


def wrong(repository: Neighbours, place: Place) -> str:
    """What is wrong with a citation; empty where nothing is."""
    source = repository.source(place.path)
    if source is None:
        return "no such file"
    if not 0 <= place.start < place.end <= len(source):
        return "outside the file"
    if Lines(source).line_of(place.start) + 1 != place.line:
        return "another line"
    head = place.quote.partition("…")[0].split()
    if head and head[0].encode() not in source[place.start : place.end]:
        return "the quote is not there"
    return ""


def places(answers: Sequence[Answer]) -> Iterator[tuple[str, Place]]:
    for answer in answers:
        for claim in answer.claims:
            for place in claim.places:
                yield answer.kind, place


def test_every_citation_of_a_published_package_resolves() -> None:
    try:
        package = Deep(TOMLKIT.unpacked())
    except Unreachable as error:
        pytest.skip(str(error))
    bad: list[str] = []
    count = 0
    for record in package.records():
        for kind, place in places(catalogue.for_record(record, neighbours=package)):
            count += 1
            if problem := wrong(package, place):
                bad.append(f"{kind} of {record.path} {record.name}: {place} {problem}")
    assert bad == []
    assert count > 20_000


def test_every_citation_resolves() -> None:
    repository = Linked(ROOT, FOLDERS)
    bad: list[str] = []
    count = 0
    for record in repository.records(EVERY):
        answers = catalogue.for_record(record, neighbours=repository, reads_max=40)
        assert all(answer.claims or answer.unknown or answer.weight < catalogue.HOVER_WEIGHT_MIN for answer in answers)
        for kind, place in places(answers):
            count += 1
            if problem := wrong(repository, place):
                bad.append(f"{kind} of {record.path} {record.name}: {place} {problem}")
    assert bad == []
    assert count > 1000
