"""What answers claim, and where they hesitate: conclusions about small pieces of code, through the real analysis."""

from __future__ import annotations

from textwrap import dedent

import pytest

from analyzers.questions import catalogue
from analyzers.questions.answer import Answer
from lsp_server.render.layout import lay_out
from tests.questions.world import World


def answer(source: str, symbol: str, kind: str) -> Answer:
    world = World(dedent(source))
    found = catalogue.one(kind, world.named(symbol), neighbours=world)
    assert found is not None
    return found


def check(source: str, symbol: str, kind: str, expected: str, *claims: str) -> None:
    found = answer(source, symbol, kind)
    assert f"{found.conclusion} · {found.confidence}" == expected
    assert [each.text for each in found.claims] == list(claims)


def test_only_a_local_function_that_stays_there_is_certain_to_have_no_other_caller() -> None:
    source = """
    def outer(x):
        def inner(y):
            return y + 1
        return inner(x){rest}

    outer(1)
    """
    claims = ("`outer`: `inner(x)`",)
    check(source.replace("{rest}", ""), "outer.inner", "callers", "one caller · certain", *claims)
    check(source.replace("{rest}", ", inner"), "outer.inner", "callers", "one caller · likely", *claims)


def test_an_exception_comes_with_what_it_stands_under() -> None:
    source = """
    def half(x):
        if x < 0:
            raise ValueError(x)
        try:
            return TABLE[x]
        except KeyError:
            raise LookupError(x)

    def outer(x):
        return half(x)

    TABLE = {1: 2}
    outer(3)
    """
    own = ("`LookupError` in place of `KeyError`", "`ValueError` when `x < 0`")
    found = answer(source, "half", "raises")
    assert sorted(each.text for each in found.claims) == sorted(own)
    above = answer(source, "outer", "raises")
    assert "`ValueError` from `half`, when `x < 0` there" in [each.text for each in above.claims]


def test_several_cases_of_one_exception_are_not_told_as_one() -> None:
    source = """
    def pick(x):
        if x is None:
            raise ValueError("nothing")
        if x < 0:
            raise ValueError("negative")
        return x

    pick(1)
    """
    assert (
        answer(source, "pick", "raises")
        .claims[0]
        .text.startswith("`ValueError` when `x is None` and in one other case")
    )


def test_an_exception_from_further_down_is_counted_and_not_named() -> None:
    source = """
    class Deep(Exception):
        pass

    def one(x):
        if x:
            raise Deep(x)

    def two(x):
        one(x)

    def three(x):
        if x > 2:
            raise ValueError(x)
        two(x)

    three(1)
    """
    found = answer(source, "three", "raises")
    assert found.conclusion == "`ValueError`; one more may come from further down"
    assert found.glance == 1


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("return y if x else None", "one way · likely"),
        ("return pick(x)", "one way · likely"),
        ("return Box(x)", "it cannot: every return gives a value · likely"),
    ],
)
def test_nothing_comes_back_where_somebody_says_so(body: str, expected: str) -> None:
    source = f"""
    class Box:
        def __init__(self, x):
            self.x = x

    def pick(x):
        if x:
            return None
        return x

    def f(x, y):
        {body}

    f(1, 2)
    f(0, 2)
    """
    found = answer(source, "f", "why_none")
    assert f"{found.conclusion} · {found.confidence}" == expected


def test_what_collects_the_remaining_arguments_is_nobody_elses() -> None:
    source = "def make(**rest):\n    rest['a'] = 1\n    return dict(rest)\n\nmake(b=2)\n"
    check(source, "make", "changes", "nothing that is known · likely")


@pytest.mark.parametrize(
    ("use", "how"),
    [
        ("@events.on_save\ndef check(x):", "a decorator has it: `@events.on_save`"),
        ("OPTIONS = {'validator': check}\ndef check(x):", "it is a value here: `OPTIONS = {'validator': check}`"),
    ],
)
def test_nobody_calls_is_not_said_of_what_is_passed_on(use: str, how: str) -> None:
    found = answer(f"from elsewhere import events\n{use}\n    return x\n", "check", "callers")
    assert (found.conclusion, found.claims[0].text) == ("no call was found", how)


def test_a_private_function_that_is_named_is_not_called_dead() -> None:
    source = """
    def _scale(x):
        return x

    class _Other:
        def _scale(self):
            pass

    HOOKS = {"scale": staticmethod(_scale)}
    """
    named = 'it is a value here: `HOOKS = {"scale": staticmethod(_scale)}`'
    found = answer(source, "_scale", "callers")
    assert found.conclusion in ("no call was found", "handed on at one place, and no call was found")
    assert found.conclusion != "no call was found" or found.claims[0].text == named
    assert answer(source, "_scale", "dead").conclusion != "it looks dead"


def test_a_method_under_another_name_is_no_field_that_somebody_writes() -> None:
    source = """
    class Undefined:
        def _fail(self, *args):
            raise TypeError("undefined")
        __add__ = __radd__ = _fail
        reject = _fail
    """
    assert answer(source, "Undefined.__radd__", "writers").weight == 0
    assert answer(source, "Undefined.reject", "writers").weight == 0


def test_a_field_hovered_where_it_is_declared_does_not_repeat_its_declaration() -> None:
    world = World("class Point:\n    def __init__(self, x):\n        self.x = x\n\nPoint(1)\n")
    record = world.named("Point.x")
    answers = catalogue.for_record(record, neighbours=world, unasked=True)
    layout = lay_out(answers, lambda place: place.line, (record.path, record.line))
    assert layout.shown == ()
    elsewhere = lay_out(answers, lambda place: place.line, (record.path, 5))
    assert [each.answer.kind for each in elsewhere.shown] == ["writers"]


def test_what_is_handed_to_an_executor_runs_there() -> None:
    source = """
    from concurrent.futures import ThreadPoolExecutor

    def work(x):
        return helper(x)

    def helper(x):
        return x

    def start(items):
        with ThreadPoolExecutor() as pool:
            for item in items:
                pool.submit(work, item)

    start([1])
    """
    found = answer(source, "helper", "tasks")
    assert found.conclusion == "an executor's worker"
    assert found.glance == 1


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("return self.parent", "one way"),  # Its parameter may be left out.
        ("return self.name", "possibly, in one way"),  # Nobody writes a None there.
        ("return x", "one way"),
        ("return self.name.upper() if x else None", "one way"),
        ("return self.name or x", "possibly, in one way"),  # Some part of an expression.
    ],
)
def test_a_none_that_no_line_gives_is_not_told(body: str, expected: str) -> None:
    source = f"""
    class Node:
        def __init__(self, name, parent=None):
            self.name = name
            self.parent = parent

        def f(self, x=None):
            {body}

    def read(table):
        return table.get("name")

    node = Node("a", Node("b"))
    setattr(node, "name", read({{}}))
    node.f()
    node.f("x")
    """
    assert answer(source, "Node.f", "why_none").conclusion == expected


def test_comments_in_what_is_nested_say_nothing_of_what_is_around_it() -> None:
    source = """
    def outer(a):
        # It is done here because the table is shared.
        def inner():
            # To avoid a race, see above.

            return a
        return inner  # otherwise it would be lost
    """
    found = answer(source, "outer", "rationale")
    assert [each.text for each in found.claims] == [
        "“It is done here because the table is shared.”",
        "“otherwise it would be lost”",
    ]


@pytest.mark.parametrize(
    ("line", "changed"), [("self.table.update(new)", True), ("return Keeper(self.table.update(new))", False)]
)
def test_what_gives_a_new_one_back_changes_nothing_in_place(line: str, changed: bool) -> None:
    source = f"""
    class Keeper:
        def __init__(self, table):
            self.table = table

        def add(self, new):
            {line}
    """
    assert ("changed in place" in answer(source, "Keeper.table", "writers").conclusion) == changed


def test_a_field_may_be_set_by_a_name_from_elsewhere() -> None:
    source = """
    class Error:
        def __init__(self, instance):
            self.instance = instance

        def set(self, **values):
            for name, value in values.items():
                setattr(self, name, value)
    """
    found = answer(source, "Error.instance", "writers")
    assert found.conclusion == "nobody by its name after it is made, as far as was found"
    assert found.claims[-1].text == "a name that comes from elsewhere may mean it: `setattr(self, name, value)`"
