"""The protocol's classes, finished when they are used: the same as those that `lsprotocol` makes, and few of them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]

FIELDS = """
import attrs
from lsprotocol import converters, types
converters.get_converter()
for name, kind in sorted(types.ALL_TYPES_MAP.items()):
    if isinstance(kind, type) and attrs.has(kind):
        print(name, [(field.name, field.type, field.default, field.kw_only) for field in attrs.fields(kind)])
"""
VALUES = """
from lsprotocol import types
from lsp_server import wire
converter = wire.converter()
place = types.Range(types.Position(1, 2), types.Position(line=1, character=9))
print(place, place == types.Range(types.Position(1, 2), types.Position(1, 9)), place.start < place.end)
hover = types.Hover(types.MarkupContent(types.MarkupKind.Markdown, "text"), place)
print(hover, converter.unstructure(hover))
asked = {"position": {"line": 3, "character": 4}, "textDocument": {"uri": "file:///a.py"}}
print(converter.structure(asked, types.HoverParams))
try:
    types.Position("3")
except TypeError as error:
    print("missing" in str(error))
"""
FINISHED = """
from lsp_server import server
from lsp_server.session import Session
from lsprotocol import types
server.build(Session())
kinds = [kind for kind in types.ALL_TYPES_MAP.values() if isinstance(kind, type)]
print(sum(isinstance(vars(kind).get("__attrs_attrs__"), tuple) for kind in kinds) < 60 < len(kinds))
"""
LIGHTLY = "from lsp_server import protocol_classes; protocol_classes.import_lightly()\n"


def said(code: str) -> str:
    return subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True).stdout


def test_every_class_has_the_fields_that_it_would_have_had() -> None:
    expected = said(FIELDS)
    assert expected.count("\n") > 500
    assert said(LIGHTLY + FIELDS) == expected


def test_values_are_made_compared_and_converted_as_before() -> None:
    expected = said(VALUES)
    assert "True True" in expected
    assert said(LIGHTLY + VALUES) == expected


def test_a_server_that_is_built_has_finished_few_classes() -> None:
    assert said(LIGHTLY + FINISHED) == "True\n"
