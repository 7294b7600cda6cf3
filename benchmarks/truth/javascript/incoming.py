"""`python -m benchmarks.truth.javascript.incoming ROOT RECORDING.json.gz -- SERVER …`: another server's callers.

Asks any language server for the callers of every recorded function outside tests, and scores them as `score` scores an
export. A caller without a name counts as the function around it, as in recordings, so that nobody loses by its habits.
"""

from __future__ import annotations

import asyncio
import gzip
import json
import re
import sys
import time
from pathlib import Path
from typing import Any

from analyzers import languages
from analyzers.facts import MODULE
from analyzers.tables import enclosing
from benchmarks.truth.score import is_test, parse_key

REQUEST_S_MAX = 60.0
HEADER_LINES_MAX = 30


class Server:
    """A language server on standard input and output, asked one thing after another."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._id = 0

    @classmethod
    async def started(cls, command: list[str], root: Path) -> Server:
        """A running server that has been told about the folder."""
        process = await asyncio.create_subprocess_exec(
            *command, cwd=root, stdin=-1, stdout=-1, stderr=-3, limit=1 << 27
        )
        server = cls(process)
        folder = {"uri": root.as_uri(), "name": "w"}
        capabilities = {"textDocument": {"callHierarchy": {}}, "workspace": {"workspaceFolders": True}}
        await server.request(
            "initialize",
            {"processId": None, "rootUri": root.as_uri(), "workspaceFolders": [folder], "capabilities": capabilities},
        )
        server.notify("initialized", {})
        return server

    def notify(self, method: str, params: Any) -> None:
        self._send({"jsonrpc": "2.0", "method": method, "params": params})

    async def request(self, method: str, params: Any) -> Any:
        """The result, or None for an error or after a minute."""
        self._id += 1
        self._send({"jsonrpc": "2.0", "id": self._id, "method": method, "params": params})
        try:
            return await asyncio.wait_for(self._answer(self._id), REQUEST_S_MAX)
        except TimeoutError:
            return None

    async def stop(self) -> None:
        await self.request("shutdown", None)
        self.notify("exit", None)
        self._process.kill()
        await self._process.wait()

    def _send(self, message: dict[str, Any]) -> None:
        assert self._process.stdin is not None
        body = json.dumps(message).encode()
        self._process.stdin.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)

    async def _answer(self, wanted: int) -> Any:
        assert self._process.stdout is not None
        while True:
            size = 0
            while line := (await self._process.stdout.readline()).strip():
                if line.lower().startswith(b"content-length"):
                    size = int(line.split(b":")[1])
            message = json.loads(await self._process.stdout.readexactly(size))
            if "method" in message and "id" in message:
                items = (message.get("params") or {}).get("items", ())
                result = [None for _ in items] if message["method"] == "workspace/configuration" else None
                self._send({"jsonrpc": "2.0", "id": message["id"], "result": result})
            elif message.get("id") == wanted:
                return message.get("result")


class Names:
    """Which function of a file stands at a position, by Forethought's facts."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._known: dict[str, Any] = {}

    def at(self, path: str, line: int, character: int) -> str:
        """The last name of the function around a position; empty at module level."""
        if path not in self._known:
            language = languages.for_path(path)
            raw = (self._root / path).read_bytes()
            self._known[path] = language.facts(raw) if language else None
        facts = self._known[path]
        if facts is None or line >= len(facts.line_starts):
            return ""
        at = enclosing(facts, facts.line_starts[line] + character, ("function", "method"))
        return "" if at == MODULE else facts.symbols[at].qualname.rpartition(".")[2]


async def measure(root: Path, truth: dict[str, Any], command: list[str]) -> str:
    """One line: recall, observed share and latency."""
    server = await Server.started(command, root)
    names = Names(root)
    ran = {(path, name.rpartition(".")[2]) for path, name, _ in map(parse_key, truth)}
    opened: set[str] = set()
    total = hit = given = asked = 0
    times: list[float] = []
    for key, seen in sorted(truth.items()):
        path, name, first = parse_key(key)
        if is_test(path):
            continue
        text = (root / path).read_text("utf-8", "replace").split("\n")
        spot = _spot(text, name.rpartition(".")[2], first)
        callers = [parse_key(caller)[:2] for caller, _ in seen["callers"]]
        want = {(file, caller.rpartition(".")[2]) for file, caller in callers if not is_test(file)}
        total += len(want)
        if spot is None:
            continue
        asked += 1
        uri = (root / path).as_uri()
        if uri not in opened:
            opened.add(uri)
            kind = {"ts": "typescript", "tsx": "typescriptreact"}.get(path.rpartition(".")[2], "javascript")
            document = {"uri": uri, "languageId": kind, "version": 1, "text": "\n".join(text)}
            server.notify("textDocument/didOpen", {"textDocument": document})
        position = {"line": spot[0], "character": spot[1]}
        start = time.perf_counter()
        where = {"textDocument": {"uri": uri}, "position": position}
        items = await server.request("textDocument/prepareCallHierarchy", where)
        calls = await server.request("callHierarchy/incomingCalls", {"item": items[0]}) if items else None
        times.append((time.perf_counter() - start) * 1000)
        got = set()
        for call in calls or ():
            file = Path(call["from"]["uri"].removeprefix("file://"))
            if file.is_relative_to(root) and "node_modules" not in file.parts:
                inside = file.relative_to(root).as_posix()
                for each in call["fromRanges"]:
                    got.add((inside, names.at(inside, each["start"]["line"], each["start"]["character"])))
        got = {each for each in got if each in ran and not is_test(each[0])}
        hit += len(want & got)
        given += len(got)
    await server.stop()
    times.sort()
    return (
        f"{root.name}: asked {asked}; recall {hit / max(total, 1):.3f} of {total}; "
        f"observed share {hit / max(given, 1):.3f} of {given}; "
        f"p50 {times[len(times) // 2]:.0f} ms, p99 {times[int(0.99 * len(times))]:.0f} ms"
    )


def _spot(text: list[str], name: str, first: int) -> tuple[int, int] | None:
    """Where a function's name is written, from the line on which its definition begins."""
    pattern = re.compile(rf"(?<![\w$]){re.escape(name)}(?![\w$])")
    for line in range(first - 1, min(first - 1 + HEADER_LINES_MAX, len(text))):
        if match := pattern.search(text[line]):
            return line, match.start()
    return None


def main() -> None:
    root, recording, dashes, *command = sys.argv[1:]
    assert dashes == "--"
    truth = json.loads(gzip.decompress(Path(recording).read_bytes()))
    print(asyncio.run(measure(Path(root).resolve(), truth, command)))


if __name__ == "__main__":
    main()
