"""The channel: only who knows the key is heard, messages are bounded, and nobody waits for a slow client."""

from __future__ import annotations

import asyncio
import contextlib
import queue
import secrets
from collections.abc import Iterator
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from lsp_server.channel import (
    ChannelError,
    Client,
    Listener,
    Rendezvous,
    connect,
    hang_up,
    new_address,
    read_rendezvous,
    write_rendezvous,
)
from lsp_server.link import SleeperLink
from lsp_server.messages import (
    MESSAGE_BYTES_MAX,
    PROTOCOL,
    TABLE_PART_FILES_MAX,
    AnalyzeAsked,
    Done,
    FilesChanged,
    FromSleeper,
    Progress,
    TablePart,
    TableState,
    ToSleeper,
    Welcome,
    decode_from_sleeper,
    encode,
    table_parts,
)
from lsp_server.store.folders import make_private, repository_folders, socket_folder

DEADLINE_S = 10.0


class Sleeper:
    """A sleeper of a few lines: welcomes, sends a table, answers requests, notes what it hears."""

    def __init__(self, rendezvous_file: Path, table: dict[str, str]) -> None:
        self.heard: queue.Queue[ToSleeper] = queue.Queue()
        self.table = table
        key = secrets.token_bytes(32)
        address = new_address(make_private(socket_folder()))
        self.listener = Listener(address, key, self.welcome, self.hear)
        self.rendezvous = Rendezvous(address, key, 1)
        write_rendezvous(rendezvous_file, self.rendezvous)

    def welcome(self, client: Client) -> None:
        client.send(Welcome(PROTOCOL, "0", 1, "/"))
        for part in table_parts(1, self.table, whole=True):
            client.send(part)
        client.send(TableState("current"))

    def hear(self, client: Client, message: ToSleeper) -> None:
        self.heard.put(message)
        if isinstance(message, AnalyzeAsked):
            client.send(Progress("facts", 1, 1))
            client.send(Done(message.id))


@pytest.fixture
def rendezvous_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("FORETHOUGHT_CACHE_DIR", str(tmp_path / "cache"))
    folders = repository_folders(tmp_path)
    folders.cache.mkdir(parents=True)
    return folders.rendezvous


@pytest.fixture
def sleeper(rendezvous_file: Path) -> Iterator[Sleeper]:
    made = Sleeper(rendezvous_file, {"a.py": "aa", "b.py": "bb"})
    yield made
    made.listener.close()


def read_to_the_end(connection: Connection) -> int:
    """How many messages came before the other side hung up; fails where it never does."""
    received = 0
    while connection.poll(DEADLINE_S):
        try:
            connection.recv_bytes()
        except (EOFError, OSError):
            return received
        received += 1
    raise AssertionError("the connection is still open")


def test_the_rendezvous_is_for_the_user_alone(sleeper: Sleeper, rendezvous_file: Path) -> None:
    assert rendezvous_file.stat().st_mode & 0o077 == 0
    assert socket_folder().stat().st_mode & 0o077 == 0
    assert read_rendezvous(rendezvous_file) == sleeper.rendezvous


def test_nobody_is_heard_without_the_key(sleeper: Sleeper) -> None:
    wrong = Rendezvous(sleeper.rendezvous.address, secrets.token_bytes(32), 1)
    with pytest.raises(ChannelError):
        connect(wrong)
    assert sleeper.heard.empty()
    assert sleeper.listener.clients == []


def test_a_message_that_is_none_or_too_long_ends_only_its_own_connection(sleeper: Sleeper) -> None:
    good = connect(sleeper.rendezvous)
    for data in (b"\xc1", bytes(MESSAGE_BYTES_MAX + 1)):
        bad = connect(sleeper.rendezvous)
        with contextlib.suppress(OSError):
            bad.send_bytes(data)
        read_to_the_end(bad)
    good.send_bytes(encode(FilesChanged(("a.py",))))
    assert sleeper.heard.get(timeout=DEADLINE_S) == FilesChanged(("a.py",))


def test_a_client_that_does_not_read_is_cut_off_and_nobody_waits_for_it(sleeper: Sleeper) -> None:
    slow = connect(sleeper.rendezvous)
    assert isinstance(decode_from_sleeper(slow.recv_bytes()), Welcome)
    message = Progress("deep", 1, 2, "x" * 100_000)
    for _ in range(2100):
        sleeper.listener.broadcast(message)
    assert read_to_the_end(slow) < 2100


def test_a_large_table_is_cut_into_parts() -> None:
    files = {f"{number}.py": "b" for number in range(TABLE_PART_FILES_MAX * 2 + 1)}
    parts = table_parts(7, files, ("gone.py",), whole=True)
    assert [len(part.files) for part in parts] == [TABLE_PART_FILES_MAX, TABLE_PART_FILES_MAX, 1]
    assert [part.whole for part in parts] == [True, False, False]
    assert [part.complete for part in parts] == [False, False, True]
    assert table_parts(7, {}, ("gone.py",), whole=False) == [TablePart(7, {}, ("gone.py",))]


async def linked(link: SleeperLink) -> None:
    link.start()
    async with asyncio.timeout(DEADLINE_S):
        await link.complete.wait()


def test_a_link_keeps_up_with_the_table(sleeper: Sleeper, tmp_path: Path) -> None:
    seen: list[FromSleeper] = []

    async def main() -> None:
        link = SleeperLink(repository_folders(tmp_path), seen.append, spawn=False)
        await linked(link)
        assert link.table == {"a.py": "aa", "b.py": "bb"}
        sleeper.listener.broadcast(TablePart(2, {"c.py": "cc"}, ("a.py",)))
        assert await link.ask(AnalyzeAsked(), DEADLINE_S) == Done(1)
        assert link.table == {"b.py": "bb", "c.py": "cc"}
        assert (link.table_version, link.currency) == (2, "current")
        assert Progress("facts", 1, 1) in seen
        link.send(FilesChanged(("b.py",)))
        assert isinstance(await asyncio.to_thread(sleeper.heard.get, timeout=DEADLINE_S), AnalyzeAsked)
        assert isinstance(await asyncio.to_thread(sleeper.heard.get, timeout=DEADLINE_S), FilesChanged)
        await link.stop()

    asyncio.run(main())


def test_a_link_finds_the_next_sleeper(sleeper: Sleeper, tmp_path: Path, rendezvous_file: Path) -> None:
    async def main() -> None:
        lost = asyncio.Event()

        def note(message: FromSleeper) -> None:
            if isinstance(message, TableState) and message.currency == "unwatched":
                lost.set()

        link = SleeperLink(repository_folders(tmp_path), note, spawn=False)
        await linked(link)
        sleeper.listener.close()
        async with asyncio.timeout(DEADLINE_S):
            await lost.wait()
        assert link.currency == "unknown"
        successor = Sleeper(rendezvous_file, {"new.py": "nn"})
        async with asyncio.timeout(DEADLINE_S):
            await link.complete.wait()
        assert link.table == {"new.py": "nn"}
        successor.listener.close()
        await link.stop()

    asyncio.run(main())


def test_a_request_fails_when_the_sleeper_goes_away(rendezvous_file: Path, tmp_path: Path) -> None:
    class Silent(Sleeper):
        def hear(self, client: Client, message: ToSleeper) -> None:
            client.close()

    silent = Silent(rendezvous_file, {})

    async def main() -> None:
        link = SleeperLink(repository_folders(tmp_path), spawn=False)
        await linked(link)
        with pytest.raises(ChannelError):
            await link.ask(AnalyzeAsked(), DEADLINE_S)
        await link.stop()

    asyncio.run(main())
    silent.listener.close()


def test_hanging_up_wakes_the_reader(sleeper: Sleeper) -> None:
    connection = connect(sleeper.rendezvous)
    hang_up(connection)
    read_to_the_end(connection)
