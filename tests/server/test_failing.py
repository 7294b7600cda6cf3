"""A failing test raises its questions at once, and they go when it passes: diagnostics, hover, menu and lenses."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from tests.server.client import Editor
from tests.server.support import hover_until, repository, spot

SHOP = """
#- /shop/__init__.py
#- /shop/store.py
def find(name, table):
    for key in table:
        if key == name:
            return table[key]


def price(name, table):
    item = find(name, table)
    return item.price


def unrelated(name):
    return name.upper()
#- /tests/test_store.py
from shop.store import price


def test_price_of_what_is_missing():
    assert price("b", {"a": 1}) is None


def test_other():
    assert True
"""
NODE = "tests/test_store.py::test_price_of_what_is_missing"
RUN = {
    "format": 1,
    "failures": [
        {
            "test": NODE,
            "phase": "call",
            "errors": [
                {
                    "type": "AttributeError",
                    "message": "'NoneType' object has no attribute 'price'",
                    "frames": [
                        {"path": "tests/test_store.py", "line": 5, "function": "test_price_of_what_is_missing"},
                        {"path": "shop/store.py", "line": 9, "function": "price", "locals": {"item": "None"}},
                    ],
                }
            ],
        }
    ],
    "passed": {},
}
JUNIT = """<?xml version="1.0" encoding="utf-8"?>
<testsuites><testsuite name="pytest"><testcase classname="tests.test_store" name="test_price_of_what_is_missing">
{}</testcase></testsuite></testsuites>
"""
JUNIT_FAILURE = """<failure message="AttributeError: 'NoneType' object has no attribute 'price'">
tests/test_store.py:5: in test_price_of_what_is_missing
    assert price("b", {"a": 1}) is None
shop/store.py:9: in price
    return item.price
E   AttributeError: 'NoneType' object has no attribute 'price'</failure>"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return repository(tmp_path, SHOP)


def cache(root: Path, name: str, value: object) -> None:
    """Writes a file of pytest's cache as pytest does."""
    file = root / ".pytest_cache/v" / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(value), encoding="utf-8")


async def diagnosed(editor: Editor, path: Path) -> list[dict[str, Any]]:
    """The next diagnostics of a file."""
    message = await editor.expect("textDocument/publishDiagnostics", lambda params: params["uri"] == path.as_uri())
    found: list[dict[str, Any]] = message["params"]["diagnostics"]
    return found


async def until_settled(editor: Editor, path: Path, mark: str) -> None:
    await hover_until(editor, path, spot(path, mark), lambda text: text.rstrip().endswith("*") and "fresh" in text)


def test_a_failing_test_raises_its_questions_until_it_passes(root: Path, environment: dict[str, str]) -> None:
    async def scenario() -> None:
        async with Editor(root, environment=environment) as editor:
            path, test = root / "shop/store.py", root / "tests/test_store.py"
            editor.open(path)
            await until_settled(editor, path, "price(")
            cache(root, "forethought/run", RUN)
            cache(root, "cache/lastfailed", {NODE: True})
            found = await diagnosed(editor, path)
            starts = {
                name: dict(zip(("line", "character"), spot(path, name), strict=True)) for name in ("price(", "find(")
            }
            by_line = {each["range"]["start"]["line"]: each for each in found}
            raised, source = by_line[starts["price("]["line"]], by_line[starts["find("]["line"]]
            assert {each["severity"] for each in found} == {3}, "information, never an error"
            assert raised["range"]["start"] == starts["price("]
            assert raised["message"].startswith("test_price_of_what_is_missing fails (AttributeError")
            assert "item is None there: this returned it" in source["message"]
            assert source["relatedInformation"], "the reason is cited"
            assert all("unrelated" not in each["message"] for each in found)

            text = await editor.hover(path, *spot(path, "find("))
            assert text.startswith("**Why does test_price_of_what_is_missing fail?**"), text
            text = await hover_until(editor, test, spot(test, "test_price"), lambda text: "Why does this" in text)
            assert "first suspect" in text

            cache(root, "cache/lastfailed", {})
            assert await diagnosed(editor, path) == []
            assert "fail?" not in await editor.hover(path, *spot(path, "find("))
            editor.ignore("textDocument/publishDiagnostics")

    asyncio.run(scenario())


def test_junit_counts_too_and_muting_silences(root: Path, environment: dict[str, str]) -> None:
    async def scenario() -> None:
        (root / "junit.xml").write_text(JUNIT.format(JUNIT_FAILURE), encoding="utf-8")
        async with Editor(root, environment=environment) as editor:
            path = root / "shop/store.py"
            editor.open(path)
            assert await diagnosed(editor, path)
            mute = {"settings": {"forethought": {"questions": {"muted": ["failure"]}}}}
            editor.notify("workspace/didChangeConfiguration", mute)
            assert await diagnosed(editor, path) == []
            editor.notify("workspace/didChangeConfiguration", {"settings": {"forethought": {}}})
            assert await diagnosed(editor, path)
            (root / "junit.xml").write_text(JUNIT.format(""), encoding="utf-8")
            assert await diagnosed(editor, path) == []
            editor.ignore("textDocument/publishDiagnostics")

    asyncio.run(scenario())


def test_the_menu_is_there_when_it_is_opened(root: Path, environment: dict[str, str]) -> None:
    async def scenario() -> None:
        async with Editor(root, environment=environment) as editor:
            path = root / "shop/store.py"
            editor.open(path)
            await until_settled(editor, path, "price(")
            line, character = spot(path, "item = ")
            at = {"line": line, "character": character}
            where = {"textDocument": {"uri": path.as_uri()}, "range": {"start": at, "end": at}}

            async def actions(**context: object) -> Any:
                params = {**where, "context": {"diagnostics": [], **context}}
                return await editor.request("textDocument/codeAction", params)

            found = await actions(triggerKind=1)
            titles = [each["title"] for each in found]
            families = [title.partition(" · ")[0] for title in titles]
            assert families == sorted(families, key=families.index), "a family's questions stand together"
            assert any(title.startswith("Control · Who calls it? ") for title in titles), titles
            assert not any("not known" in title or "`" in title for title in titles)
            chosen = found[0]["command"]
            assert chosen["command"] == "forethought.showAnswer"
            arguments = {"command": chosen["command"], "arguments": chosen["arguments"]}
            answer = await editor.request("workspace/executeCommand", arguments)
            assert answer["question"] in titles[0]
            assert await actions(triggerKind=2) is None, "no light bulb by itself"
            assert await actions(triggerKind=1, only=["quickfix"]) is None
            assert await actions(triggerKind=1, only=["forethought"]) == found

    asyncio.run(scenario())


def test_lenses_are_off_until_somebody_wants_them(root: Path, environment: dict[str, str]) -> None:
    async def scenario() -> None:
        async with Editor(root, environment=environment) as editor:
            path = root / "shop/store.py"
            editor.open(path)
            await until_settled(editor, path, "price(")
            document = {"textDocument": {"uri": path.as_uri()}}
            assert await editor.request("textDocument/codeLens", document) is None
            editor.notify(
                "workspace/didChangeConfiguration", {"settings": {"forethought": {"questions": {"lenses": True}}}}
            )
            lenses = await editor.request("textDocument/codeLens", document)
            assert [lens["data"]["name"] for lens in lenses] == ["find", "price", "unrelated"]
            lens = await editor.request("codeLens/resolve", lenses[0])
            assert lens["command"]["command"] == "forethought.showAnswer"
            assert "?" in lens["command"]["title"]

    asyncio.run(scenario())


JEST = """
#- /package.json
{"name": "shop", "type": "module"}
#- /src/store.ts
export function price(name: string, table: Map<string, { price: number }>): number {
  const item = table.get(name);
  return item!.price;
}
#- /src/store.test.ts
import { price } from "./store";

test("price of what is missing", () => {
  expect(price("b", new Map())).toBe(0);
});
"""
JEST_JUNIT = """<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="jest tests"><testsuite name="store"><testcase classname="price of what is missing" name="price of what
 is missing" file="src/store.test.ts">
<failure>TypeError: Cannot read properties of undefined (reading 'price')
    at price (src/store.ts:3:16)
    at Object.&lt;anonymous&gt; (src/store.test.ts:4:10)</failure></testcase></testsuite></testsuites>
"""


def test_other_languages_suspects_are_named_too(tmp_path: Path, environment: dict[str, str]) -> None:
    root = repository(tmp_path, JEST, "jest")

    async def scenario() -> None:
        (root / "junit.xml").write_text(JEST_JUNIT, encoding="utf-8")
        async with Editor(root, environment=environment) as editor:
            path = root / "src/store.ts"
            editor.open(path)
            (found,) = await diagnosed(editor, path)
            assert "Cannot read properties of undefined" in found["message"]
            editor.ignore("textDocument/publishDiagnostics")

    asyncio.run(scenario())
