"""The catalogue as a whole: its declarations agree with each other, and a hover keeps within its bounds."""

from __future__ import annotations

import pytest

from analyzers.questions import catalogue
from analyzers.questions.answer import Answer, Claim
from analyzers.questions.kind import FAMILIES
from analyzers.records import Place

PLACE = Place("a.py", 0, 1, 1)


def answer(kind: str, weight: float, claims: int = 1) -> Answer:
    return Answer(kind, "a.py", "f", "?", "x", "certain", (Claim("c", "certain", (PLACE,)),) * claims, weight=weight)


def test_names_are_unique_and_families_known() -> None:
    names = [kind.name for kind in catalogue.CATALOGUE]
    assert len(names) == len(set(names))
    assert {kind.family for kind in catalogue.CATALOGUE} <= set(FAMILIES)
    assert [FAMILIES.index(kind.family) for kind in catalogue.CATALOGUE] == sorted(
        FAMILIES.index(kind.family) for kind in catalogue.CATALOGUE
    )


@pytest.mark.parametrize("kind", catalogue.CATALOGUE, ids=lambda kind: kind.name)
def test_a_kind_says_what_it_needs(kind: catalogue.Kind) -> None:
    assert 0 < kind.prior <= 1
    assert kind.anchors
    assert kind.means
    assert kind.needs
    assert kind.question.endswith("?")


def test_hover_is_silent_when_nothing_adds() -> None:
    assert catalogue.choose_for_hover([answer("callers", 0.0), answer("dead", 0.05)]) == []


def test_hover_keeps_to_its_lines() -> None:
    chosen = catalogue.choose_for_hover([answer("callers", 0.9, 9), answer("reached", 0.8, 9), answer("dead", 0.7, 0)])
    assert [each.kind for each in chosen] == ["callers", "dead"]


def test_menu_keeps_the_order_of_families_and_puts_the_unknown_last() -> None:
    sections = catalogue.menu([answer("recursive", 0.5), answer("callers", 0.0), answer("dead", 0.1)])
    assert [[each.kind for each in section.answers] for section in sections] == [["dead", "recursive", "callers"]]
