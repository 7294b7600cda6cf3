"""Does thinking slow hovers? One server, thinking and paused by turns, hovers timed at the client all the while.

    python -m benchmarks.thinking.hover PATH [--rounds N]

The sleeper thinks with a scripted endpoint on this machine that streams like a model and never lets it wait long;
`sleep.idle_seconds` is 0 and hovers are a third of a second apart, so that it thinks between any two of them, which is
more than it ever does at a desk. Only hovers sent while a reply was on its way count, and the paused ones at the same
places. Turns alternate, so that whatever else the machine does falls on both alike. Nothing leaves the machine and
nothing is kept.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import re
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from benchmarks.bench.editor import Latency, Spot, latency, spots
from tests.server.client import Editor

HOVERS_A_TURN = 25
ROUNDS = 24
WARM_UP = 100
SETTLE_S_MAX = 900.0
CLAIMS = 8
PIECE_CHARS = 40
PIECE_S = 0.005
"""A stream of 200 pieces a second: as fast as a good endpoint."""
APART_S = 0.33
"""Between two hovers: the activity of one interrupts thinking, and this is enough for it to begin again."""

_FENCE = re.compile(r"<<<\w+ (S\d+) [^\n]*\n(.*?)\n\w+>>>", re.S)


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("path", type=Path)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    options = parser.parse_args()
    asyncio.run(_measure(options.path.resolve(), options.rounds))


async def _measure(path: Path, rounds: int) -> None:
    with tempfile.TemporaryDirectory(prefix="forethought-hover-") as base:
        root = Path(base) / path.name
        shutil.copytree(path, root, ignore=shutil.ignore_patterns(".git", ".cache", "node_modules"))
        (root / ".git").mkdir()
        endpoint = Endpoint()
        server = await asyncio.start_server(endpoint.serve, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        environment = _environment(Path(base), port)
        async with Editor(root, environment=environment) as editor:
            try:
                thinking, paused, met = await _by_turns(editor, endpoint, spots(root), rounds)
            finally:
                editor.notifications.clear()
        server.close()
    print(
        f"{path.name}: {rounds} turns each of {HOVERS_A_TURN} hovers, {APART_S:g} s apart; the model was asked "
        f"{endpoint.requests} times, was interrupted or failed {endpoint.requests - endpoint.replies} times, and "
        f"{met} hovers came while a reply was on its way"
    )
    for name, found in (("thinking", thinking), ("paused", paused)):
        print(f"  {name:9} p50 {found.p50_ms:6.2f} ms   p99 {found.p99_ms:6.2f} ms   answered {found.answered}")
    print(f"  p99 thinking / paused: {thinking.p99_ms / max(paused.p99_ms, 1e-9):.2f}")


async def _by_turns(
    editor: Editor, endpoint: Endpoint, chosen: list[Spot], rounds: int
) -> tuple[Latency, Latency, int]:
    """What hovers took while thinking and while paused, at the same places in the same order, and how many of each."""
    await _settled(editor, endpoint)
    for spot in chosen[:WARM_UP]:
        await _hover(editor, endpoint, spot)
    thinking: list[Hover] = []
    paused: list[Hover] = []
    turns = [chosen[start : start + HOVERS_A_TURN] for start in range(0, len(chosen) - HOVERS_A_TURN, HOVERS_A_TURN)]
    for turn in range(rounds):
        order = [("forethought.resume", thinking), ("forethought.pause", paused)]
        for command, found in order if turn % 2 else reversed(order):
            await editor.request("workspace/executeCommand", {"command": command, "arguments": []})
            for spot in turns[turn % len(turns)]:
                await asyncio.sleep(APART_S)
                found.append(await _hover(editor, endpoint, spot))
    met = [(one, other) for one, other in zip(thinking, paused, strict=True) if one.met and not other.met]
    return _latency([one for one, _ in met]), _latency([other for _, other in met]), len(met)


@dataclass(frozen=True)
class Hover:
    """One hover at the client."""

    ms: float
    answered: bool
    met: bool
    """A reply of the model was on its way when it was sent."""


async def _hover(editor: Editor, endpoint: Endpoint, spot: Spot) -> Hover:
    loop = asyncio.get_running_loop()
    met = endpoint.open > 0
    began_s = loop.time()
    text = await editor.hover(spot.path, spot.line, spot.character)
    return Hover(1000 * (loop.time() - began_s), bool(text), met)


def _latency(hovers: list[Hover]) -> Latency:
    return latency([hover.ms for hover in hovers], sum(hover.answered for hover in hovers))


async def _settled(editor: Editor, endpoint: Endpoint) -> None:
    """Returns once the sleeper thinks, which is after the deep analysis, so that nothing else competes."""
    loop = asyncio.get_running_loop()
    deadline_s = loop.time() + SETTLE_S_MAX
    while not endpoint.replies:
        if loop.time() > deadline_s:
            status = await editor.request("forethought/status", {})
            raise SystemExit(f"nothing was thought within {SETTLE_S_MAX:g} s: {status}")
        await asyncio.sleep(0.5)


class Endpoint:
    """Answers chat requests with claims that quote the prompt, in a stream. Counts requests, whole replies, open."""

    def __init__(self) -> None:
        self.requests = self.replies = self.open = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One request on one connection."""
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            length = re.search(rb"content-length:\s*(\d+)", head, re.IGNORECASE)
            body = await reader.readexactly(int(length[1])) if length else b""
            if b"chat/completions" in head.split(b"\r\n")[0]:
                self.requests += 1
                self.open += 1
                try:
                    await self._reply(json.loads(body), writer)
                finally:
                    self.open -= 1
            else:
                writer.write(b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # The thinker was interrupted, which is what it is for.
        finally:
            writer.close()

    async def _reply(self, request: dict[str, object], writer: asyncio.StreamWriter) -> None:
        messages = request["messages"]
        assert isinstance(messages, list)
        text = _claims(str(messages[-1]["content"]))
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n")
        for start in range(0, len(text), PIECE_CHARS):
            writer.write(_event({"content": text[start : start + PIECE_CHARS]}, None))
            await writer.drain()
            await asyncio.sleep(PIECE_S)
        usage = {"prompt_tokens": 2_000, "completion_tokens": 300, "total_tokens": 2_300}
        writer.write(_event({}, "stop", usage) + b"data: [DONE]\n\n")
        self.replies += 1


def _claims(prompt: str) -> str:
    lines = [
        (name, line.strip())
        for name, text in _FENCE.findall(prompt)
        for line in text.splitlines()
        if len(line.strip()) > 12
    ]
    chooser = random.Random(prompt)
    claims = [
        {"about": "values", "text": f"What {chooser.random()} decides counts later.", "span": name, "quote": line}
        for name, line in chooser.sample(lines, min(CLAIMS, len(lines)))
    ]
    return json.dumps({"claims": claims})


def _event(delta: dict[str, str], finish: str | None, usage: dict[str, int] | None = None) -> bytes:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    chunk: dict[str, object] = {"id": "x", "object": "chat.completion.chunk", "created": 0, "model": "m"}
    chunk["choices"] = [choice]
    if usage is not None:
        chunk["usage"] = usage
    return b"data: " + json.dumps(chunk).encode() + b"\n\n"


def _environment(base: Path, port: int) -> dict[str, str]:
    config = base / "config.toml"
    config.write_text(
        f'[model]\nbase_url = "http://127.0.0.1:{port}/v1"\nname = "scripted"\n'
        "[sleep]\nenabled = true\nidle_seconds = 0\ntokens_per_day_max = 1000000000\non_battery = true\n",
        encoding="utf-8",
    )
    return {
        "FORETHOUGHT_CACHE_DIR": str(base / "cache"),
        "FORETHOUGHT_STATE_DIR": str(base / "state"),
        "FORETHOUGHT_CONFIG": str(config),
    }


if __name__ == "__main__":
    main()
