"""What questions are taken to mean, in a small repository that no benchmark knows."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from analyzers import languages
from analyzers.asking.anchors import Anchor
from analyzers.asking.lexicon import UNCLEAR, spoken_kinds
from analyzers.asking.literals import literals_in, matches
from analyzers.asking.names import NameTable
from analyzers.asking.routing import Before, asks_for_message, route
from analyzers.facts import FileFacts, Symbol
from analyzers.questions.catalogue import KINDS
from tests.fixture import fixture

BAKERY = fixture(
    """
    #- /bakery/oven.py
    OPEN_DOORS = []

    class Oven:
        def __init__(self, heat):
            self.heat = heat

        def bake_loaf(self, dough, minutes=30):
            if minutes < 1:
                raise ValueError(f"cannot bake for {minutes} minutes")
            return self._rise(dough)

        def _rise(self, dough):
            return dough

        def close(self):
            pass

    def find_recipe(name, book):
        return book.get(name)
    #- /bakery/shop.py
    class Till:
        def close(self):
            pass

        def print_receipt(self, sale):
            print("thank you for your visit")

    class Window:
        def close(self):
            pass

    def weigh(loaf):
        return loaf
    #- /tests/test_shop.py
    def test_weigh():
        assert str(error) == "cannot bake for 0 minutes"
    #- /web/cart.ts
    export class Cart {
      addLine(item: string) { throw new Error(`no shelf holds ${item} today`); }
    }
    """
)


class Shelf:
    """The fixture as routing looks it up."""

    def __init__(self) -> None:
        self.facts: dict[str, FileFacts] = {}
        for path, data in BAKERY.files.items():
            language = languages.for_path(path)
            assert language is not None
            self.facts[path] = language.facts(data)
        names = sorted({symbol.name for facts in self.facts.values() for symbol in facts.symbols})
        self._table = NameTable(names)

    def table(self) -> NameTable:
        return self._table

    def defining(self, name: str) -> Sequence[str]:
        return [path for path, facts in self.facts.items() if any(each.name == name for each in facts.symbols)]

    def symbols(self, path: str) -> Sequence[Symbol]:
        return self.facts[path].symbols

    def paths(self) -> Sequence[str]:
        return tuple(self.facts)

    def is_test(self, path: str) -> bool:
        return path.startswith("tests/")


CODE = Shelf()
HERE = Anchor("bakery/shop.py", "weigh", "function")
BEFORE = Before(Anchor("bakery/oven.py", "Oven.bake_loaf", "method"), "raises")


def hits(question: str):
    found = []
    for path, data in BAKERY.files.items():
        language = languages.for_path(path)
        assert language is not None
        if not CODE.is_test(path):
            found += literals_in(path, data, language)
    message = asks_for_message(question)
    return matches(message, found) if message else []


def understood(question: str, here: Anchor | None = None, before: Before | None = None) -> tuple[str, str, str]:
    routed = route(question, CODE, here=here, before=before, hits=hits(question))
    if routed.hits:
        return routed.decision, routed.hits[0].literal.path, "error_message"
    first = routed.readings[0] if routed.readings else None
    return routed.decision, first.anchor.symbol if first else "", first.kind if first else ""


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("who calls bake_loaf", ("answer", "Oven.bake_loaf", "callers")),
        ("where is bake loaf called from?", ("answer", "Oven.bake_loaf", "callers")),
        ("what does bake_loav raise", ("answer", "Oven.bake_loaf", "raises")),
        ("whats Oven.bake_loaf return", ("answer", "Oven.bake_loaf", "returns")),
        ("who catches the ValueError in weigh", ("answer", "weigh", "catches")),
        ("bakeLoaf exceptions", ("answer", "Oven.bake_loaf", "raises")),
        ("why can find_recipe be none", ("answer", "find_recipe", "why_none")),
        ("can find_recipe return undefined?", ("answer", "find_recipe", "why_none")),
        ("who creates Oven objects", ("answer", "Oven", "instances")),
        ("who calls Oven", ("answer", "Oven", "instances")),
        ("which tests cover weigh", ("answer", "weigh", "tests")),
        ("who writes OPEN_DOORS", ("answer", "OPEN_DOORS", "writers")),
        ("who sets Oven.heat", ("answer", "Oven.heat", "writers")),
        ("Till.close dead?", ("answer", "Till.close", "dead")),
        ("close in oven.py, who uses it", ("answer", "Oven.close", "callers")),
        ("the thing that prints a receipt, what breaks if I change it", ("answer", "Till.print_receipt", "impact")),
        ("what can addLine throw", ("answer", "Cart.addLine", "raises")),
        ("`print_receipt`", ("answer", "Till.print_receipt", "")),
        ("where does 'thank you for your visit' come from", ("answer", "bakery/shop.py", "error_message")),
        ("ValueError: cannot bake for 0 minutes", ("answer", "bakery/oven.py", "error_message")),
        ("Error: no shelf holds bread today", ("answer", "web/cart.ts", "error_message")),
        ("where does 'the mill caught fire' come from", ("notKnown", "", "")),
        ("who calls sharpen_knife", ("notKnown", "", "")),
        ("what does Mixer.close return", ("notKnown", "", "")),
        ("who calls close", ("askBack", "Oven.close", "callers")),
        ("why does it fail", ("askBack", "", "")),
        ("what raises", ("askBack", "", "")),
        ("how do I grow tomatoes", ("notKnown", "", "")),
        ("", ("notKnown", "", "")),
    ],
)
def test_a_question_is_taken_to_mean(question: str, expected: tuple[str, str, str]) -> None:
    assert understood(question) == expected


def test_this_is_where_the_cursor_is() -> None:
    assert understood("who calls this?", HERE) == ("answer", "weigh", "callers")
    assert understood("tests?", HERE) == ("answer", "weigh", "tests")
    # A name that is said counts more than the place.
    assert understood("who calls bake_loaf", HERE) == ("answer", "Oven.bake_loaf", "callers")


def test_of_several_the_one_nearby_is_meant() -> None:
    near = Anchor("bakery/shop.py", "Till.print_receipt", "method")
    assert understood("who calls close", near) == ("answer", "Till.close", "callers")


def test_a_follow_up_is_about_what_was_asked_before() -> None:
    assert understood("and who catches it?", before=BEFORE) == ("answer", "Oven.bake_loaf", "catches")
    assert understood("what about find_recipe?", before=BEFORE) == ("answer", "find_recipe", "raises")
    assert understood("what about tests?", before=BEFORE) == ("answer", "Oven.bake_loaf", "tests")
    assert understood("who calls weigh", before=BEFORE) == ("answer", "weigh", "callers")


def test_the_lexicon_speaks_of_every_kind_and_of_no_other() -> None:
    assert spoken_kinds() - {UNCLEAR} == KINDS.keys()
