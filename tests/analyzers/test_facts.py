"""Python blobs and their facts, as data: `check(source, kind of fact, expected lines)`."""

from __future__ import annotations

import time
from textwrap import dedent

import pytest

from analyzers import facts, languages, syntax
from analyzers.facts import FileFacts
from analyzers.languages import python
from analyzers.text import Lines, span_digest


def read(source: str | bytes) -> FileFacts:
    raw = source if isinstance(source, bytes) else dedent(source).removeprefix("\n").encode()
    return python.LANGUAGE.facts(raw)


def scope(found: FileFacts, index: int) -> str:
    return found.symbols[index].qualname if index >= 0 else "-"


def flags(symbol: facts.Symbol) -> str:
    names = {
        facts.ASYNC: "async",
        facts.GENERATOR: "generator",
        facts.FALLS_OFF_END: "ends",
        facts.CALLS_VALUE: "calls",
    }
    return " ".join(name for bit, name in names.items() if symbol.flags & bit)


def told(found: FileFacts, kind: str) -> list[str]:
    """One line for each fact of a kind: what a test compares."""
    match kind:
        case "symbols":
            return [
                " | ".join(
                    part
                    for part in (
                        f"{it.kind} {it.qualname}",
                        " ".join(f"@{name}" for name in it.decorators),
                        f"({', '.join(it.bases)})" if it.bases else "",
                        ", ".join(it.parameters),
                        f": {it.annotation}" if it.annotation else "",
                        f"= {it.value}" if it.value else "",
                        flags(it),
                    )
                    if part
                )
                for it in found.symbols
            ]
        case "calls":
            return [f"{scope(found, it.scope)}: {it.receiver}|{it.name}" for it in found.calls]
        case "imports":
            return [f"{scope(found, it.scope)}: {it.module}|{it.name}|{it.alias}" for it in found.imports]
        case "raises":
            return [f"{scope(found, it.scope)}: {it.type}|{','.join(it.caught)}" for it in found.raises]
        case "returns":
            return [f"{scope(found, it.scope)}: {it.value}" for it in found.returns]
        case _:
            raise AssertionError(kind)


def check(source: str, kind: str, expected: str) -> None:
    assert told(read(source), kind) == dedent(expected).strip().splitlines()


def test_symbols() -> None:
    check(
        '''
        import m
        LIMIT: int = 3
        DEFAULT = m.make()
        ALIAS = m.Thing
        a, b = 1, 2
        if a:
            LATE = None
        @app.route("/x", methods=[1])
        @cached
        async def view(request, /, n: int = 1, *rest, key="a,b", **more) -> "m.Thing | None":
            local = 1
            def inner(*, only): yield only
        class Base(m.Thing, Generic[T], make(1), metaclass=M):
            """Docs"""
            field: int
            one = two = m.make
            def __init__(self):
                self.x = None
                self.x = m.Thing(1)
                self.y: m.Thing
                self.x.z = 1
                other.w = 1
                self.p, self.q = 1, 2
            class Meta:
                flag = True
                def deep(self): return 1
        ''',
        "symbols",
        """
        variable LIMIT | : int
        variable DEFAULT | = m.make | calls
        variable ALIAS | = m.Thing
        variable a
        variable b
        variable LATE
        function view | @app.route @cached | request, /, n: int=, *rest, key=, **more | : "m.Thing | None" | async ends
        function view.inner | *, only | generator ends
        class Base | (m.Thing, Generic, make())
        field Base.field | : int
        field Base.one | = m.make
        field Base.two | = m.make
        method Base.__init__ | self | ends
        field Base.x | = m.Thing | calls
        field Base.y | : m.Thing
        field Base.p
        field Base.q
        class Base.Meta
        field Base.Meta.flag
        method Base.Meta.deep | self
        """,
    )


def test_calls_and_decorations() -> None:
    check(
        """
        @app.route("/")
        @cached
        def view(request=default()):
            self.store.get(1).first(2)
            super().view(a(b()))
            rows[0].save()
            ("x" if y else "z").join(parts)
            f"{x}".join(parts)
            f()()
            named = lambda: later()
            return [each.go() for each in many()]
        class K(base()):
            field = made()
            def m(self):
                Path(a, b(1)).open()
                long_chain.one(
                    1
                ).two()
        nï.çall()
        """,
        "calls",
        """
        -: app|route
        -: |cached
        -: |default
        view: self.store|get
        view: self.store.get()|first
        view: |super
        view: super()|view
        view: |a
        view: |b
        view: ?|save
        view: ?|join
        view: str()|join
        view: |f
        view: |later
        view: each|go
        view: |many
        -: |base
        K: |made
        K.m: |Path
        K.m: |b
        K.m: Path()|open
        K.m: long_chain|one
        K.m: long_chain.one()|two
        -: nï|çall
        """,
    )


def test_imports() -> None:
    check(
        """
        import os, a.b.c
        import a.b as ab
        from m import x, y as z
        from . import sibling
        from ..up.more import (
            thing,
        )
        from m import *
        def f():
            from late import g
        """,
        "imports",
        """
        -: os||os
        -: a.b.c||a
        -: a.b||ab
        -: m|x|x
        -: m|y|z
        -: .|sibling|sibling
        -: ..up.more|thing|thing
        -: m|*|*
        f: late|g|g
        """,
    )


def test_raises() -> None:
    check(
        """
        def f():
            raise
            raise errors.Bad("x") from cause
            try:
                try:
                    raise ValueError
                except* (KeyError, m.Other) as error:
                    raise
                    raise error
                    raise New(error)
                else:
                    raise AfterBody()
            except:
                raise
            def inner():
                raise Inner
        """,
        "raises",
        """
        f: |
        f: errors.Bad|
        f: ValueError|KeyError,m.Other,BaseException
        f: KeyError|BaseException
        f: m.Other|BaseException
        f: KeyError|BaseException
        f: m.Other|BaseException
        f: New|BaseException
        f: AfterBody|BaseException
        f: BaseException|
        f.inner: Inner|
        """,
    )


def test_returns() -> None:
    check(
        """
        def f():
            return
            return None
            return (a.make(1) if b else None)
            return 1
            return lambda: 2
        """,
        "returns",
        """
        f:
        f: None
        f: a.make()
        f: None
        f: ?
        f: ?
        """.replace("f:\n", "f: \n"),
    )


@pytest.mark.parametrize(
    ("body", "ends"),
    [
        ("pass", True),
        ("return 1  # done\n    # really", False),
        ("raise X", False),
        ("if a: return 1", True),
        ("if a: return 1\n    else: return 2", False),
        ("if a: return 1\n    elif b: pass\n    else: return 2", True),
        ("while True: pass", False),
        ("while True:\n        if a: break", True),
        ("while True:\n        for b in c: break", False),
        ("while a: return 1", True),
        ("for a in b: return 1", True),
        ("with a: return 1", False),
        ("with suppress(KeyError): return 1", True),
        ("try: return 1\n    except A: pass", True),
        ("try: return 1\n    except A: raise\n    finally: b()", False),
        ("try: a()\n    except A: return 1\n    else: return 2", False),
        ("try: a()\n    finally: return 2", False),
        ("match a:\n        case 1: return 1", True),
        ("match a:\n        case 1: return 1\n        case _: return 2", False),
        ("sys.exit(1)", False),
    ],
)
def test_falls_off_its_end(body: str, ends: bool) -> None:
    (symbol,) = read(f"def f():\n    {body}\n").symbols
    assert bool(symbol.flags & facts.FALLS_OFF_END) == ends


@pytest.mark.parametrize(
    ("source", "exports"),
    [
        ("x = 1", None),
        ("__all__ = ['a', \"b\"]", ("a", "b")),
        ("__all__ = ('a',) + other.__all__\n__all__ += ['c']", ("a", "c")),
        ("def f():\n    __all__ = ['a']", None),
    ],
)
def test_exports(source: str, exports: tuple[str, ...] | None) -> None:
    assert read(source).exports == exports


def test_spans_are_those_of_the_text() -> None:
    data = "# é\n@wrap\ndef naïve(a):\n    return a.größe(1)\n".encode()
    found = read(data)
    (symbol,) = found.symbols
    assert data[symbol.start : symbol.end].startswith(b"@wrap")
    assert data[symbol.name_start : symbol.name_end].decode() == symbol.name == "naïve"
    assert symbol.digest == span_digest(data, symbol.start, symbol.end)
    assert [data[call.start : call.end].decode() for call in found.calls] == ["wrap", "größe"]


@pytest.mark.parametrize("data", [b"", b"\n", b"a", b"a\nb", b"a\r\nb\rc\n", b"a\x0cb\n\x85\xe2\x80\xa8c\n"])
def test_line_starts_are_the_protocols(data: bytes) -> None:
    text = syntax.decode(data)[0]
    assert list(read(data).line_starts) == list(Lines(text).starts)


def test_names_for_the_store() -> None:
    found = read(
        """
        from m import original as other, same
        class K(base.Parent): pass
        @decorated
        def f(): a.b.called(other())
        """
    )
    assert facts.called_names(found) == ("Parent", "called", "decorated", "original", "other")
    assert facts.defined_names(found) == ("K", "f")


def test_facts_survive_the_store() -> None:
    found = read("class K:\n    def f(self): raise X\n")
    assert facts.decode(facts.encode(found)) == found


GOOD = b"def good():\n    return call()\n"


@pytest.mark.parametrize(
    ("raw", "note", "keeps"),
    [
        (GOOD + b"def broken(:\n  x = (\n", "syntax error", "good"),
        (b"# coding: utf-8\nx = '\xff'\n" + GOOD, "is not valid utf-8", "good"),
        ("# coding: latin-1\nx = 'é'\n".encode("latin-1") + GOOD, "latin-1", "good"),
        (GOOD + b"\0\0\0\n" + GOOD, "", "good"),
        (b"def f(x):\n    return g(x)\n" * 25_000 + GOOD, "", "good"),
        (GOOD + b"x = [" + b"1, " * 1_700_000 + b"]\n", "too costly", "good"),
        (GOOD + b"x = " + b"(" * 2_000 + b")" * 2_000, "", "good"),
        (GOOD + b"x = " + b"[" * 2_000, "syntax error", "good"),
        (GOOD + b"x = f" + b"(f" * 2_000 + b")" * 2_000, "", "good"),
        (GOOD + b"x = a" + b".b()" * 20_000, "", "good"),
        (
            GOOD + b"".join(b" " * depth + b"def f():\n" for depth in range(300)) + b" " * 300 + b"pass",
            "nested",
            "good",
        ),
        (GOOD + b'x = """' + b"a b c\n" * 400_000, "too costly", ""),
        (b"\xff\xfe\x00", "not valid", ""),
    ],
    ids=[
        "broken syntax",
        "wrong encoding",
        "declared encoding",
        "NUL bytes",
        "50,000 lines",
        "one line of 5 MB",
        "2,000 brackets",
        "2,000 brackets left open",
        "2,000 nested calls",
        "a chain of 20,000 calls",
        "300 nested functions",
        "an endless string",
        "half a character",
    ],
)
def test_a_hostile_file_yields_what_can_be_read_of_it(raw: bytes, note: str, keeps: str) -> None:
    started = time.process_time()
    found = read(raw)
    assert time.process_time() - started < 15, "a bound on work, not a measurement"
    assert (not note and not found.notes) or any(note in each for each in found.notes)
    assert not keeps or keeps in {symbol.name for symbol in found.symbols}
    assert list(found.line_starts) == list(Lines(syntax.decode(raw)[0]).starts)


@pytest.mark.parametrize(
    ("path", "name"),
    [("a/b.py", "python"), ("B.PYI", "python"), ("a.b/c", None), ("py", None), (".py", "python"), ("x.rs", None)],
)
def test_the_language_of_a_path(path: str, name: str | None) -> None:
    found = languages.for_path(path)
    assert (found.name if found else None) == name


@pytest.mark.parametrize(
    ("path", "is_test"),
    [
        ("tests/a.py", True),
        ("a/test_b.py", True),
        ("a/b_test.py", True),
        ("conftest.py", True),
        ("latest/a.py", False),
        ("a/testing.py", False),
    ],
)
def test_which_files_hold_tests(path: str, is_test: bool) -> None:
    assert python.LANGUAGE.is_test_path(path) == is_test


def test_stored_facts_say_what_the_read_ones_did() -> None:
    """They are decoded section by section, and calls lie in groups by name: order and tables must come out the same."""
    found = read(
        """
        import a.b as c
        LIMIT: int = 3
        class K(c.Base):
            @property
            def x(self): return self._x
            @x.setter
            def x(self, value): self._x = c.check(value)
            def m(self, *args):
                "é".join(c.f(1).g(2), c.f(3))
                raise KeyError
        """
    )
    stored = facts.decode(facts.encode(found))
    assert stored == found
    assert list(stored.symbols) == list(found.symbols)
    assert stored.symbols[-1] == found.symbols[-1]
    for section in ("calls", "imports", "raises", "returns", "locals", "exports", "notes", "language"):
        assert getattr(stored, section) == getattr(found, section)
    assert [list(column) for column in stored.outline] == [list(column) for column in found.outline]
    assert list(stored.line_starts) == list(found.line_starts)
    assert [call.end for call in stored.calls] == sorted(call.end for call in found.calls)
    for names in ({"f"}, {"g", "join"}, {"absent"}):
        expected = [call for call in found.calls if call.name in names]
        assert sorted(stored.calls_named(names), key=lambda call: call.end) == expected
        assert found.calls_named(names) == expected
