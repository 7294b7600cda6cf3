"""The protocol's own promises, kept by the real server over standard input and output, whatever a client sends."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from tests.server.client import Editor, ResponseError


def drive(scenario: Callable[[], Awaitable[None]]) -> None:
    asyncio.run(scenario())  # type: ignore[arg-type]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "a.py").write_text("def f():\n    return 1\n")
    return tmp_path


def test_initialize_says_what_the_server_can_do(folder: Path) -> None:
    async def scenario() -> None:
        async with Editor(folder) as editor:
            able = editor.capabilities
            assert able["positionEncoding"] == "utf-16"
            assert able["textDocumentSync"]["change"] == 2
            assert able["textDocumentSync"]["openClose"]
            assert able["hoverProvider"]
            assert able["documentSymbolProvider"]
            assert able["callHierarchyProvider"]

    drive(scenario)


def test_the_client_chooses_how_characters_are_counted(folder: Path) -> None:
    async def scenario() -> None:
        async with Editor(folder, encodings=["utf-7", "utf-8", "utf-16"]) as editor:
            assert editor.capabilities["positionEncoding"] == "utf-8"
            path = folder / "a.py"
            editor.open(path, "x = '\N{GRINNING FACE}'; y = 1\n")
            outline = await editor.request("textDocument/documentSymbol", {"textDocument": {"uri": path.as_uri()}})
            assert {each["name"]: each["selectionRange"]["start"]["character"] for each in outline} == {"x": 0, "y": 12}

    drive(scenario)


def test_every_request_gets_exactly_one_response(folder: Path) -> None:
    async def scenario() -> None:
        async with Editor(folder, initialize=False) as editor:
            path = folder / "a.py"
            position = {"textDocument": {"uri": path.as_uri()}, "position": {"line": 0, "character": 4}}
            with pytest.raises(ResponseError, match="not initialized"):
                await editor.request("textDocument/hover", position)
            await editor.initialize()
            with pytest.raises(ResponseError, match="already initialized"):
                await editor.initialize()
            with pytest.raises(ResponseError, match="parameters do not fit"):
                await editor.request("textDocument/hover", {"textDocument": 5})
            with pytest.raises(ResponseError) as unknown:
                await editor.request("no/suchMethod", None)
            assert unknown.value.code == -32601
            editor.send({"jsonrpc": "2.0", "id": 900, "method": "no/suchMethod"})
            editor.notify("no/suchNotification", {"a": 1})
            editor.send_raw(b"this is not JSON")
            editor.send_raw(b'"neither a request"')
            editor.send_raw(b'{"jsonrpc": "2.0", "id": 901, "result": null}')
            await editor.request("textDocument/hover", position)
            answered = sorted((str(message["id"]), message["error"]["code"]) for message in editor.unexpected)
            assert answered == [("900", -32601), ("None", -32600), ("None", -32600)]
            editor.unexpected.clear()

    drive(scenario)


def test_a_cancelled_request_is_answered_once(folder: Path) -> None:
    async def scenario() -> None:
        async with Editor(folder) as editor:
            path = folder / "a.py"
            position = {"textDocument": {"uri": path.as_uri()}, "position": {"line": 0, "character": 4}}
            sent = [editor.begin("textDocument/hover", position) for _ in range(50)]
            for identity, _ in sent:
                editor.notify("$/cancelRequest", {"id": identity})
            results = await asyncio.gather(*(future for _, future in sent), return_exceptions=True)
            assert all(not isinstance(result, Exception) or getattr(result, "code", 0) == -32800 for result in results)
            editor.notify("$/cancelRequest", {"id": 123456})

    drive(scenario)


def test_the_server_ends_with_its_client(folder: Path) -> None:
    async def scenario() -> None:
        async with Editor(folder) as editor:
            assert editor.process.stdin is not None
            editor.process.stdin.close()
            assert await asyncio.wait_for(editor.process.wait(), 10) == 1
            raise _GoneAsExpected

    with pytest.raises(_GoneAsExpected):
        drive(scenario)


class _GoneAsExpected(Exception):
    pass


def test_after_shutdown_only_exit_is_answered(folder: Path) -> None:
    async def scenario() -> None:
        async with Editor(folder) as editor:
            await editor.request("shutdown", None)
            with pytest.raises(ResponseError, match="shutting down"):
                await editor.request("textDocument/hover", {})
            editor.notify("exit", None)
            await asyncio.wait_for(editor.process.wait(), 10)

    drive(scenario)


def test_a_port_speaks_the_same_protocol(folder: Path) -> None:
    async def scenario() -> None:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "lsp_server.cli", "serve", "--tcp", "127.0.0.1:0", stderr=asyncio.subprocess.PIPE
        )
        assert process.stderr is not None
        announced = (await asyncio.wait_for(process.stderr.readline(), 30)).decode()
        host, port = announced.strip().rpartition(" ")[2].rsplit(":", 1)
        reader, writer = await asyncio.open_connection(host, int(port))

        def send(message: dict[str, object]) -> None:
            body = json.dumps({"jsonrpc": "2.0", **message}).encode()
            writer.write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))

        async def receive() -> dict[str, object]:
            head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 30)
            length = int(head.split(b"\r\n")[0].split(b":")[1])
            told: dict[str, object] = json.loads(await reader.readexactly(length))
            return told

        folders = [{"uri": folder.as_uri(), "name": "f"}]
        send({"id": 1, "method": "initialize", "params": {"capabilities": {}, "workspaceFolders": folders}})
        assert "capabilities" in str(await receive())
        send({"id": 2, "method": "shutdown"})
        assert (await receive())["result"] is None
        send({"method": "exit"})
        writer.close()
        assert await asyncio.wait_for(process.wait(), 20) == 0

    drive(scenario)
