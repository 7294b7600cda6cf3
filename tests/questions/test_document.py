"""`docs/questions.md` says what the catalogue says, and the studies' lists are whole."""

from __future__ import annotations

from pathlib import Path

from analyzers.questions.catalogue import CATALOGUE
from analyzers.questions.document import document, unanswered
from analyzers.questions.studies import LATOZA, SILLITO

PAGE = Path(__file__).resolve().parents[2] / "docs" / "questions.md"


def test_the_page_is_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == document(), "run: python docs/generate.py"


def test_the_studies_are_whole() -> None:
    assert [each.id for group in SILLITO for each in group.questions] == [str(number) for number in range(1, 45)]
    assert len(LATOZA) == 21
    names = [each.id for group in LATOZA for each in group.questions]
    assert len(names) == len(set(names)) == 94


def test_kinds_name_questions_that_exist() -> None:
    known = {each.id for group in (*SILLITO, *LATOZA) for each in group.questions}
    for kind in CATALOGUE:
        assert {*map(str, kind.sillito), *kind.latoza} <= known, kind.name


def test_what_is_not_answered_says_why() -> None:
    notes = {each.id: each.note for group in (*SILLITO, *LATOZA) for each in group.questions}
    assert [name for name in unanswered() if not notes[name]] == []
