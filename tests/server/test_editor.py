"""The real server, driven as an editor drives it: what is prepared, and how it stays true."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.server.client import Editor
from tests.server.support import hover_until, repository, spot

SHOP = """
#- /shop/__init__.py
#- /shop/store.py
class Missing(Exception):
    pass


def find(name, table):
    if name not in table:
        raise Missing(name)
    return table.get(name)


def price(name, table):
    item = find(name, table)
    return item.price
#- /shop/orders.py
from shop.store import Missing, find


class Order:
    def __init__(self, names):
        self.names = names

    def items(self, table):
        return [find(name, table) for name in self.names]

    def safe(self, name, table):
        try:
            return find(name, table)
        except Missing:
            return None
#- /tests/test_store.py
from shop.store import find


def test_find():
    assert find("a", {"a": 1}) == 1
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return repository(tmp_path, SHOP)


def prepared(text: str) -> bool:
    """A hover that is there and settled."""
    last = text.rstrip().rsplit("\n", 1)[-1]
    return bool(text) and "catching up" not in last and "not watched" not in last


def test_hover_answers_cited_and_fresh(root: Path, environment: dict[str, str]) -> None:
    async def scenario() -> None:
        async with Editor(root, environment=environment) as editor:
            path = root / "shop/store.py"
            editor.open(path)
            text = await hover_until(editor, path, spot(path, "find("), prepared)
            lines = text.split("\n")
            assert len(lines) <= 12
            assert lines[-1].startswith("*fresh")
            assert f"({(root / 'shop/orders.py').as_uri()}#L9)" in text
            assert "**" in lines[0]
            assert await editor.hover(path, 3, 0) == "", "a blank line has nothing to say"

    asyncio.run(scenario())


def test_hover_on_a_use_answers_for_what_is_used(root: Path, environment: dict[str, str]) -> None:
    async def scenario() -> None:
        async with Editor(root, environment=environment) as editor:
            path = root / "shop/orders.py"
            editor.open(path)
            line, character = spot(path, "[find(")
            text = await hover_until(editor, path, (line, character + 1), prepared)
            assert "store.py" in text

    asyncio.run(scenario())


def test_an_edit_makes_answers_stale_and_saving_makes_them_fresh(root: Path, environment: dict[str, str]) -> None:
    async def scenario() -> None:
        async with Editor(root, environment=environment) as editor:
            path = root / "shop/store.py"
            at = spot(path, "find(")
            original = path.read_text()
            editor.open(path)
            await hover_until(editor, path, at, lambda text: prepared(text) and "can it raise" in text)
            edited = original.replace("        raise Missing(name)\n", "        raise LookupError(name)\n")
            editor.insert(path, 2, 6, 0, "    print(name)\n")
            unsaved = await editor.hover(path, *at)
            assert "stale" in unsaved or "*fresh" in unsaved
            editor.change(path, 3, {"text": edited})
            text = await editor.hover(path, *at)
            assert "stale" in text.rsplit("\n", 1)[-1] or "LookupError" in text, text
            path.write_text(edited)
            editor.save(path)
            text = await hover_until(
                editor, path, at, lambda text: prepared(text) and "stale" not in text and "LookupError" in text
            )
            assert "Missing(name)" not in text, text

    asyncio.run(scenario())


def test_citations_follow_unsaved_edits(root: Path, environment: dict[str, str]) -> None:
    async def scenario() -> None:
        async with Editor(root, environment=environment) as editor:
            path, other = root / "shop/store.py", root / "shop/orders.py"
            at = spot(path, "find(")
            editor.open(path)
            editor.open(other)
            await hover_until(editor, path, at, lambda text: prepared(text) and "orders.py:9" in text)
            editor.insert(other, 2, 0, 0, "# one\n# two\n")
            editor.insert(path, 2, 0, 0, "# three\n")
            text = await editor.hover(path, at[0] + 1, at[1])
            assert f"({other.as_uri()}#L11)" in text

    asyncio.run(scenario())


def test_call_hierarchy_goes_both_ways(root: Path, environment: dict[str, str]) -> None:
    async def scenario() -> None:
        async with Editor(root, environment=environment) as editor:
            path = root / "shop/store.py"
            editor.open(path)
            at = spot(path, "find(")
            await hover_until(editor, path, at, prepared)
            (item,) = await editor.at("textDocument/prepareCallHierarchy", path, *at)
            assert (item["name"], item["uri"]) == ("find", path.as_uri())
            incoming = await editor.request("callHierarchy/incomingCalls", {"item": item})
            callers = {call["from"]["detail"].split(" ")[0]: call["fromRanges"] for call in incoming}
            assert {"Order.items", "Order.safe"} <= set(callers)
            assert {call["from"]["name"] for call in incoming} == {"items", "safe", "price", "test_find"}
            (place,) = callers["Order.items"]
            line, character = spot(root / "shop/orders.py", "[find(")
            assert place["start"] == {"line": line, "character": character + 1}

            (price,) = await editor.at("textDocument/prepareCallHierarchy", path, *spot(path, "price("))
            outgoing = await editor.request("callHierarchy/outgoingCalls", {"item": price})
            assert [call["to"]["name"] for call in outgoing] == ["find"]

    asyncio.run(scenario())


def test_the_outline_is_of_the_text_on_the_screen(root: Path, environment: dict[str, str]) -> None:
    async def scenario() -> None:
        async with Editor(root, environment=environment) as editor:
            path = root / "shop/orders.py"
            editor.open(path)
            editor.change(
                path, 2, {"text": "class \N{GREEK SMALL LETTER ALPHA}:\n    x = '\N{GRINNING FACE}'; y = 1\n"}
            )
            document = {"textDocument": {"uri": path.as_uri()}}
            (outer,) = await editor.request("textDocument/documentSymbol", document)
            assert outer["name"] == "\N{GREEK SMALL LETTER ALPHA}"
            inner = {child["name"]: child["selectionRange"]["start"] for child in outer["children"]}
            assert inner["y"] == {"line": 1, "character": 14}

    asyncio.run(scenario())


def test_two_folders_are_two_repositories(root: Path, tmp_path: Path, environment: dict[str, str]) -> None:
    other = repository(tmp_path, "#- /b.py\ndef leaf():\n    raise KeyError(1)\n\n\ndef top():\n    leaf()\n", "other")

    async def scenario() -> None:
        async with Editor(root, environment=environment) as editor:
            path = other / "b.py"
            editor.open(path)
            assert await editor.hover(path, *spot(path, "leaf(")) == ""
            folder = {"uri": other.as_uri(), "name": "other"}
            editor.notify("workspace/didChangeWorkspaceFolders", {"event": {"added": [folder], "removed": []}})
            editor.open(path)
            await hover_until(editor, path, spot(path, "leaf("), prepared)
            editor.notify("workspace/didChangeWorkspaceFolders", {"event": {"added": [], "removed": [folder]}})
            assert await editor.hover(path, *spot(path, "leaf(")) == ""

    asyncio.run(scenario())


def test_a_client_may_mute_questions_and_nothing_more(root: Path, environment: dict[str, str]) -> None:
    async def scenario() -> None:
        async with Editor(root, environment=environment) as editor:
            path = root / "shop/store.py"
            editor.open(path)
            at = spot(path, "find(")
            text = await hover_until(editor, path, at, lambda text: prepared(text) and "can it raise" in text)
            wanted = {"forethought": {"questions": {"muted": ["exceptions"]}, "model": {"base_url": "http://evil"}}}
            editor.notify("workspace/didChangeConfiguration", {"settings": wanted})
            text = await editor.hover(path, *at)
            assert "can it raise" not in text
            editor.notify("workspace/didChangeConfiguration", {"settings": ["what", "is", "this"]})
            editor.notify("workspace/didChangeConfiguration", {"settings": None})

    asyncio.run(scenario())
