"""The catalogue as a whole: its declarations agree with each other, and a hover keeps within its bounds."""

from __future__ import annotations

import pytest

from analyzers.questions import catalogue
from analyzers.questions.answer import Answer, Claim
from analyzers.questions.kind import FAMILIES
from analyzers.records import RANK, Place, Record
from tests.questions import worlds
from tests.questions.world import World

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
    chosen = catalogue.choose_for_hover([answer("callers", 0.9, 9), answer("raises", 0.8, 9), answer("tasks", 0.7, 0)])
    assert [each.kind for each in chosen] == ["callers", "tasks"]


def test_hover_shows_two_answers_and_none_that_another_gives() -> None:
    answers = [answer("callers", 0.9), answer("dead", 0.8), answer("raises", 0.7), answer("why_none", 0.6)]
    assert [each.kind for each in catalogue.choose_for_hover(answers)] == ["callers", "raises"]


def test_what_is_not_shown_unasked_is_not_worked_out_for_a_hover() -> None:
    world = World(worlds.CLICK)
    record = world.named("Context.lookup_default")
    kinds = {each.kind for each in catalogue.for_record(record, neighbours=world, unasked=True)}
    assert kinds
    assert all(catalogue.KINDS[kind].hover for kind in kinds)


def test_menu_keeps_the_order_of_families_and_puts_the_unknown_last() -> None:
    sections = catalogue.menu([answer("recursive", 0.5), answer("callers", 0.0), answer("dead", 0.1)])
    assert [[each.kind for each in section.answers] for section in sections] == [["dead", "recursive", "callers"]]


def prepared(name: str) -> list[Answer]:
    world = World(worlds.CLICK)
    return catalogue.for_record(world.named(name), neighbours=world)


def test_the_bar() -> None:
    """The hover that the design holds up: why it can be None, and who calls it; nothing that a type hover says."""
    chosen = catalogue.choose_for_hover(prepared("Context.lookup_default"))
    assert [each.kind for each in chosen[:2]] == ["why_none", "callers"]
    assert chosen[0].conclusion == "two ways"
    assert chosen[1].conclusion.startswith("two callers, both in `Parameter`")


def test_a_muted_kind_or_family_is_not_answered() -> None:
    world = World(worlds.CLICK)
    record = world.named("Context.find_root")
    kinds = {each.kind for each in catalogue.for_record(record, neighbours=world, muted=frozenset({"dead", "values"}))}
    assert "callers" in kinds
    assert not kinds & {"dead", "why_none", "returns", "passed"}


def test_neighbours_are_read_within_the_limit() -> None:
    class Counting(World):
        reads = 0

        def record(self, path: str, name: str) -> Record | None:
            Counting.reads += 1
            return super().record(path, name)

    world = Counting(worlds.CLICK)
    record = world.named("Command.main")
    Counting.reads = 0
    catalogue.for_record(record, neighbours=world, reads_max=5)
    assert Counting.reads == 5


def test_kinds_that_need_a_model_are_absent_without_one() -> None:
    assert "model" in catalogue.KINDS["does"].means
    assert "does" not in {each.kind for each in prepared("Context.lookup_default")}


def test_an_answer_is_never_surer_than_what_it_is_made_from() -> None:
    """Nothing that a walk over several calls found is called certain where one of the calls is not."""
    for name in ("Parameter.process_value", "Context.lookup_default", "Command.main", "ParamType.convert"):
        for each in prepared(name):
            for one in each.claims:
                assert one.confidence in RANK
            if each.kind in ("impact", "dead", "tasks", "comes_from", "wrong"):
                assert each.confidence != "certain", each
