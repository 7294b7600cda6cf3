"""The local socket between the elected sleeper and its clients: addresses, authentication, bounded messages, threads.

A Unix socket in a folder of the user's own, a named pipe on Windows. The elected sleeper writes its address and a
fresh key into the rendezvous file, which only the user can read; both sides prove that they know the key before
anything else is said. Connections are `multiprocessing.connection`'s, of which only bytes are used, never pickles.

`Listener` is the sleeper's side, `connect` the client's; `link` makes the latter comfortable for asyncio.
"""

from __future__ import annotations

import contextlib
import hmac
import os
import queue
import secrets
import socket
import sys
import threading
from collections.abc import Callable
from multiprocessing import connection as transport
from multiprocessing.connection import Connection
from pathlib import Path

import msgspec

from lsp_server.messages import MESSAGE_BYTES_MAX, FromSleeper, ToSleeper, decode_to_sleeper, encode

HANDSHAKE_S_MAX = 5.0
_HANDSHAKE_BYTES_MAX = 64
_OUTBOX_MESSAGES_MAX = 2000
"""Messages waiting for one client; a client that is further behind is cut off, and gets the whole table when it
connects again."""
_CLIENTS_MAX = 64
_ACCEPT_RETRY_S = 0.1
_NONCE_BYTES = 32


class ChannelError(Exception):
    """Nobody listens, the other side went away, or it is not who it says it is."""


class Rendezvous(msgspec.Struct, frozen=True):
    """Where the elected sleeper listens, and the key that proves one may talk to it."""

    address: str
    key: bytes
    pid: int


def read_rendezvous(file: Path) -> Rendezvous:
    """Raises `ChannelError` where nobody was elected yet."""
    try:
        return msgspec.json.decode(file.read_bytes(), type=Rendezvous)
    except (OSError, msgspec.MsgspecError) as error:
        raise ChannelError(f"no sleeper is listening: {error}") from error


def write_rendezvous(file: Path, rendezvous: Rendezvous) -> None:
    """Replaces the file at once and whole; only the user can read it."""
    temporary = file.with_name(f"{file.name}.{os.getpid()}")
    with contextlib.suppress(OSError):
        temporary.unlink()
    with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        out.write(msgspec.json.encode(rendezvous))
    temporary.replace(file)


def new_address(folder: Path) -> str:
    """A name for a socket that nobody has used. `folder` is private to the user."""
    token = secrets.token_hex(8)
    return rf"\\.\pipe\forethought-{token}" if sys.platform == "win32" else str(folder / f"{token}.sock")


def connect(rendezvous: Rendezvous) -> Connection:
    """An authenticated connection to the sleeper. Raises `ChannelError`."""
    try:
        connection = transport.Client(rendezvous.address)
    except (OSError, EOFError) as error:
        raise ChannelError(f"no sleeper is listening: {error}") from error
    try:
        theirs = _receive_soon(connection)
        ours = secrets.token_bytes(_NONCE_BYTES)
        connection.send_bytes(ours + _proof(rendezvous.key, b"client", theirs + ours))
        if not hmac.compare_digest(_receive_soon(connection), _proof(rendezvous.key, b"sleeper", theirs + ours)):
            raise ChannelError("whoever listens there does not know the key")
    except (OSError, EOFError) as error:
        connection.close()
        raise ChannelError(f"the sleeper went away: {error}") from error
    except ChannelError:
        connection.close()
        raise
    return connection


def hang_up(connection: Connection) -> None:
    """Ends a conversation from any thread: whoever reads from it wakes and finds its end, and closes it.

    On Unix the descriptor is left open for the reader to close: its number could otherwise be given to another file
    while that thread still waits on it.
    """
    with contextlib.suppress(OSError, ValueError):
        if sys.platform == "win32":
            connection.close()
        else:
            with socket.socket(fileno=os.dup(connection.fileno())) as other:
                other.shutdown(socket.SHUT_RDWR)


class Client:
    """One connected client, as the sleeper sees it. `send` may be called from any thread and never waits."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        # Bounded, so that a client that does not read costs the sleeper neither memory nor time.
        self._outbox: queue.Queue[bytes | None] = queue.Queue(_OUTBOX_MESSAGES_MAX)
        threading.Thread(target=self._write, name="channel-writer", daemon=True).start()

    def send(self, message: FromSleeper) -> None:
        """Queues a message; a client that is too far behind is cut off."""
        self.send_bytes(encode(message))

    def send_bytes(self, data: bytes) -> None:
        """As `send`, for a message that goes to several clients and is encoded once."""
        try:
            self._outbox.put_nowait(data)
        except queue.Full:
            self.close()

    def close(self) -> None:
        """Cuts the client off."""
        hang_up(self._connection)
        with contextlib.suppress(queue.Full):
            self._outbox.put_nowait(None)

    def receive(self) -> ToSleeper:
        """The next message. Raises `ChannelError` when the client has gone or says what is not a message."""
        try:
            return decode_to_sleeper(self._connection.recv_bytes(MESSAGE_BYTES_MAX))
        except (OSError, EOFError, TypeError, msgspec.MsgspecError) as error:
            # TypeError: another thread closed the connection while this one was about to read from it.
            raise ChannelError(str(error)) from error

    def _write(self) -> None:
        while (data := self._outbox.get()) is not None:
            try:
                self._connection.send_bytes(data)
            except (OSError, ValueError, TypeError):
                self.close()
                return


class Listener:
    """The sleeper's end: accepts clients, and hands each message to `on_message` on that client's own thread.

    `on_connect` runs before the client's first message is read; what it sends comes first.
    """

    def __init__(
        self,
        address: str,
        key: bytes,
        on_connect: Callable[[Client], None],
        on_message: Callable[[Client, ToSleeper], None],
    ) -> None:
        self._address = address
        self._key = key
        self._on_connect = on_connect
        self._on_message = on_message
        self._listener = transport.Listener(address, backlog=16)
        self._clients: set[Client] = set()
        # Guards the set of clients: the accepting thread and each client's own thread change it.
        self._lock = threading.Lock()
        self._closed = False
        self._pause = threading.Event()
        threading.Thread(target=self._accept, name="channel-accept", daemon=True).start()

    @property
    def clients(self) -> list[Client]:
        """Who is connected now."""
        with self._lock:
            return list(self._clients)

    def broadcast(self, message: FromSleeper) -> None:
        """Sends a message to every client. Never waits."""
        clients = self.clients
        if clients:
            data = encode(message)
            for client in clients:
                client.send_bytes(data)

    def close(self) -> None:
        """Stops listening and cuts every client off."""
        self._closed = True
        with contextlib.suppress(OSError, EOFError):
            # Wakes the accepting thread, which closes what it alone uses.
            transport.Client(self._address).close()
        for client in self.clients:
            client.close()

    def _accept(self) -> None:
        while not self._closed:
            try:
                connection = self._listener.accept()
            except (OSError, EOFError):
                # A client that went away while it was being accepted, or no file descriptors left for the moment.
                self._pause.wait(_ACCEPT_RETRY_S)
                continue
            if self._closed:
                connection.close()
                break
            threading.Thread(target=self._serve, args=(connection,), name="channel-client", daemon=True).start()
        with contextlib.suppress(OSError):
            self._listener.close()

    def _serve(self, connection: Connection) -> None:
        if len(self.clients) >= _CLIENTS_MAX or not self._prove(connection):
            connection.close()
            return
        client = Client(connection)
        with self._lock:
            self._clients.add(client)
        try:
            self._on_connect(client)
            while True:
                self._on_message(client, client.receive())
        except ChannelError:
            pass
        finally:
            with self._lock:
                self._clients.discard(client)
            client.close()
            connection.close()

    def _prove(self, connection: Connection) -> bool:
        try:
            ours = secrets.token_bytes(_NONCE_BYTES)
            connection.send_bytes(ours)
            answer = _receive_soon(connection)
            theirs, proof = answer[:_NONCE_BYTES], answer[_NONCE_BYTES:]
            if not hmac.compare_digest(proof, _proof(self._key, b"client", ours + theirs)):
                return False
            connection.send_bytes(_proof(self._key, b"sleeper", ours + theirs))
        except (OSError, EOFError, ChannelError):
            return False
        return True


def _receive_soon(connection: Connection) -> bytes:
    if not connection.poll(HANDSHAKE_S_MAX):
        raise ChannelError("the other side says nothing")
    return connection.recv_bytes(_HANDSHAKE_BYTES_MAX)


def _proof(key: bytes, side: bytes, nonces: bytes) -> bytes:
    return hmac.digest(key, side + nonces, "sha256")
