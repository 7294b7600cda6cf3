"""Linking by name, as data: a small repository, a symbol under the cursor, and what its record says."""

from __future__ import annotations

from textwrap import dedent

import pytest

from analyzers import graph, languages, syntax
from analyzers.facts import MODULE
from analyzers.languages import python
from analyzers.records import Depth, Record
from tests.fixture import fixture
from tests.workspace import Workspace


def record_at(text: str) -> Record:
    files = fixture(text)
    workspace = Workspace(files.files)
    facts = workspace.facts(files.cursor_path)
    assert facts
    at = graph.symbol_at(facts, files.cursor_offset)
    assert at != MODULE, "the cursor is on a definition's name"
    found = graph.linked_record(files.cursor_path, facts.symbols[at].qualname, workspace)
    assert found
    assert found.depth is Depth.LINKED
    return found


def told(record: Record, kind: str) -> list[str]:
    match kind:
        case "callers":
            return [
                f"{edge.confidence} {edge.place.path}:{edge.place.line} {edge.place.symbol}"
                + (f" via {edge.via}" if edge.via else "")
                + (" (test)" if edge.test else "")
                for edge in record.callers
            ]
        case "callees":
            return [f"{edge.confidence} {edge.place.line} {edge.target_path} {edge.target}" for edge in record.callees]
        case "raises":
            return [f"{each.confidence} {each.place.line} {each.type}" for each in record.raises]
        case "none":
            return [record.returns_none, *(f"{way.place.line} {way.text}" for way in record.none_ways)]
        case "tests":
            return [f"{test.confidence} {test.distance} {test.path} {test.name}" for test in record.tests]
        case "hierarchy":
            return [f"over {it.name}" for it in record.overrides] + [f"under {it.name}" for it in record.overridden_by]
        case _:
            raise AssertionError(kind)


def check(text: str, kind: str, expected: str) -> None:
    assert told(record_at(text), kind) == [line.strip() for line in dedent(expected).strip().splitlines()]


def test_callers_through_every_kind_of_import() -> None:
    check(
        """
        #- /app/core.py
        def hel$0p(): ...
        def again(): return help()
        #- /app/__init__.py
        from .core import help
        #- /app/sub/near.py
        from ..core import help as assist
        def near(): assist()
        #- /plain.py
        import app.core
        def plain(): app.core.help()
        #- /module.py
        from app import core as c
        def module(): c.help()
        #- /exported.py
        import app
        def exported(): app.help()
        #- /star.py
        from app.core import *
        def star(): help()
        #- /late.py
        def late():
            from app import help
            help()
        #- /other.py
        from elsewhere import help
        help()
        #- /shadow.py
        from app.core import help
        def shadow(help): help()
        #- /builtin.py
        help()
        """,
        "callers",
        """
        certain app/core.py:2 again
        certain app/sub/near.py:2 near
        certain exported.py:2 exported
        certain late.py:3 late
        certain module.py:2 module
        certain plain.py:2 plain
        certain star.py:2 star
        """,
    )


def test_star_imports_respect_all() -> None:
    check(
        """
        #- /m.py
        __all__ = ["other"]
        def hid$0den(): ...
        #- /a.py
        from m import *
        hidden()
        """,
        "callers",
        "",
    )


def test_a_source_layout() -> None:
    check(
        """
        #- /src/pkg/__init__.py
        #- /src/pkg/a.py
        def f$0(): ...
        #- /tests/test_a.py
        from pkg.a import f
        def test_f(): f()
        """,
        "callers",
        "certain tests/test_a.py:2 test_f (test)",
    )


def test_callers_of_a_method() -> None:
    check(
        """
        #- /m.py
        import os
        class Base:
            def run(self): ...
            def start(self): self.run()
        class Mine(Base):
            def r$0un(self): super().run()
            def twice(self): self.run(); self.run()
        class Below(Mine):
            def go(self): self.run()
            def up(self): super().run()
        class Other:
            def run(self): ...
            def other(self): self.run()
        class Foreign(elsewhere.Thing):
            def go(self): self.run()
        def annotated(mine: Mine): mine.run()
        def quoted(mine: "Mine | None" = None): mine.run()
        def made(): Mine().run()
        def unbound(): Mine.run(None)
        def unknown(thing): thing.run()
        def text(): "".run()
        def external(): os.run()
        """,
        "callers",
        """
        certain m.py:7 Mine.twice
        certain m.py:7 Mine.twice
        certain m.py:9 Below.go
        certain m.py:10 Below.up via super()
        certain m.py:16 annotated
        certain m.py:17 quoted
        certain m.py:18 made
        certain m.py:19 unbound
        likely m.py:4 Base.start
        possible m.py:20 unknown
        """,
    )


def test_callers_through_fields_and_what_functions_return() -> None:
    check(
        """
        #- /m.py
        from store import Store, make
        DEFAULT = Store()
        class User:
            spare: Store
            def __init__(self):
                self.store = Store()
                self.other = make()
                self.given = DEFAULT
            def a(self): self.store.load()
            def b(self): self.other.load()
            def c(self): self.given.load()
            def d(self): self.spare.load()
            def e(self): self.unknown.load()
        def f(user: User): user.store.load()
        def g(): DEFAULT.load()
        def h(): make().load()
        #- /store.py
        from typing import Optional
        class Store:
            def lo$0ad(self): ...
        def make() -> Optional[Store]: ...
        """,
        "callers",
        """
        certain m.py:12 User.d
        certain m.py:16 h
        likely m.py:9 User.a
        likely m.py:10 User.b
        likely m.py:11 User.c
        likely m.py:14 f
        likely m.py:15 g
        possible m.py:13 User.e
        """,
    )


def test_callers_through_local_variables() -> None:
    check(
        """
        #- /m.py
        class K:
            def r$0un(self): ...
        class Other:
            def run(self): ...
        def once():
            k = K()
            k.run()
        def either(rows):
            k = K()
            if rows: k = rows[0]
            k.run()
        def other():
            k = Other()
            k.run()
        def declared():
            k: K = load()
            k.run()
        def none_first():
            k = None
            k = K()
            k.run()
        def nested():
            k = K()
            def inner(): k.run()
        def alias():
            run = K().run
            run()
        """,
        "callers",
        """
        certain m.py:7 once
        certain m.py:17 declared
        certain m.py:21 none_first
        certain m.py:24 nested.inner
        certain m.py:27 alias
        likely m.py:11 either
        """,
    )


def test_a_constructor_is_called_by_the_classs_name() -> None:
    check(
        """
        #- /m.py
        class K:
            def __in$0it__(self): ...
            @classmethod
            def make(cls): return cls()
        class Below(K): ...
        class Own(K):
            def __init__(self): super().__init__()
        def a(): K()
        def b(): Below()
        def c(): Own()
        """,
        "callers",
        """
        certain m.py:4 K.make
        certain m.py:7 Own.__init__ via super()
        certain m.py:8 a
        certain m.py:9 b
        """,
    )


def test_decorations_are_calls() -> None:
    check(
        """
        #- /m.py
        def wr$0ap(f): return f
        class K:
            @wrap
            def m(self): ...
        """,
        "callers",
        "certain m.py:3 K via decorator",
    )


def test_callees() -> None:
    check(
        """
        #- /m.py
        import os
        from other import helper, Thing
        alias = helper
        def f$0(unknown):
            helper(); alias(); Thing(); os.getcwd(); print()
            unknown.rare()
            def inner(): Thing()
            inner()
        #- /other.py
        def helper(): ...
        class Thing:
            def __init__(self): ...
            def rare(self): ...
        """,
        "callees",
        """
        certain 5 other.py helper
        likely 5 other.py helper
        certain 5 other.py Thing.__init__
        possible 6 other.py Thing.rare
        certain 8 m.py f.inner
        """,
    )


def test_own_raises() -> None:
    check(
        """
        #- /m.py
        from errors import Mine, Derived
        def f$0(error):
            raise ValueError
            try:
                raise KeyError
                raise Derived("x")
                raise OSError
            except (LookupError, Mine):
                raise
            except unknown.Thing as caught:
                raise Other from caught
            raise error
            raise Mine
            def inner(): raise RuntimeError
        #- /errors.py
        class Mine(Exception): ...
        class Derived(Mine): ...
        """,
        "raises",
        """
        certain 3 ValueError
        likely 7 OSError
        certain 9 LookupError
        certain 9 Mine
        certain 11 Other
        """,
    )


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("return 1", ["unknown"]),
        ("return None", ["always", "2 `return None`"]),
        ("if a: return\n    return 1", ["sometimes", "2 a bare `return`"]),
        ("if a: return 1", ["sometimes", "2 its end is reached without a `return`"]),
        ("pass", ["always", "2 its end is reached without a `return`"]),
        ("return 1 if a else None", ["sometimes", "2 `return None`"]),
        ("yield 1", ["never"]),
        ("raise X", ["unknown"]),
    ],
)
def test_ways_to_none(body: str, expected: list[str]) -> None:
    assert told(record_at(f"def f$0(a):\n    {body}\n"), "none") == expected


def test_tests_that_reach_it() -> None:
    check(
        """
        #- /m.py
        def ta$0rget(): ...
        def middle(): target()
        def top(): middle()
        def toppest(): top()
        #- /tests/test_m.py
        from m import target, middle, top, toppest
        def test_direct(): target()
        class TestIt:
            def test_middle(self): middle()
        def test_top(): top()
        def test_too_far(): toppest()
        def helper(): target()
        def test_by_helper(): helper()
        """,
        "tests",
        """
        certain 1 tests/test_m.py test_direct
        certain 2 tests/test_m.py TestIt.test_middle
        certain 2 tests/test_m.py test_by_helper
        certain 3 tests/test_m.py test_top
        """,
    )


def test_overriding() -> None:
    text = """
        #- /m.py
        class A:
            def run(self): ...
        class B(A):
            def r$0un(self): ...
        class C(B):
            def run(self): ...
        class D(C):
            def run(self): ...
        """
    check(text, "hierarchy", "over A.run\nunder C.run\nunder D.run")


def test_a_record_names_what_it_was_made_from() -> None:
    record = record_at("def f$0(): ...\ndef g(): f()\nf()\n")
    assert [(it.kind, it.name, it.digest != "") for it in record.depends] == [
        ("span", "f", True),
        ("span", "g", True),
        ("lookup", "f", True),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "class A(B): ...\nclass B(A):\n    def f$0(self): self.f()\n",
        "a = b\nb = a\ndef f$0(): a.g()\n",
        "from main import f\ndef f$0(): f()\n",
        "#- /a.py\nfrom b import *\nfrom b import f\n#- /b.py\nfrom a import *\nfrom a import x\ndef f$0(): x()\n",
        "class A:\n    x: 'A.x'\n    def f$0(self): self.x.f()\n",
        "def f$0() -> f: f().f()()\n",
    ],
)
def test_circles_end(text: str) -> None:
    assert record_at(text).name


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("def f(): ...\nf$0()\n", "certain main.py f"),
        ("#- /a.py\nimport b\nb.g$0()\n#- /b.py\ndef g(): ...\n", "certain b.py g"),
        ("#- /a.py\nimport b\nb.h$0()\n#- /b.py\ndef g(): ...\n", ""),
    ],
)
def test_the_call_under_the_cursor(text: str, target: str) -> None:
    files = fixture(text)
    workspace = Workspace(files.files)
    facts = workspace.facts(files.cursor_path)
    assert facts
    (call,) = [it for it in facts.calls if it.start <= files.cursor_offset <= it.end]
    found = graph.targets_of(files.cursor_path, call, workspace)
    assert [f"{it.confidence} {it.target_path} {it.target}" for it in found] == ([target] if target else [])


LINKED = """
#- /m.py
from pkg.other import Thing as T, fun$C
import pkg.other
from .near import close
LIMIT = 3
class K(T):
    field: T
    @property
    def prop(self): ...
    def f(self, given: T):
        self.field.run
        self.prop
        given.run()
        made = T()
        made.run
        rows[0].run()
        LIMIT
        pkg.other.fun
        f(given=1)
        undefined
#- /near.py
def close(): ...
#- /pkg/__init__.py
#- /pkg/other.py
class Thing:
    def run(self): ...
def fun(): ...
"""


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        ("pkg.other import Thi", "certain pkg/other.py Thing"),
        ("from pkg.oth", "certain pkg/other.py "),
        ("import pkg.other\nfrom .ne", "certain near.py "),
        ("from .near import clo", "certain near.py close"),
        ("import p", "certain pkg/__init__.py "),
        ("class K(", "certain pkg/other.py Thing"),
        ("self.fie", "certain m.py K.field"),
        ("self.field.ru", "certain pkg/other.py Thing.run"),
        ("self.pro", "certain m.py K.prop"),
        ("given.ru", "certain pkg/other.py Thing.run"),
        ("made.ru", "certain pkg/other.py Thing.run"),
        ("rows[0].ru", "possible pkg/other.py Thing.run"),
        ("        LIM", "certain m.py LIMIT"),
        ("        pkg.oth", "certain pkg/other.py "),
        ("        pkg.other.fun", "certain pkg/other.py fun"),
        ("f(giv", ""),
        ("undef", ""),
        ("        pkg.other.fun\n", ""),
    ],
)
def test_the_name_under_the_cursor(before: str, expected: str) -> None:
    at = LINKED.index(before) + len(before)
    files = fixture((LINKED[:at] + "$0" + LINKED[at:]).replace("$C", ""))
    workspace = Workspace(files.files)
    parsed = syntax.parse(python.grammar(), files.cursor_text)
    assert parsed
    found = graph.links_at(files.cursor_path, files.cursor_offset, parsed, workspace)
    assert [f"{it.confidence} {it.target_path} {it.target}" for it in found] == ([expected] if expected else [])


def test_the_symbol_around_an_offset() -> None:
    files = fixture("@wrap\nclass K:\n    x = 1\n    def f(self):\n        a = $01\n")
    (facts,) = [language.facts(files.cursor_text) for language in languages.LANGUAGES[:1]]
    assert facts.symbols[graph.enclosing(facts, files.cursor_offset)].qualname == "K.f"
    assert facts.symbols[graph.enclosing(facts, 0)].qualname == "K"
    assert graph.enclosing(facts, 10_000) == MODULE


def test_a_common_name_is_counted_beyond_what_is_looked_at() -> None:
    files = {f"m{number}.py": b"def f(x): x.common()\n" for number in range(graph.CALLER_FILES_MAX + 10)}
    workspace = Workspace({**files, "k.py": b"class K:\n    def common(self): ...\n"})
    found = graph.linked_record("k.py", "K.common", workspace)
    assert found
    assert len(found.callers) < found.callers_total == len(files)


def test_a_lookup_sees_a_new_call() -> None:
    one = Workspace({"a.py": b"f()\n"})
    two = Workspace({"a.py": b"f()\nf()\n"})
    many = Workspace({f"{number}.py": b"f()\n" for number in range(99)})
    assert len({graph.lookup_digest("f", each) for each in (one, two, many)}) == 3
