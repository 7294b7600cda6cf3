"""`forethought/*` requests on the real server, as an editor sends them."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from tests.server.client import Editor, ResponseError
from tests.server.support import SHOP, hover_until, repository, spot


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return repository(tmp_path, SHOP)


async def ready(editor: Editor, root: Path) -> None:
    path = root / "shop/store.py"
    editor.open(path)
    await hover_until(editor, path, spot(path, "find("), lambda text: "orders.py:5" in text)


def test_a_question_is_answered_with_its_places_and_streamed(root: Path, environment: dict[str, str]) -> None:
    async def scenario() -> None:
        async with Editor(root, environment=environment) as editor:
            await ready(editor, root)
            result = await editor.request(
                "forethought/ask", {"question": "who calls find?", "partialResultToken": "t1"}
            )
            said = await editor.expect("$/progress")
            assert said["params"] == {"token": "t1", "value": {"markdown": result["markdown"]}}
            assert result["road"] == "prepared"
            (answer,) = result["answers"]
            assert (answer["anchor"]["name"], answer["kind"], answer["family"]) == ("find", "callers", "control")
            places = [each["line"] for claim in answer["claims"] for each in claim["citations"]]
            assert 5 in places
            assert result["freshness"] == "fresh"
            assert result["cost"]["inputTokens"] == 0
            assert result["conversation"]

    asyncio.run(scenario())


def test_the_menu_lists_a_place_and_a_file(root: Path, environment: dict[str, str]) -> None:
    async def scenario() -> None:
        async with Editor(root, environment=environment) as editor:
            await ready(editor, root)
            path = root / "shop/store.py"
            line, character = spot(path, "find(")
            menu = await editor.at("forethought/questions", path, line, character)
            assert menu["anchor"]["name"] == "find"
            kinds = {each["kind"] for group in menu["groups"] for each in group["questions"]}
            assert {"callers", "raises", "why_none"} <= kinds
            whole = await editor.request("forethought/questions", {"textDocument": {"uri": path.as_uri()}})
            assert [each["anchor"]["name"] for each in whole["anchors"]] == ["Missing", "find"]
            nothing = await editor.request("forethought/questions", {"textDocument": {"uri": "file:///none.py"}})
            assert nothing == {"anchor": None, "groups": [], "anchors": []}

    asyncio.run(scenario())


def test_status_is_told_to_whoever_wants_it_and_pausing_shows(root: Path, environment: dict[str, str]) -> None:
    async def scenario() -> None:
        async with Editor(
            root, environment=environment, experimental={"forethought": {"statusChanged": True}}
        ) as editor:
            await ready(editor, root)
            await editor.expect("forethought/statusChanged", lambda said: said["state"] == "idle")
            await execute(editor, "forethought.pause")
            await editor.expect("forethought/statusChanged", lambda said: said["state"] == "paused")
            status = await editor.request("forethought/status", {})
            assert (status["state"], status["budget"]) == ("paused", None)
            await execute(editor, "forethought.resume")
            await editor.expect("forethought/statusChanged", lambda said: said["state"] == "idle")
            editor.ignore("forethought/statusChanged")

    asyncio.run(scenario())


def test_a_pasted_traceback_is_explained(root: Path, environment: dict[str, str]) -> None:
    text = f'''Traceback (most recent call last):
  File "{root}/shop/orders.py", line 5, in price
    return find(name, table).price
  File "{root}/shop/store.py", line 7, in find
    raise Missing(name)
shop.store.Missing: pear'''

    async def scenario() -> None:
        async with Editor(root, environment=environment) as editor:
            result = await editor.request("forethought/explain", {"text": text})
            assert {each["name"] for each in result["suspects"]} == {"find", "price"}
            assert result["answers"][0]["kind"] == "why_traceback"
            stop = {
                "exception": {"type": "Missing", "message": "pear"},
                "frames": [
                    {"path": str(root / "shop/store.py"), "line": 7, "name": "find"},
                    {"path": str(root / "shop/orders.py"), "line": 5, "name": "price"},
                ],
            }
            stopped = await editor.request("forethought/explain", {"stop": stop})
            assert [each["name"] for each in stopped["suspects"]] == [each["name"] for each in result["suspects"]]

    asyncio.run(scenario())


def test_a_debuggers_locals_are_joined_with_what_is_prepared(tmp_path: Path, environment: dict[str, str]) -> None:
    users = """
    #- /db.py
    def find_user(name, table):
        if name not in table:
            return None
        return table[name]
    #- /views.py
    from db import find_user


    def show(name, table):
        user = find_user(name, table)
        return user.title
    """
    root = repository(tmp_path, users, "users")
    stop = {
        "exception": {"type": "AttributeError", "message": "'NoneType' object has no attribute 'title'"},
        "frames": [{"path": str(root / "views.py"), "line": 6, "name": "show"}],
        "locals": [
            {"name": "name", "type": "str", "value": "'pear'"},
            {"name": "user", "type": "NoneType", "value": "None"},
        ],
    }

    async def scenario() -> None:
        async with Editor(root, environment=environment) as editor:
            editor.open(root / "db.py")
            at = spot(root / "db.py", "find_user")
            await hover_until(editor, root / "db.py", at, lambda text: "views.py:5" in text)
            result = await editor.request("forethought/explain", {"stop": stop})
            (claim,) = result["answers"][0]["claims"]
            assert claim["text"].startswith("`user` is None; it comes from `find_user`, which returns None when")
            assert [(each["path"], each["line"]) for each in claim["citations"]] == [("db.py", 3), ("views.py", 5)]
            assert claim["provenance"] == "runtime"
            assert "find_user" in result["markdown"]

    asyncio.run(scenario())


def test_what_does_not_fit_is_refused(root: Path, environment: dict[str, str]) -> None:
    async def scenario() -> None:
        async with Editor(root, environment=environment) as editor:
            at = {"uri": (root / "shop/store.py").as_uri(), "position": {"line": 5, "character": 5}}
            for method, params in (
                ("forethought/ask", {}),
                ("forethought/ask", None),
                ("forethought/ask", {"question": 1}),
                ("forethought/questions", {"textDocument": "x"}),
                ("forethought/feedback", {"anchor": at, "kind": "nonsense", "useful": True}),
            ):
                with pytest.raises(ResponseError) as refused:
                    await editor.request(method, params)
                assert refused.value.code == -32602
            assert await editor.request("forethought/feedback", {"anchor": at, "kind": "callers", "useful": True}) == {}
            assert "markdown" in await execute(editor, "forethought.report")

    asyncio.run(scenario())


async def execute(editor: Editor, command: str, *arguments: object) -> Any:
    return await editor.request("workspace/executeCommand", {"command": command, "arguments": list(arguments)})
