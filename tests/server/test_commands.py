"""What a client may ask the server to do by name, through `workspace/executeCommand`."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import url2pathname

import pytest

from tests.server.client import Editor, ResponseError
from tests.server.support import SHOP, repository, spot, until


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return repository(tmp_path, SHOP)


async def execute(editor: Editor, command: str, *arguments: object) -> Any:
    return await editor.request("workspace/executeCommand", {"command": command, "arguments": list(arguments)})


def test_a_chosen_question_is_answered_whole(root: Path, environment: dict[str, str]) -> None:
    async def scenario() -> None:
        async with Editor(root, environment=environment) as editor:
            path, other = root / "shop/store.py", root / "shop/orders.py"
            editor.open(path)
            line, character = spot(path, "find(")
            assert "forethought.showAnswer" in editor.capabilities["executeCommandProvider"]["commands"]
            # Inside the body is as good as on the name.
            where = {"uri": path.as_uri(), "position": {"line": line + 1, "character": 8}}
            answer: dict[str, Any] | None = None

            async def is_answered() -> bool:
                # Asked itself, not hovered: between a hover and the next request the deep records may come.
                nonlocal answer
                answer = await execute(editor, "forethought.showAnswer", {**where, "kind": "callers"})
                return answer is not None and bool(answer["claims"])

            await until(is_answered, lambda: f"the last answer was {answer}")
            assert answer is not None
            assert answer["anchor"]["name"] == "find"
            assert answer["anchor"]["range"]["start"] == {"line": line, "character": character}
            (citation,) = answer["claims"][0]["citations"]
            assert (citation["uri"], citation["line"]) == (other.as_uri(), 5)
            assert citation["quote"] == "find(name, table).price"
            assert answer["markdown"].startswith("**Who calls")
            assert answer["known"]

    asyncio.run(scenario())


@pytest.mark.parametrize("shows_documents", [True, False])
def test_a_client_that_does_not_know_us_is_shown_the_answer(
    root: Path, environment: dict[str, str], shows_documents: bool
) -> None:
    async def scenario() -> None:
        async with Editor(root, environment=environment, experimental=None, shows_documents=shows_documents) as editor:
            path = root / "shop/store.py"
            editor.open(path)
            line, character = spot(path, "find(")
            chosen = {"uri": path.as_uri(), "position": {"line": line, "character": character}, "kind": "callers"}

            async def is_answered() -> bool:
                answer = await execute(editor, "forethought.showAnswer", chosen)
                return answer is not None and bool(answer["claims"])

            await until(is_answered, lambda: "no answer came")
            editor.ignore("window/showDocument", "window/showMessage")
            await execute(editor, "forethought.showAnswer", chosen)
            if shows_documents:
                shown = (await editor.expect("window/showDocument"))["params"]
                text = Path(url2pathname(urlsplit(shown["uri"]).path)).read_text(encoding="utf-8")
                assert f"{root / 'shop/orders.py'}:" in text
            else:
                text = (await editor.expect("window/showMessage"))["params"]["message"]
            assert "Who calls it?" in text
            assert "`" not in text
            editor.ignore("window/showDocument", "window/showMessage")

    asyncio.run(scenario())


def test_what_does_not_fit_is_refused_and_what_is_not_there_is_null(root: Path, environment: dict[str, str]) -> None:
    async def scenario() -> None:
        async with Editor(root, environment=environment) as editor:
            path = root / "shop/store.py"
            where = {"uri": path.as_uri(), "position": {"line": 5, "character": 5}}
            for arguments in ([], ["find"], [{**where, "kind": "nonsense"}], [{**where, "kind": 1}]):
                with pytest.raises(ResponseError):
                    await execute(editor, "forethought.showAnswer", *arguments)
            with pytest.raises(ResponseError):
                await execute(editor, "forethought.formatDisk")
            absent = {"uri": (root / "none.py").as_uri(), "position": {"line": 0, "character": 0}, "kind": "callers"}
            assert await execute(editor, "forethought.showAnswer", absent) is None
            assert await execute(editor, "forethought.retryCrashed") is None

    asyncio.run(scenario())
