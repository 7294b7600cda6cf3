"""A small world for the questions' fixtures: source text in, the records of the real deep analysis out."""

from __future__ import annotations

from collections.abc import Mapping

from analyzers.questions.answer import Answer
from analyzers.records import Record
from tests.fixture import fixture
from tests.inference.world import analysed_records


class World:
    """Implements `Neighbours` over a fixture."""

    def __init__(self, text: str) -> None:
        self.files: Mapping[str, bytes] = fixture(text).files
        self.records: dict[tuple[str, str], Record] = {
            (record.path, record.name): record for record in analysed_records(text)
        }

    def record(self, path: str, name: str) -> Record | None:
        return self.records.get((path, name))

    def source(self, path: str) -> bytes | None:
        return self.files.get(path)

    def named(self, name: str) -> Record:
        """The record of that qualified name, in whatever file it is."""
        return next(each for each in self.records.values() if each.name == name)


def plain(answer: Answer | None) -> str:
    """An answer as text: the conclusion, then a line for each claim with its places, then what is not known."""
    if answer is None:
        return "no answer"
    lines = [f"{answer.question} {answer.conclusion} · {answer.confidence}"]
    for each in answer.claims:
        places = " ".join(f"{place.path}:{place.line}" for place in each.places)
        mark = "" if each.confidence == answer.confidence else f" ({each.confidence})"
        lines.append(f"- {each.text}{mark} [{places}]")
    lines += [f"? {each}" for each in answer.unknown]
    return "\n".join(lines)
