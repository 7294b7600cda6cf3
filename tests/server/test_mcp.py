"""The server for agents, through the official SDK's own client."""

from __future__ import annotations

import asyncio
import json
import os
import re
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from mcp import ClientSession
from mcp.client.stdio import StdioServerParameters, stdio_client
from mcp.types import CallToolResult, TextContent, TextResourceContents
from typer.main import get_command

from analyzers.languages import LANGUAGES
from lsp_server.cli.app import app
from tests.server.support import isolated, repository

SHOP = """
#- /shop/__init__.py
#- /shop/store.py
class Missing(Exception):
    pass


def find(name, table):
    if name not in table:
        raise Missing(f"nothing called {name} is sold")
    return table.get(name)
#- /shop/orders.py
from shop.store import Missing, find


def price(name, table):
    return find(name, table).price
"""


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    """A repository that was analysed, and the environment of its stores."""
    base = tmp_path_factory.mktemp("mcp")
    root = repository(base, SHOP)
    environment = {**os.environ, **isolated(base)}
    command = [sys.executable, "-m", "lsp_server.cli", "analyze", str(root), "--json"]
    subprocess.run(command, check=True, env=environment, stdout=subprocess.DEVNULL, timeout=120)
    return root, environment


@asynccontextmanager
async def agent(root: Path, environment: dict[str, str]) -> AsyncIterator[ClientSession]:
    arguments = ["-m", "lsp_server.cli", "mcp", str(root)]
    parameters = StdioServerParameters(command=sys.executable, args=arguments, env=environment, cwd=os.getcwd())
    async with stdio_client(parameters) as (source, sink), ClientSession(source, sink) as session:
        await session.initialize()
        yield session


def text_of(result: object) -> str:
    assert isinstance(result, CallToolResult)
    assert isinstance(result.content[0], TextContent)
    return result.content[0].text


CALLS = (
    ("who_calls", {"symbol": "find"}, "price", "shop/orders.py#L5"),
    ("who_calls", {"symbol": "shop/store.py:7"}, "price", "shop/orders.py#L5"),
    ("what_can_raise", {"symbol": "price"}, "Missing", "shop/orders.py#L5"),
    ("why_none", {"symbol": "find"}, "table.get(name)", "shop/store.py#L8"),
    ("which_tests", {"symbol": "find"}, "tests", ""),
    ("what_changed", {"symbol": "find"}, "find", ""),
    ("ask_code", {"question": "who calls this?", "at": "shop/store.py:5"}, "price", "shop/orders.py#L5"),
    ("ask_code", {"question": "where does 'nothing called pear is sold' come from"}, "find", "shop/store.py#L7"),
    (
        "explain_failure",
        {"text": 'Traceback (most recent call last):\n  File "shop/store.py", line 7, in find\nMissing: pear'},
        "find",
        "shop/store.py#L5",
    ),
)


def test_each_tool_answers_with_its_places(shop: tuple[Path, dict[str, str]]) -> None:
    async def scenario() -> None:
        async with agent(*shop) as session:
            listed = (await session.list_tools()).tools
            assert {each.name for each in listed} == {name for name, *_ in CALLS}
            assert all(each.annotations is not None and each.annotations.read_only_hint for each in listed)
            for name, arguments, said, place in CALLS:
                text = text_of(await session.call_tool(name, arguments))
                assert said in text, (name, arguments, text)
                assert place in text, (name, arguments, text)

    asyncio.run(scenario())


def test_what_does_not_fit_is_an_error_and_what_is_unclear_is_asked_back(shop: tuple[Path, dict[str, str]]) -> None:
    async def scenario() -> None:
        async with agent(*shop) as session:
            for name, arguments in (("who_calls", {}), ("who_calls", {"symbol": "find", "depth": "2"}), ("rm", {})):
                result = await session.call_tool(name, arguments)
                assert isinstance(result, CallToolResult)
                assert result.is_error
            absent = await session.call_tool("who_calls", {"symbol": "frobnicate_all"})
            assert "notKnown" in text_of(absent)

    asyncio.run(scenario())


def test_prepared_answers_are_resources(shop: tuple[Path, dict[str, str]]) -> None:
    async def scenario() -> None:
        async with agent(*shop) as session:
            resources = (await session.list_resources()).resources
            (find,) = [each for each in resources if each.name == "find"]
            (content,) = (await session.read_resource(find.uri)).contents
            assert isinstance(content, TextResourceContents)
            assert "shop/orders.py#L5" in content.text
            assert (await session.list_resource_templates()).resource_templates

    asyncio.run(scenario())


def test_a_file_that_changed_on_disk_makes_answers_stale(shop: tuple[Path, dict[str, str]]) -> None:
    root, environment = shop
    file = root / "shop/store.py"
    before = file.read_text()

    async def scenario() -> None:
        async with agent(root, environment) as session:
            assert "fresh" in text_of(await session.call_tool("why_none", {"symbol": "find"}))
            file.write_text(before.replace("return table.get(name)", "return table[name]"))
            assert "stale" in text_of(await session.call_tool("why_none", {"symbol": "find"}))

    try:
        asyncio.run(scenario())
    finally:
        file.write_text(before)


PLUGIN = Path(__file__).resolve().parents[2] / "editor-clients" / "claude-code"


def test_the_plugin_starts_commands_that_exist_for_files_that_are_read() -> None:
    manifest = json.loads((PLUGIN / ".claude-plugin" / "plugin.json").read_text())
    servers = json.loads((PLUGIN / manifest["lspServers"]).read_text())
    agents = json.loads((PLUGIN / manifest["mcpServers"]).read_text())["mcpServers"]
    known = get_command(app).commands  # type: ignore[attr-defined]
    for each in (*servers.values(), *agents.values()):
        assert each["command"] == "forethought"
        assert each["args"][0] in known
    suffixes = {suffix for language in LANGUAGES for suffix in language.suffixes}
    assert set(servers["forethought"]["extensionToLanguage"]) == suffixes


def test_the_page_lists_the_tools() -> None:
    page = (PLUGIN.parents[1] / "docs" / "agents.md").read_text()
    assert set(re.findall(r"^\| `(\w+)` \| `", page, re.MULTILINE)) == {name for name, *_ in CALLS}
