"""What the tests of the running server share: a repository on disk, folders of its own, and waiting with a deadline."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

from tests.fixture import fixture
from tests.server.client import Editor

SHOP = """
#- /shop/__init__.py
#- /shop/store.py
class Missing(Exception):
    pass


def find(name, table):
    if name not in table:
        raise Missing(name)
    return table.get(name)
#- /shop/orders.py
from shop.store import Missing, find


def price(name, table):
    return find(name, table).price
"""
"""A small program: one function that raises, and one that calls it."""

SETTLE_S = 60.0
LOOK_AGAIN_S = 0.03


def isolated(base: Path) -> dict[str, str]:
    """Environment variables that keep a test away from the user's own stores and settings."""
    return {
        "FORETHOUGHT_CACHE_DIR": str(base / "cache"),
        "FORETHOUGHT_STATE_DIR": str(base / "state"),
        "FORETHOUGHT_CONFIG": str(base / "config.toml"),
        "FORETHOUGHT_SLEEP_ENABLED": "false",
    }


def repository(base: Path, text: str, name: str = "repo") -> Path:
    """A fixture written to a folder of its own."""
    root = base / name
    root.mkdir()
    fixture(text).write(root)
    (root / ".git").mkdir()
    return root.resolve()


def spot(path: Path, mark: str) -> tuple[int, int]:
    """Line and character, counted from 0, of the first place of `mark` in an ASCII file."""
    before = path.read_text(encoding="utf-8").split(mark)[0]
    return before.count("\n"), len(before) - (before.rfind("\n") + 1)


async def hover_until(
    editor: Editor, path: Path, at: tuple[int, int], good: Callable[[str], bool], timeout_s: float = SETTLE_S
) -> str:
    """The first hover that is good. Fails with the last one seen when the deadline has passed."""
    text = ""

    async def ask() -> bool:
        nonlocal text
        text = await editor.hover(path, *at)
        return good(text)

    await until(ask, lambda: f"the last hover was:\n{text}\n{editor.errors.decode(errors='replace')}", timeout_s)
    return text


async def until(ask: Callable[[], Awaitable[bool]], story: Callable[[], str], timeout_s: float = SETTLE_S) -> None:
    """Ask again until the answer is yes; what happens in another process cannot be awaited in any other way."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + timeout_s
    while not await ask():
        assert loop.time() < deadline, f"not within {timeout_s} s; {story()}"
        await asyncio.sleep(LOOK_AGAIN_S)
