"""Answers from source text through the real analysis, and where their citations lead."""

from __future__ import annotations

from pathlib import Path

import pytest

from analyzers.questions import catalogue
from benchmarks.hover_review.deep import Deep
from tests.inference.world import analysed

FOLDER = Path(__file__).resolve().parents[2] / "analyzers" / "evidence"

TEXT = """
#- /shop.py
import typing as t

class Cart:
    def __init__(self, limit=None):
        self.limit = limit
        self.items: t.List[str] = []

    def fail(self) -> "t.NoReturn":
        raise KeyError("full")

    def check(self):
        try:
            return len(self.items)
        except ValueError:
            self.fail()

    def current(self, silent=False):
        if not silent:
            raise RuntimeError("no current one")
        return None

    def quiet(self):
        return self.current(silent=True)

    def first(self, text, mark):
        return text.split(mark)[0]

cart = Cart(3)
cart.check()
cart.quiet()
cart.first("a/b", "/")
"""


@pytest.mark.parametrize(
    ("symbol", "kind", "expected"),
    [
        ("Cart.current", "raises", "`RuntimeError`"),
        ("Cart.quiet", "raises", "nothing that is known"),
        ("Cart.check", "raises", "`KeyError`"),
        ("Cart.first", "raises", "possibly `ValueError`"),
        ("Cart.items", "writers", "nobody after it is made, as far as was found"),
        ("Cart.fail", "callers", "one caller"),
    ],
)
def test_conclusion(symbol: str, kind: str, expected: str) -> None:
    answer = catalogue.one(kind, analysed(TEXT)[f"shop.py:{symbol}"])
    assert answer is not None
    assert answer.conclusion == expected


def test_every_citation_of_deep_answers_resolves() -> None:
    deep = Deep(FOLDER)
    count = 0
    for record in deep.records():
        for answer in catalogue.for_record(record, neighbours=deep):
            for claim in answer.claims:
                for place in claim.places:
                    count += 1
                    source = deep.sources[place.path]
                    assert 0 <= place.start < place.end <= len(source), (answer.kind, place)
                    assert source.count(b"\n", 0, place.start) + 1 == place.line, (answer.kind, place)
                    head = place.quote.partition("…")[0].split()
                    assert not head or head[0].encode() in source[place.start : place.end], (answer.kind, place)
    assert count > 1000
