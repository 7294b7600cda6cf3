"""Every citation in every answer resolves, at the bytes it names: checked over this repository itself.

A real repository that is always at hand; its answers are put together by name, as a reader does before the deep
analysis has run.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from analyzers.questions import catalogue
from analyzers.questions.answer import Answer
from analyzers.records import Place
from analyzers.text import Lines
from benchmarks.linked import Linked

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("analyzers", "tests/questions")
EVERY = 3
"""Of the symbols, every third is asked about: all of them take longer than a test should."""


def wrong(repository: Linked, place: Place) -> str:
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
