"""An editor in miniature: starts the real server over standard input and output and speaks the protocol to it.

Leaving the `async with` block shuts the server down as an editor would, and fails the test if it does not go cleanly,
if a request got no response or two, or if a message was left unread that the test did not say it would ignore.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

TIMEOUT_S = 60.0
IGNORED = ("window/logMessage", "$/logTrace")
RESULTS: Mapping[str, object] = {"workspace/configuration": [None], "window/showDocument": {"success": True}}
"""What it answers to requests by the server."""
KNOWS_US: Mapping[str, object] = {"forethought": {}}
"""What a client says that shows what commands give."""


class ResponseError(Exception):
    def __init__(self, error: dict[str, Any]) -> None:
        super().__init__(error["message"])
        self.code: int = error["code"]


class Editor:
    """One client and its server process."""

    def __init__(
        self,
        *folders: Path,
        environment: Mapping[str, str] | None = None,
        encodings: Sequence[str] = ("utf-16",),
        progress: bool = False,
        arguments: Sequence[str] = ("serve",),
        initialize: bool = True,
        options: object = None,
        experimental: object = KNOWS_US,
        shows_documents: bool = False,
    ) -> None:
        self.folders = folders
        self.environment = {**os.environ, **(environment or {})}
        self.encodings = list(encodings)
        self.progress = progress
        self.arguments = list(arguments)
        self.wants_initialize = initialize
        self.options = options
        self.experimental = experimental
        self.shows_documents = shows_documents
        self.capabilities: dict[str, Any] = {}
        self.notifications: list[dict[str, Any]] = []
        self.unexpected: list[dict[str, Any]] = []
        self.errors = b""
        self._waiting: dict[int, asyncio.Future[Any]] = {}
        self._next = 0
        self._arrived = asyncio.Condition()

    async def __aenter__(self) -> Editor:
        self.process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "lsp_server.cli",
            *self.arguments,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env=self.environment,
            limit=1 << 26,
        )
        assert self.process.stdout is not None
        assert self.process.stderr is not None
        self._reading = asyncio.create_task(self._read(self.process.stdout))
        self._draining = asyncio.create_task(self._drain(self.process.stderr))
        if self.wants_initialize:
            await self.initialize()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                await self._leave()
        finally:
            if self.process.returncode is None:
                self.process.kill()
                await self.process.wait()
            self._reading.cancel()
            await asyncio.wait([self._draining], timeout=5)
            self._draining.cancel()
            if kind is not None:
                sys.stderr.write(self.errors.decode(errors="replace"))

    async def _leave(self) -> None:
        if self.process.returncode is None:
            await self.request("shutdown", None)
            self.notify("exit", None)
        code = await asyncio.wait_for(self.process.wait(), 10)
        await asyncio.wait_for(self._reading, 5)
        assert code == 0, f"the server ended with {code}: {self.errors.decode(errors='replace')}"
        assert not self._waiting, f"requests without a response: {sorted(self._waiting)}"
        assert not self.unexpected, f"responses to nothing: {self.unexpected}"
        unread = [message for message in self.notifications if message["method"] not in IGNORED]
        assert not unread, f"messages left unread: {unread}"
        assert b"Traceback" not in self.errors, self.errors.decode(errors="replace")

    async def initialize(self) -> dict[str, Any]:
        roots = [{"uri": folder.as_uri(), "name": folder.name} for folder in self.folders]
        result: dict[str, Any] = await self.request(
            "initialize",
            {
                "processId": os.getpid(),
                "rootUri": roots[0]["uri"] if roots else None,
                "workspaceFolders": roots,
                "initializationOptions": self.options,
                "capabilities": {
                    **({"experimental": self.experimental} if self.experimental is not None else {}),
                    "general": {"positionEncodings": self.encodings},
                    "window": {
                        "workDoneProgress": self.progress,
                        **({"showDocument": {"support": True}} if self.shows_documents else {}),
                    },
                    "workspace": {"workspaceFolders": True, "configuration": True},
                    "textDocument": {"hover": {"contentFormat": ["markdown"]}, "callHierarchy": {}},
                },
            },
        )
        self.capabilities = result["capabilities"]
        self.notify("initialized", {})
        return result

    def notify(self, method: str, params: object) -> None:
        self.send({"jsonrpc": "2.0", "method": method, "params": params})

    def begin(self, method: str, params: object) -> tuple[int, asyncio.Future[Any]]:
        """Send a request and return at once with its id and the response to come."""
        self._next += 1
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._waiting[self._next] = future
        self.send({"jsonrpc": "2.0", "id": self._next, "method": method, "params": params})
        return self._next, future

    async def request(self, method: str, params: object, timeout_s: float = TIMEOUT_S) -> Any:
        _, future = self.begin(method, params)
        return await asyncio.wait_for(future, timeout_s)

    async def expect(self, method: str, where: Any = lambda _: True, timeout_s: float = TIMEOUT_S) -> dict[str, Any]:
        """Wait for a notification, or a request by the server, and take it out of the unread ones."""

        def find() -> dict[str, Any] | None:
            for message in self.notifications:
                if message["method"] == method and where(message.get("params")):
                    return message
            return None

        async with self._arrived:
            await asyncio.wait_for(self._arrived.wait_for(lambda: find() is not None), timeout_s)
            message = find()
            assert message is not None
            self.notifications.remove(message)
            return message

    def ignore(self, *methods: str) -> None:
        """Say that messages of these methods need not be read."""
        self.notifications = [message for message in self.notifications if message["method"] not in methods]

    def send(self, message: dict[str, Any]) -> None:
        self.send_raw(json.dumps(message).encode())

    def send_raw(self, body: bytes) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))

    def open(self, path: Path, text: str | None = None, version: int = 1) -> None:
        text = path.read_bytes().decode() if text is None else text
        document = {"uri": path.as_uri(), "languageId": "python", "version": version, "text": text}
        self.notify("textDocument/didOpen", {"textDocument": document})

    def change(self, path: Path, version: int, *changes: dict[str, Any]) -> None:
        document = {"uri": path.as_uri(), "version": version}
        self.notify("textDocument/didChange", {"textDocument": document, "contentChanges": list(changes)})

    def insert(self, path: Path, version: int, line: int, character: int, text: str) -> None:
        at = {"line": line, "character": character}
        self.change(path, version, {"range": {"start": at, "end": at}, "text": text})

    def save(self, path: Path) -> None:
        self.notify("textDocument/didSave", {"textDocument": {"uri": path.as_uri()}})

    def close(self, path: Path) -> None:
        self.notify("textDocument/didClose", {"textDocument": {"uri": path.as_uri()}})

    async def at(self, method: str, path: Path, line: int, character: int) -> Any:
        """A request about a position (both counted from 0)."""
        position = {"line": line, "character": character}
        return await self.request(method, {"textDocument": {"uri": path.as_uri()}, "position": position})

    async def hover(self, path: Path, line: int, character: int) -> str:
        """The hover's Markdown; empty where the server stays silent."""
        result = await self.at("textDocument/hover", path, line, character)
        return "" if result is None else str(result["contents"]["value"])

    async def _drain(self, stream: asyncio.StreamReader) -> None:
        while data := await stream.read(65536):
            self.errors += data

    async def _read(self, stream: asyncio.StreamReader) -> None:
        while header := await stream.readline():
            length = int(header.split(b":")[1])
            while await stream.readline() != b"\r\n":
                pass
            message = json.loads(await stream.readexactly(length))
            async with self._arrived:
                self._take(message)
                self._arrived.notify_all()

    def _take(self, message: dict[str, Any]) -> None:
        if "method" in message:
            self.notifications.append(message)
            if "id" in message:
                result = RESULTS.get(message["method"])
                self.send({"jsonrpc": "2.0", "id": message["id"], "result": result})
            return
        future = self._waiting.pop(message["id"], None)
        if future is None:
            self.unexpected.append(message)
        elif "error" in message:
            future.set_exception(ResponseError(message["error"]))
        else:
            future.set_result(message["result"])
