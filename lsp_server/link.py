"""A client's link to the sleeper, for asyncio: starts a sleeper, finds the elected one, and keeps up with its table.

    link = SleeperLink(repository_folders(root), on_message=handle)
    link.start()                                  # returns at once; a sleeper is started, and found when it listens
    link.table                                    # path → blob, in memory, as the sleeper last said
    link.currency                                 # "current", "catching up", "unwatched"; "unknown" without one
    link.send(FilesChanged(("app/models.py",)))   # a hint: never waits, lost without a sleeper (reconciling finds out)
    done = await link.ask(AnalyzeAsked())         # a request: raises ChannelError, or TimeoutError
    await link.stop()

`on_message` is called on the event loop for each `FromSleeper` message, after the table took it in. All attributes
belong to the event loop's thread. The elected sleeper may be another server's child; ours then waits to take over.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import queue
import threading
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection
from typing import Literal

import msgspec

from lsp_server.channel import ChannelError, connect, hang_up, read_rendezvous
from lsp_server.children import KeptAlive
from lsp_server.messages import (
    MESSAGE_BYTES_MAX,
    PROTOCOL,
    AnalyzeAsked,
    Currency,
    Done,
    FromSleeper,
    Paused,
    Status,
    StatusAsked,
    TablePart,
    TableState,
    ToSleeper,
    Welcome,
    decode_from_sleeper,
    encode,
)
from lsp_server.store import RepositoryFolders

_RETRY_S = (0.05, 0.05, 0.1, 0.1, 0.2, 0.2, 0.5, 1.0)
_OUTBOX_MESSAGES_MAX = 1000
_STOP_S_MAX = 4.0


class SleeperLink:
    """See the module's docstring for its use."""

    def __init__(
        self,
        folders: RepositoryFolders,
        on_message: Callable[[FromSleeper], None] | None = None,
        *,
        spawn: bool = True,
        sleeper_arguments: Sequence[str] = (),
    ) -> None:
        self.folders = folders
        self.table: dict[str, str] = {}
        self.table_version = -1
        self.currency: Currency | Literal["unknown"] = "unknown"
        self.detail = "no sleeper yet"
        self.connected = asyncio.Event()
        """Set while there is a sleeper that answers."""
        self.complete = asyncio.Event()
        """Set once the whole table has arrived."""
        arguments = [str(folders.root), *sleeper_arguments]
        self.child = KeptAlive("lsp_server.sleeper", arguments, folders.cache) if spawn else None
        self._on_message = on_message
        self._ids = itertools.count(1)
        self._waiting: dict[int, asyncio.Future[Status | Done]] = {}
        # The one writing thread takes from it; bounded, since hints to a sleeper that hangs are worth nothing.
        self._outbox: queue.Queue[bytes | None] = queue.Queue(_OUTBOX_MESSAGES_MAX)
        self._stopping = threading.Event()
        self._connection: Connection | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread = threading.Thread(target=self._run, name="sleeper-link", daemon=True)

    def start(self) -> None:
        """Starts the sleeper and the threads that talk with it. Call it on the event loop; returns at once."""
        self._loop = asyncio.get_running_loop()
        if self.child is not None:
            self.child.start()
        self._thread.start()

    async def stop(self) -> None:
        """Ends the link and our sleeper."""
        self._stopping.set()
        self._hang_up()
        if self.child is not None:
            await asyncio.to_thread(self.child.stop)
        await asyncio.to_thread(self._thread.join, _STOP_S_MAX)
        self._fail_waiting("the link was stopped")

    def send(self, message: ToSleeper) -> None:
        """A hint. Never waits; lost where there is no sleeper."""
        if self.connected.is_set():
            with contextlib.suppress(queue.Full):
                self._outbox.put_nowait(encode(message))

    async def ask(self, message: StatusAsked | AnalyzeAsked | Paused, timeout_s: float | None = None) -> Status | Done:
        """A request and its reply; waits for a sleeper first. Raises `ChannelError` where the sleeper goes away before
        it has answered, `TimeoutError` after `timeout_s`."""
        async with asyncio.timeout(timeout_s):
            await self.connected.wait()
            id_ = next(self._ids)
            reply: asyncio.Future[Status | Done] = asyncio.get_running_loop().create_future()
            self._waiting[id_] = reply
            try:
                self.send(msgspec.structs.replace(message, id=id_))
                return await reply
            finally:
                self._waiting.pop(id_, None)

    def _take(self, message: FromSleeper) -> None:
        """On the event loop: the table and the waiting requests first, then whoever listens."""
        match message:
            case Welcome():
                self.connected.set()
            case TablePart(version=version, files=files, removed=removed, whole=whole, complete=complete):
                self.table = {} if whole else self.table
                for path in removed:
                    self.table.pop(path, None)
                self.table.update(files)
                self.table_version = version
                if complete:
                    self.complete.set()
            case TableState(currency=currency, detail=detail):
                self.currency, self.detail = currency, detail
            case Status(id=id_) | Done(id=id_):
                reply = self._waiting.get(id_)
                if reply is not None and not reply.done():
                    reply.set_result(message)
            case _:
                pass
        if self._on_message is not None:
            self._on_message(message)

    def _lost(self, reason: str) -> None:
        """On the event loop: what is known of the table may no longer be true."""
        self.connected.clear()
        self.complete.clear()
        self.currency, self.detail = "unknown", reason
        self._fail_waiting(reason)
        if self._on_message is not None:
            self._on_message(TableState("unwatched", reason))

    def _fail_waiting(self, reason: str) -> None:
        for reply in self._waiting.values():
            if not reply.done():
                reply.set_exception(ChannelError(reason))

    def _run(self) -> None:
        """The reading thread: finds the sleeper, reads what it says, and finds it again when it has gone."""
        attempt = 0
        while not self._stopping.is_set():
            try:
                connection = connect(read_rendezvous(self.folders.rendezvous))
            except ChannelError:
                self._stopping.wait(_RETRY_S[min(attempt, len(_RETRY_S) - 1)])
                attempt += 1
                continue
            attempt = 0
            self._connection = connection
            with contextlib.suppress(queue.Empty):
                while True:
                    self._outbox.get_nowait()
            writer = threading.Thread(target=self._write, args=(connection,), name="sleeper-link-writer", daemon=True)
            writer.start()
            reason = self._read(connection)
            self._hang_up()
            writer.join(_STOP_S_MAX)
            connection.close()
            self._call(self._lost, reason)
            self._stopping.wait(_RETRY_S[0])

    def _read(self, connection: Connection) -> str:
        try:
            while not self._stopping.is_set():
                message = decode_from_sleeper(connection.recv_bytes(MESSAGE_BYTES_MAX))
                if isinstance(message, Welcome) and message.protocol != PROTOCOL:
                    return "the sleeper is of another version"
                self._call(self._take, message)
        except (OSError, EOFError, TypeError):
            # TypeError: another thread hung up while this one was about to read.
            return "the sleeper went away"
        except msgspec.MsgspecError as error:
            return f"the sleeper said what is not a message: {error}"
        return "the link was stopped"

    def _write(self, connection: Connection) -> None:
        while (data := self._outbox.get()) is not None:
            try:
                connection.send_bytes(data)
            except (OSError, ValueError, TypeError):
                return

    def _hang_up(self) -> None:
        connection = self._connection
        self._connection = None
        if connection is not None:
            hang_up(connection)
        with contextlib.suppress(queue.Full):
            self._outbox.put_nowait(None)

    def _call(self, function: Callable[..., None], *arguments: object) -> None:
        """From the reading thread to the event loop, which may have ended already."""
        if self._loop is not None:
            with contextlib.suppress(RuntimeError):
                self._loop.call_soon_threadsafe(function, *arguments)
