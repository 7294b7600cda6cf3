"""Text and trees: encodings, edits, giving up, and files that try to be a nuisance."""

from __future__ import annotations

import codecs

import pytest
import tree_sitter_python

from analyzers import syntax

PYTHON = syntax.Grammar(tree_sitter_python.language())


@pytest.mark.parametrize(
    ("raw", "text", "note"),
    [
        (b"x = 1\n", "x = 1\n", ""),
        ("x = 'é'\n".encode(), "x = 'é'\n", ""),
        (codecs.BOM_UTF8 + "x = 'é'\n".encode(), "x = 'é'\n", ""),
        (codecs.BOM_UTF16_LE + "x = 'é'\n".encode("utf-16-le"), "x = 'é'\n", "read as utf-16-le"),
        ("# -*- coding: latin-1 -*-\nx = 'é'\n".encode("latin-1"), "# -*- coding: latin-1 -*-\nx = 'é'\n", "latin-1"),
        ("#!/bin/x\n# coding=cp1252\n'€'\n".encode("cp1252"), "#!/bin/x\n# coding=cp1252\n'€'\n", "read as cp1252"),
        (b"x = 1\n# coding: cp1252\n'\xe9'\n", "x = 1\n# coding: cp1252\n'\ufffd'\n", "is not valid utf-8"),
        (b"# coding: klingon\n'\xff'\n", "# coding: klingon\n'\ufffd'\n", "unknown encoding klingon"),
        (b"# coding: punycode\nx\n", "# coding: punycode\nx\n", "unknown encoding punycode"),
        (b"# coding: hex\nx\n", "# coding: hex\nx\n", "unknown encoding hex"),
        (b"'\xff'", "'\ufffd'", "is not valid utf-8"),
    ],
)
def test_decode(raw: bytes, text: str, note: str) -> None:
    data, said = syntax.decode(raw)
    assert data.decode() == text
    assert note in said
    assert bool(note) == bool(said)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("def f():\n    return 1\n", "def f():\n    return 12\n"),
        ("def f():\n    return 1\n", "def f():\n    retur\n"),
        ("x = 1\n", ""),
        ("", "x = 1\n"),
        ("a\na\na\n", "a\na\n"),
        ("x = 'é'\ny = 2\n", "x = 'éé'\n\n\ny = 2\n"),
        ("class A:\n    def f(self): ...\n", "def f(self): ...\n\nclass A:\n    def f(self): ...\n    x = 1\n"),
    ],
)
def test_an_edited_tree_equals_a_new_one(before: str, after: str) -> None:
    first = syntax.parse(PYTHON, before.encode())
    assert first
    edited = syntax.reparse(PYTHON, first, after.encode())
    fresh = syntax.parse(PYTHON, after.encode())
    assert edited
    assert fresh
    assert str(edited.root) == str(fresh.root)
    assert first.data == before.encode(), "the older tree still stands"
    assert str(first.root) == str(syntax.parse(PYTHON, before.encode()).root)  # type: ignore[union-attr]


def test_giving_up_leaves_the_older_tree() -> None:
    data = b"x = [1, 2, 3]\n" * 5_000
    first = syntax.parse(PYTHON, data)
    assert first
    assert syntax.parse(PYTHON, data, give_up=lambda: True) is None
    assert syntax.reparse(PYTHON, first, b"(" + data, give_up=lambda: True) is None
    assert syntax.reparse(PYTHON, first, data) is first


@pytest.mark.parametrize(
    ("text", "offset"),
    [("x = 1\n", -1), ("x = 1\ny = (\n", 6), ("def f(:\n    pass\n", 6)],
)
def test_first_error(text: str, offset: int) -> None:
    parsed = syntax.parse(PYTHON, text.encode())
    assert parsed
    found = syntax.first_error(parsed)
    assert (found >= 0) == (offset >= 0)
    assert abs(found - offset) <= 6, "near enough to jump to"


@pytest.mark.parametrize(
    "data",
    [
        b"x = " + b"(" * 2_000 + b")" * 2_000,
        b"x = " + b"[" * 50_000,
        b"\0" * 100_000,
        b"def f():\n\0\0 return 1\n",
        b"\xff\xfe",
    ],
    ids=["nested", "unclosed", "nothing but NUL", "NUL inside", "not text"],
)
def test_a_nuisance_is_parsed(data: bytes) -> None:
    parsed = syntax.parse(PYTHON, data)
    assert parsed
    assert parsed.root.end_byte <= len(data)
