"""`python -m benchmarks.ask.speed`: how soon an answer's first text is at the client, and an agent's round trip.

The open half's questions about one package are asked of the real server over the protocol, and tools are called of the
real MCP server through the official SDK's client. Only meaningful on a machine that does nothing else.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from mcp import ClientSession
from mcp.client.stdio import StdioServerParameters, stdio_client

from benchmarks.ask.__main__ import STORES, analyse
from benchmarks.ask.questions import load
from benchmarks.sdist import CLICK
from tests.server.client import Editor

CALLS = 100


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.ask.speed", description=__doc__)
    parser.add_argument("--roots", type=Path, help="a folder with the unpacked package")
    arguments = parser.parse_args()
    environment = {
        **os.environ,
        "FORETHOUGHT_CACHE_DIR": str(STORES / "cache"),
        "FORETHOUGHT_STATE_DIR": str(STORES / "state"),
        "FORETHOUGHT_CONFIG": str(STORES / "config.toml"),
    }
    os.environ.update(environment)
    name = f"{CLICK.name}-{CLICK.version}"
    root = (arguments.roots / name if arguments.roots else CLICK.unpacked()).resolve()
    analyse(root)
    asyncio.run(_editor(root, name, environment))
    asyncio.run(_agent(root, environment))


async def _editor(root: Path, name: str, environment: dict[str, str]) -> None:
    questions = [each.question for each in load("open") if each.repository == name and not (each.at or each.after)]
    plain = [each for each in questions if 'File "' not in each]
    seconds: list[float] = []
    async with Editor(root, environment=environment) as editor:
        await editor.request("forethought/ask", {"question": plain[0]})
        for number, question in enumerate(plain):
            began_s = time.perf_counter()
            token = f"t{number}"
            _, reply = editor.begin("forethought/ask", {"question": question, "partialResultToken": token})
            await editor.expect("$/progress", lambda said, token=token: said["token"] == token)
            seconds.append(time.perf_counter() - began_s)
            await reply
    _tell("first text of an answer, over the protocol", seconds)


async def _agent(root: Path, environment: dict[str, str]) -> None:
    arguments = ["-m", "lsp_server.cli", "mcp", str(root)]
    parameters = StdioServerParameters(command=sys.executable, args=arguments, env=environment, cwd=os.getcwd())
    began_s = time.perf_counter()
    seconds: list[float] = []
    async with stdio_client(parameters) as (source, sink), ClientSession(source, sink) as session:
        await session.initialize()
        print(f"MCP server, from the start of the process to its first reply: {time.perf_counter() - began_s:.2f} s")
        tools = ("who_calls", "what_can_raise", "why_none", "which_tests")
        for number in range(CALLS):
            began_s = time.perf_counter()
            await session.call_tool(tools[number % len(tools)], {"symbol": "Context.lookup_default"})
            seconds.append(time.perf_counter() - began_s)
    _tell("MCP round trip", seconds)


def _tell(what: str, seconds: Sequence[float]) -> None:
    ordered = sorted(1000 * each for each in seconds)
    half, most = ordered[len(ordered) // 2], ordered[int(len(ordered) * 0.95)]
    print(f"{what}: p50 {half:.1f} ms, p95 {most:.1f} ms over {len(ordered)}")


if __name__ == "__main__":
    main()
