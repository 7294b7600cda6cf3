"""The same on a real package: click 8.1.8 as it is published."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path

import pytest

from benchmarks.sdist import CLICK, Unreachable
from tests.server.client import Editor
from tests.server.support import hover_until, isolated, spot


@pytest.fixture
def click(tmp_path: Path) -> Path:
    try:
        unpacked = CLICK.unpacked()
    except Unreachable as error:
        pytest.skip(str(error))
    root = tmp_path / "click"
    shutil.copytree(unpacked, root)
    (root / ".git").mkdir()
    return root.resolve()


def test_a_real_package_answers_with_progress(click: Path, tmp_path: Path) -> None:
    async def scenario() -> None:
        async with Editor(click, environment=isolated(tmp_path), progress=True) as editor:
            path = click / "src/click/core.py"
            editor.open(path)
            line, character = spot(path, "def lookup_default(")
            text = await hover_until(
                editor, path, (line, character + 4), lambda text: "core.py" in text and "catching up" not in text
            )
            assert text.count("\n") < 12
            document = {"textDocument": {"uri": path.as_uri()}}
            outline = await editor.request("textDocument/documentSymbol", document)
            assert {"Context", "Command", "Group"} <= {symbol["name"] for symbol in outline}
            editor.ignore("$/progress", "window/workDoneProgress/create")
            await editor.request("shutdown", None)
            editor.ignore("$/progress", "window/workDoneProgress/create")
            editor.notify("exit", None)
            await asyncio.wait_for(editor.process.wait(), 10)

    asyncio.run(scenario())
