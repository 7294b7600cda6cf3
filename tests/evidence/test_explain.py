"""From a failing test's output to ranked suspects with reasons, over small workspaces."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest

from lsp_server.cli.explaining import render
from lsp_server.explain import explain
from tests.fixture import fixture

SHOP = """
#- /shop/__init__.py
#- /shop/cart.py
from shop.prices import lookup, unused

class Cart:
    def __init__(self):
        self.items = []

    def add(self, name):
        self.items.append(name)

    def total(self):
        return sum(lookup(name) for name in self.items)

def describe(cart):
    return "cart of %d" % len(cart.items)
#- /shop/prices.py
PRICES = {"tea": 3}

def lookup(name):
    price = find(name)
    return price.amount

def find(name):
    if name in PRICES:
        return PRICES[name]

def unused(name):
    return name
#- /tests/test_cart.py
import pytest
from shop.cart import Cart, describe

@pytest.fixture
def cart():
    return Cart()

def test_total(cart):
    cart.add("tea")
    assert cart.total() == 3

def test_describe(cart):
    text = describe(cart)
    assert text == "basket of 0"
"""

CRASH = """
=================================== FAILURES ===================================
__________________________________ test_total __________________________________
tests/test_cart.py:10: in test_total
    assert cart.total() == 3
shop/cart.py:11: in total
    return sum(lookup(name) for name in self.items)
shop/prices.py:5: in lookup
    return price.amount
E   AttributeError: 'NoneType' object has no attribute 'amount'
"""

ASSERTION = """
=================================== FAILURES ===================================
________________________________ test_describe _________________________________
Traceback (most recent call last):
  File "/builds/42/tests/test_cart.py", line 14, in test_describe
    assert text == "basket of 0"
AssertionError: assert 'cart of 0' == 'basket of 0'
  - cart of 0
  + basket of 0
"""


def check(tmp_path: Path, files: str, output: str, first: list[str], reason: str) -> None:
    fixture(files).write(tmp_path)
    explanation = explain(tmp_path, output)
    assert [suspect.name for suspect in explanation.suspects[: len(first)]] == first
    assert any(reason in text.text for text in explanation.suspects[0].reasons)


def test_none_is_followed_to_the_function_that_returned_it(tmp_path: Path) -> None:
    fixture(SHOP).write(tmp_path)
    suspects = {suspect.name: suspect for suspect in explain(tmp_path, CRASH).suspects[:3]}
    assert suspects["find"].reasons[0].text == "`price` is None there: this returned it, as it can"
    assert suspects["find"].reasons[0].line == 9
    assert "lookup" in suspects


def test_an_assertion_leads_to_what_gave_its_value(tmp_path: Path) -> None:
    check(tmp_path, SHOP, ASSERTION, ["describe"], "share")


def test_a_traceback_without_a_test_speaks_of_none(tmp_path: Path) -> None:
    fixture(SHOP).write(tmp_path)
    frame = '  File "/srv/shop/cart.py", line 11, in total\n    return sum(lookup(name) for name in self.items)\n'
    text = render(explain(tmp_path, f"Traceback (most recent call last):\n{frame}KeyError: 'tea'\n"), colours=False)
    assert "the failing code" in text
    assert "failing test" not in text


def test_a_text_without_failures_says_so(tmp_path: Path) -> None:
    fixture(SHOP).write(tmp_path)
    explanation = explain(tmp_path, "all is well")
    assert explanation.suspects == ()
    assert explanation.nothing_found == ("no traceback and no failing test was found in the text",)


def test_a_foreign_traceback_says_that_nothing_lies_here(tmp_path: Path) -> None:
    fixture(SHOP).write(tmp_path)
    text = 'Traceback (most recent call last):\n  File "/elsewhere/x.py", line 3, in f\nValueError: x\n'
    assert "no frame lies in this workspace" in explain(tmp_path, text).nothing_found


def test_the_terminal_form_ends_with_what_is_not_known(tmp_path: Path) -> None:
    fixture(SHOP).write(tmp_path)
    shown = render(explain(tmp_path, CRASH), colours=False).split("\n")
    assert shown[0] == "test_total: AttributeError: 'NoneType' object has no attribute 'amount'"
    assert shown[2].startswith("1. ")
    assert shown[-1].startswith("Not known: ")


def test_the_command_prints_the_agreed_json(tmp_path: Path) -> None:
    fixture(SHOP).write(tmp_path)
    run = subprocess.run(
        [sys.executable, "-m", "lsp_server.cli", "explain", str(tmp_path), "--json"],
        input=ASSERTION.encode(),
        capture_output=True,
        check=True,
        timeout=60,
    )
    first = json.loads(run.stdout)["suspects"][0]
    assert set(first) == {"path", "name", "line", "score", "reasons"}
    assert (first["path"], first["name"], first["line"]) == ("shop/cart.py", "describe", 13)


WRONG_CALL = """
Traceback (most recent call last):
  File "app/main.py", line 4, in main
    return build(colour="red")
TypeError: build() got an unexpected keyword argument 'colour'
"""

NO_ITEM = """
Traceback (most recent call last):
  File "app/parts.py", line 13, in first
    text)[0]
IndexError: list index out of range
"""

MISSING_KEY = """
Traceback (most recent call last):
  File "app/main.py", line 8, in report
    return settings()["depth"]
KeyError: 'depth'
"""

NOT_RAISED = """
=================================== FAILURES ===================================
_________________________________ test_strict __________________________________
tests/test_main.py:5: in test_strict
    with pytest.raises(ValueError):
E   Failed: DID NOT RAISE <class 'ValueError'>
"""

APP = """
#- /app/__init__.py
#- /app/main.py
from app.parts import build, settings

def main():
    return build(colour="red")

def report():
    "The report."
    return settings()["depth"]

def strict(text):
    check(text)
    return text

def check(text):
    if text is None:
        raise ValueError(text)

def loose(text):
    return text
#- /app/parts.py
def build(color):
    return color

def settings():
    return {"width": 3, "depht": 4}

def other():
    return {"depth": 4}

def first(text):
    return re.findall(
        "a+",
        text)[0]
#- /tests/test_main.py
import pytest
from app.main import strict

def test_strict():
    with pytest.raises(ValueError):
        strict("")
"""


@pytest.mark.parametrize(
    ("output", "name", "reason"),
    [
        (WRONG_CALL, "build", "its parameters do not admit the call `colour`"),
        (MISSING_KEY, "report", 'KeyError was raised here: `return settings()["depth"]`'),
        (MISSING_KEY, "settings", "the failing statement uses it"),
        (NO_ITEM, "first", "`re.findall(…)[0]` takes an item of what may have none"),
        (NOT_RAISED, "check", "it can raise `ValueError`, and did not"),
    ],
)
def test_reasons(tmp_path: Path, output: str, name: str, reason: str) -> None:
    fixture(APP).write(tmp_path)
    suspects = {suspect.name: suspect for suspect in explain(tmp_path, dedent(output)).suspects[:3]}
    assert any(reason in text.text for text in suspects[name].reasons)


def test_the_answer_cites_the_suspect_and_the_line_that_shows_it(tmp_path: Path) -> None:
    fixture(SHOP).write(tmp_path)
    answer = explain(tmp_path, CRASH).answer
    assert answer is not None
    assert (answer.kind, answer.path, answer.symbol) == ("why_test_fails", "tests/test_cart.py", "test_total")
    for claim in answer.claims:
        for place in claim.places:
            data = (tmp_path / place.path).read_bytes()
            assert data.count(b"\n", 0, place.start) + 1 == place.line
            assert data[place.start : place.end].strip()


def test_without_a_text_the_last_run_is_explained(tmp_path: Path) -> None:
    fixture(SHOP).write(tmp_path)
    cache = tmp_path / ".pytest_cache/v/cache"
    cache.mkdir(parents=True)
    (cache / "lastfailed").write_text('{"tests/test_cart.py::test_describe": true}')
    explanation = explain(tmp_path, "")
    assert explanation.failures == ("test_describe: ",)
    assert explanation.suspects[0].name == "describe"


def test_what_changed_since_the_test_last_passed_counts(tmp_path: Path) -> None:
    fixture(SHOP).write(tmp_path)
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-qm", "first")
    base = git(tmp_path, "rev-parse", "HEAD").strip()
    source = (tmp_path / "shop/prices.py").read_text()
    (tmp_path / "shop/prices.py").write_text(source.replace("if name in PRICES", "if name in list(PRICES)"))
    git(tmp_path, "commit", "-qam", "second")
    cache = tmp_path / ".pytest_cache/v/forethought"
    cache.mkdir(parents=True)
    (cache / "run").write_text(
        json.dumps({"format": 1, "passed": {"tests/test_cart.py::test_total": [1, base]}, "failures": []})
    )
    explanation = explain(tmp_path, CRASH)
    assert explanation.suspects[0].name == "find"
    assert any("changed since" in reason.text for reason in explanation.suspects[0].reasons)
    assert explanation.not_known == ()


def git(folder: Path, *arguments: str) -> str:
    identity = ["-c", "user.name=a", "-c", "user.email=a@b", "-c", "commit.gpgsign=false"]
    command = ["git", "-C", str(folder), *identity, *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout


REACHED = {
    "what a class is parametrised with": (
        """
        #- /ways.py
        def shortest(graph):
            return inner_step(graph)
        def inner_step(graph):
            return graph
        def other(graph):
            return graph
        #- /tests/test_it.py
        import pytest
        import ways

        @pytest.mark.parametrize(
            "way",
            [ways.shortest],
        )
        class TestWays:
            def test_it(self, way):
                assert way(1) == 2
        """,
        "TestWays.test_it",
        {"shortest", "inner_step"},
    ),
    "what a package makes when it is asked for": (
        """
        #- /forms/__init__.py
        def __getattr__(name):
            raise AttributeError(name)
        #- /forms/page.py
        class Page:
            def __init__(self, text):
                self.text = text
        #- /tests/test_it.py
        from forms import Page

        def test_it():
            assert Page("a").text == "b"
        """,
        "test_it",
        {"Page.__init__"},
    ),
    "the end of a `with`": (
        """
        #- /bars.py
        class Bar:
            def __enter__(self):
                return self
            def __exit__(self, *error):
                self.finish()
            def finish(self):
                pass
        #- /tests/test_it.py
        from bars import Bar

        def test_it():
            with Bar() as bar:
                assert bar == 1
        """,
        "test_it",
        {"Bar.__exit__", "Bar.finish"},
    ),
    "a validator in a class's body": (
        """
        #- /forms.py
        def checked(value):
            return value
        class Form:
            name = checked("a")
        #- /tests/test_it.py
        from forms import Form

        def test_it():
            assert Form().name == "b"
        """,
        "test_it",
        {"checked"},
    ),
    "what is registered at a class": (
        """
        #- /ways.py
        class Way:
            def start(self):
                return 1
            @classmethod
            def register(cls, kind):
                return lambda function: function
        @Way.register(int)
        def whole(value):
            return value
        #- /tests/test_it.py
        from ways import Way

        def test_it():
            assert Way().start() == 2
        """,
        "test_it",
        {"Way.start", "whole"},
    ),
}


@pytest.mark.parametrize(("files", "test", "expected"), REACHED.values(), ids=REACHED.keys())
def test_what_a_test_reaches_is_suspected_with_its_way(
    tmp_path: Path, files: str, test: str, expected: set[str]
) -> None:
    fixture(files).write(tmp_path)
    output = f"____ {test} ____\ntests/test_it.py:5: in {test.rpartition('.')[2]}\nE   AssertionError\n"
    output = f"=== FAILURES ===\n{output}"
    suspects = explain(tmp_path, output).suspects
    reached = {s.name for s in suspects if any(reason.text.startswith("the failing") for reason in s.reasons)}
    assert expected <= reached, suspects


IN_PLAY = {
    "the override of the class that is made": """
        #- /shapes.py
        class Shape:
            def draw(self):
                return self.outline()
            def outline(self):
                raise NotImplementedError
        class First(Shape):
            def outline(self):
                return 1
        class Second(Shape):
            def outline(self):
                return 1
        def made():
            return Second()
        #- /tests/test_it.py
        from shapes import made

        def test_it():
            assert made().draw() == 2
        """,
    "a method of what a fixture gives": """
        #- /shapes.py
        class First:
            def outline(self):
                return 1
        class Second:
            def outline(self):
                return 1
        #- /tests/conftest.py
        import pytest
        from shapes import Second

        @pytest.fixture
        def made():
            return Second()
        #- /tests/test_it.py
        def test_it(made):
            assert made.outline() == 2
        """,
    "the class that a test's class is named after": """
        #- /shapes.py
        class First:
            def outline(self):
                return self.line()
            def line(self):
                return 1
        class Second:
            def outline(self):
                return self.line()
            def line(self):
                return 1
        #- /tests/test_it.py
        class TestSecond:
            def test_it(self, made):
                assert made(1).outline() == 2
        """,
}


@pytest.mark.parametrize("files", IN_PLAY.values(), ids=IN_PLAY.keys())
def test_methods_run_on_the_classes_that_there_are_objects_of(tmp_path: Path, files: str) -> None:
    fixture(files).write(tmp_path)
    heading = "TestSecond.test_it" if "TestSecond" in files else "test_it"
    output = f"=== FAILURES ===\n____ {heading} ____\ntests/test_it.py:3: in test_it\nE   AssertionError\n"
    named = [suspect.name for suspect in explain(tmp_path, output).suspects]
    assert named.index("Second.outline") < named.index("First.outline")


def test_a_name_that_many_classes_have_means_the_class_that_there_are_objects_of(tmp_path: Path) -> None:
    others = "".join(f"#- /other{n}.py\nclass Other{n}:\n    def fly(self):\n        return {n}\n" for n in range(15))
    rest = """
#- /bird.py
class Bird:
    def fly(self):
        return self.flap()
    def flap(self):
        return 1
#- /tests/test_it.py
from bird import Bird

def test_it(made):
    bird = made(Bird)
    assert bird.fly() == 2
"""
    fixture(others + rest.removeprefix("\n")).write(tmp_path)
    output = "=== FAILURES ===\n____ test_it ____\ntests/test_it.py:5: in test_it\nE   AssertionError\n"
    ways = {suspect.name: suspect.reasons[0].text for suspect in explain(tmp_path, output).suspects}
    assert ways["Bird.fly"] == "the failing statement uses it"
    assert ways["Bird.flap"] == "the failing test reaches it through `fly`"
