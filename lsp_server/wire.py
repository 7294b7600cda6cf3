"""The wire: bytes in, framed messages out, and exactly one response to each request.

pygls decodes and dispatches; what it leaves open is closed here. A request whose parameters do not fit, that comes
before `initialize` or after `shutdown`, or that was cancelled while it waited, still gets its one response. Messages
are taken strictly in the order of their arrival. Nothing here knows a feature.
"""

from __future__ import annotations

import asyncio
import logging
import os
import re
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from typing import Any, cast

import msgspec
from lsprotocol import types
from pygls.protocol import JsonRPCNotification, JsonRPCRequestMessage, LanguageServerProtocol, default_converter

MESSAGE_BYTES_MAX = 64 * 1024 * 1024
"""A longer message is skipped, and answered with an error where it can be."""
HEADER_BYTES_MAX = 8 * 1024
READ_BYTES = 64 * 1024

OWN_DOCUMENTS = (types.TEXT_DOCUMENT_DID_OPEN, types.TEXT_DOCUMENT_DID_CHANGE, types.TEXT_DOCUMENT_DID_CLOSE)
"""Kept by `buffers`. pygls would keep a second copy of every document and split its lines anew at each keystroke."""

CAPABILITIES_READ: Mapping[str, Any] = {
    "general": {},
    "window": {},
    "experimental": {},
    "textDocument": {"synchronization": {}},
}
"""What is asked of a client's capabilities; an empty value means all below. An editor says hundreds of things more, and
to make objects of them all was a sixth of a start."""

_LENGTH = re.compile(rb"^content-length:\s*(\d+)\s*$", re.IGNORECASE | re.MULTILINE)
_log = logging.getLogger(__name__)


class Protocol(LanguageServerProtocol):
    """pygls's protocol with the gaps closed. Touched only by the event loop's thread."""

    def __init__(self, server: Any, converter: Any) -> None:
        super().__init__(server, converter)
        for method in OWN_DOCUMENTS:
            self.fm.builtin_features.pop(method)
        self.ready = False
        self._waiting_cancelled: set[str | int] = set()

    def notice(self, message: dict[str, Any]) -> None:
        """Look at a message that still waits for its turn: a cancellation overtakes the request that it cancels."""
        if message.get("method") == types.CANCEL_REQUEST:
            identity = _parameter(message, "id")
            if isinstance(identity, str | int):
                self._waiting_cancelled.add(identity)

    def receive(self, message: object) -> None:
        """Handle one decoded message; never raises."""
        if not isinstance(message, dict) or message.get("jsonrpc") != "2.0":
            self._refuse(None, types.ErrorCodes.InvalidRequest, "not a JSON-RPC 2.0 message")
            return
        method, identity = message.get("method"), message.get("id")
        is_request = isinstance(method, str) and isinstance(identity, str | int)
        if method == types.CANCEL_REQUEST:
            self._waiting_cancelled.discard(cast("str | int", _parameter(message, "id")))
        if is_request and (refusal := self._reason_to_refuse(cast(str, method), cast("str | int", identity))):
            self._refuse(identity, *refusal)
            return
        if isinstance(method, str):
            message.setdefault("params", None)  # pygls wants it, also of methods that take none.
        if method == types.INITIALIZE:
            _prune(_parameter(message, "capabilities"), CAPABILITIES_READ)
        try:
            decoded = self.structure_message(message)
        except Exception as error:  # Whatever the decoder dislikes is the client's mistake, and must be answered.
            if is_request:
                self._refuse(identity, types.ErrorCodes.InvalidParams, f"{method}: parameters do not fit ({error})")
            return
        if method == types.INITIALIZE:
            self.ready = True
        if method == types.EXIT or self.ready or not isinstance(method, str):
            self.handle_message(decoded)

    def _reason_to_refuse(self, method: str, identity: str | int) -> tuple[int, str] | None:
        if self._shutdown:
            return types.ErrorCodes.InvalidRequest, "the server is shutting down"
        if self.ready and method == types.INITIALIZE:
            return types.ErrorCodes.InvalidRequest, "already initialized"
        if not self.ready and method != types.INITIALIZE:
            return types.ErrorCodes.ServerNotInitialized, "not initialized"
        if identity in self._waiting_cancelled:
            return types.LSPErrorCodes.RequestCancelled, "cancelled"
        return None

    def _refuse(self, identity: object, code: int, message: str) -> None:
        # pygls cannot send a null id, which JSON-RPC asks for where the request's own is unknown.
        self.write({"jsonrpc": "2.0", "id": identity, "error": {"code": int(code), "message": message}})

    def write(self, message: dict[str, Any]) -> None:
        """Frame and send one message."""
        body = msgspec.json.encode(message)
        if self.writer is not None:
            self.writer.write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))


def converter() -> Any:
    """pygls's converter, except that parameters of methods that LSP does not know stay as they came.

    pygls would make objects of them whose names are whatever the client wrote; a feature decodes its own shape instead.
    """
    made: Any = default_converter()  # type: ignore[no-untyped-call]
    for kind in (JsonRPCRequestMessage, JsonRPCNotification):
        made.register_structure_hook(kind, _as_it_came)
    return made


def _as_it_came(message: dict[str, Any], kind: type[Any]) -> Any:
    known = ("id", "method", "jsonrpc", "params")
    return kind(**{name: value for name, value in message.items() if name in known})


class Framer:
    """Cuts a byte stream into message bodies. One reader feeds it."""

    def __init__(self) -> None:
        self._pending = bytearray()
        self._length = -1
        self._skip = 0

    def feed(self, data: bytes) -> Iterator[bytes | None]:
        """Bodies completed by `data`, in order; None stands for a message that was too long or had no length."""
        self._pending += data
        while True:
            if self._skip:
                cut = min(self._skip, len(self._pending))
                del self._pending[:cut]
                self._skip -= cut
                if self._skip:
                    return
            if self._length < 0:
                end = self._pending.find(b"\r\n\r\n")
                if end < 0:
                    if len(self._pending) > HEADER_BYTES_MAX:
                        self._pending.clear()
                        yield None
                    return
                match = _LENGTH.search(self._pending[:end])
                del self._pending[: end + 4]
                if match is None or len(match[1]) > 12:
                    yield None
                    continue
                self._length = int(match[1])
                if self._length > MESSAGE_BYTES_MAX:
                    self._skip, self._length = self._length, -1
                    yield None
                    continue
            if len(self._pending) < self._length:
                return
            body = bytes(self._pending[: self._length])
            del self._pending[: self._length]
            self._length = -1
            yield body


class _StdoutWriter:
    """Writes to a private duplicate of standard output. Used by the event loop's thread alone."""

    def __init__(self, descriptor: int) -> None:
        self._file = os.fdopen(descriptor, "wb", buffering=0)

    def write(self, data: bytes) -> None:
        view = memoryview(data)
        while view:
            view = view[self._file.write(view) or 0 :]

    def close(self) -> None:
        self._file.close()


def take_standard_streams() -> tuple[int, int]:
    """Private duplicates of standard input and output; the public ones then lead nowhere and to standard error.

    Standard output belongs to the protocol alone: a stray `print`, here or in a library, must not corrupt it.
    """
    source, sink = os.dup(0), os.dup(1)
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.close(null)
    os.dup2(2, 1)
    if sys.platform == "win32":  # pragma: no cover
        import msvcrt

        msvcrt.setmode(source, os.O_BINARY)
        msvcrt.setmode(sink, os.O_BINARY)
    return source, sink


async def serve_streams(protocol: Protocol, source: int, sink: int) -> None:
    """Answer messages from the descriptor `source` on `sink` until the stream ends or the client says exit."""
    loop = asyncio.get_running_loop()
    arrived: asyncio.Queue[object] = asyncio.Queue()  # Unbounded: the client's requests are its own to limit.
    protocol.set_writer(_StdoutWriter(sink))

    def read() -> None:
        # A thread, because pipes cannot be awaited on every platform; `os.read`, because a buffered reader would
        # hold a lock that the interpreter wants when it ends.
        framer = Framer()
        while True:
            try:
                data = os.read(source, READ_BYTES)
            except OSError:
                data = b""
            if not data:
                break
            for body in framer.feed(data):
                loop.call_soon_threadsafe(_take, protocol, body, arrived.put_nowait)
        try:
            loop.call_soon_threadsafe(arrived.put_nowait, _END)
        except RuntimeError:
            pass  # The loop is closed: the client said exit before its end of the pipe closed.

    threading.Thread(target=read, name="stdin", daemon=True).start()
    await _handle(protocol, arrived)


async def serve_tcp(protocol: Protocol, host: str, port: int, announce: Callable[[str, int], None]) -> None:
    """The same for the first connection to a TCP port, for debugging. Port 0 takes a free one; `announce` tells it."""
    accepted: asyncio.Queue[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = asyncio.Queue()
    listener = await asyncio.start_server(lambda reader, writer: accepted.put_nowait((reader, writer)), host, port)
    announce(*listener.sockets[0].getsockname()[:2])
    reader, writer = await accepted.get()
    listener.close()
    arrived: asyncio.Queue[object] = asyncio.Queue()
    protocol.set_writer(_TcpWriter(writer))

    async def read() -> None:
        framer = Framer()
        while data := await reader.read(READ_BYTES):
            for body in framer.feed(data):
                _take(protocol, body, arrived.put_nowait)
        arrived.put_nowait(_END)

    reading = asyncio.create_task(read())
    try:
        await _handle(protocol, arrived)
    finally:
        reading.cancel()
        writer.close()


class _TcpWriter:
    def __init__(self, writer: asyncio.StreamWriter) -> None:
        self._writer = writer

    def write(self, data: bytes) -> None:
        self._writer.write(data)

    def close(self) -> None:
        self._writer.close()


_END = object()
_decode = msgspec.json.Decoder().decode


def _take(protocol: Protocol, body: bytes | None, put: Callable[[object], None]) -> None:
    message: object = None
    if body is not None:
        try:
            message = _decode(body)
        except (msgspec.DecodeError, UnicodeDecodeError):
            _log.warning("a message that is not JSON was refused")
    if isinstance(message, dict):
        protocol.notice(message)
    put(message)


async def _handle(protocol: Protocol, arrived: asyncio.Queue[object]) -> None:
    while (message := await arrived.get()) is not _END:
        protocol.receive(message)
        # Let what the handler scheduled, and cancellations that have arrived meanwhile, come first.
        await asyncio.sleep(0)


def _prune(given: object, read: Mapping[str, Any]) -> None:
    """Leave of `given` what `read` names; where it names nothing, all."""
    if not isinstance(given, dict) or not read:
        return
    for name in list(given):
        if name in read:
            _prune(given[name], read[name])
        else:
            del given[name]


def _parameter(message: dict[str, Any], name: str) -> object:
    parameters = message.get("params")
    return parameters.get(name) if isinstance(parameters, dict) else None
