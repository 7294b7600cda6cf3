"""Real sleeper processes: what they do with a repository, and that killing any of them loses nothing.

Nothing here sleeps to give something time: each test waits for what it needs to hear, with a deadline.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from analyzers.records import Depth, FileLinks, Record
from lsp_server.children import package_root
from lsp_server.messages import Active, FilesChanged, Reconcile, RecordsStored
from lsp_server.settings import Settings
from lsp_server.sleeper import Sleeper
from lsp_server.store import IndexReader, repository_folders
from tests.world.world import DEADLINE_S, Server, is_alive, kill, until_gone, write

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks at processes through /proc")

FILES = {
    "app/models.py": "class Order:\n    def total(self):\n        return add(1, 2)\n",
    "app/sums.py": "def add(a, b):\n    return a + b\n",
    "tests/test_sums.py": "from app.sums import add\n\ndef test_add():\n    assert add(1, 2) == 3\n",
}


def test_a_repository_is_analysed_watched_and_kept_current(root: Path) -> None:
    write(root, FILES)

    async def main() -> None:
        async with Server(root) as server:
            await server.analyze()
            assert sorted(server.link.table) == sorted(FILES)
            assert server.reader.files() == server.link.table
            assert server.reader.paths_calling("add") == ["app/models.py", "tests/test_sums.py"]
            await server.until(lambda: server.link.currency == "current")

            write(root, {"app/models.py": "def other():\n    pass\n", "app/new/deep.py": "add(1, 1)\n"})
            await server.until(lambda: server.reader.paths_calling("add") == ["app/new/deep.py", "tests/test_sums.py"])
            (root / "app").rename(root / "lib")
            await server.until(lambda: server.reader.paths_calling("add") == ["lib/new/deep.py", "tests/test_sums.py"])
            (root / "tests/test_sums.py").unlink()
            await server.until(lambda: server.reader.paths_calling("add") == ["lib/new/deep.py"])
            # The index is there first; whoever listens hears of it then.
            await server.until(lambda: sorted(server.link.table) == ["lib/models.py", "lib/new/deep.py", "lib/sums.py"])

            status = await server.status()
            assert (status.watching, status.files, status.clients) == ("watching", 3, 1)

    asyncio.run(main())


def test_ignore_files_count_and_their_changes_too(root: Path) -> None:
    write(root, {**FILES, ".gitignore": "tests/\n", "app/.gitignore": "gen_*.py\n", "app/gen_x.py": "add()\n"})

    async def main() -> None:
        async with Server(root) as server:
            await server.analyze()
            assert sorted(server.link.table) == ["app/models.py", "app/sums.py"]
            write(root, {"app/gen_y.py": "x = 1\n", "app/more.py": "x = 1\n"})
            await server.until(lambda: "app/more.py" in server.link.table)
            assert "app/gen_y.py" not in server.link.table
            write(root, {".gitignore": "app/more.py\n"})
            await server.until(lambda: "tests/test_sums.py" in server.link.table)
            assert "app/more.py" not in server.link.table

    asyncio.run(main())


def test_a_killed_sleeper_comes_back_and_loses_nothing(root: Path) -> None:
    write(root, FILES)

    async def main() -> None:
        async with Server(root) as server:
            await server.analyze()
            assert server.link.child is not None
            for number in range(2):
                pid = server.link.child.pid
                kill(pid)
                assert "app/sums.py" in server.reader.paths_defining("add")
                new = f"app/n{number}.py"
                write(root, {"app/sums.py": f"def add():\n    return {number}\n", new: "def add(): ...\n"})
                await server.until(lambda n=number: server.losses() > n)
                await server.until(lambda new=new: server.link.currency == "current" and new in server.link.table)
                assert server.link.child.pid != pid
                assert server.reader.files() == server.link.table

    asyncio.run(main())


def test_a_sleeper_killed_while_it_loads_starts_over(root: Path) -> None:
    write(root, {f"pkg/m{number}.py": f"def f{number}():\n    return g{number}()\n" * 40 for number in range(600)})

    async def main() -> None:
        async with Server(root) as server:
            await server.until(lambda: 0 < len(server.link.table) < 600)
            assert server.link.child is not None
            kill(server.link.child.pid)
            await server.until(lambda: server.losses() > 0)
            await server.analyze()
            assert len(server.reader.files()) == 600
            assert server.reader.paths_calling("g599") == ["pkg/m599.py"]

    asyncio.run(main())


def test_the_next_sleeper_takes_over_and_both_servers_answer(root: Path) -> None:
    write(root, FILES)

    async def main() -> None:
        async with Server(root) as first:
            await first.analyze()
            async with Server(root) as second:
                await second.until(second.link.complete.is_set)
                writer = (await second.status()).pid
                assert first.link.child is not None
                assert second.link.child is not None
                assert writer == first.link.child.pid
                assert second.reader.files() == first.reader.files() == first.link.table == second.link.table

                await first.link.stop()
                await second.until(lambda: second.losses() > 0)
                write(root, {"app/later.py": "def later(): ...\n"})
                await second.until(lambda: second.link.currency == "current" and "app/later.py" in second.link.table)
                assert (await second.status()).pid == second.link.child.pid != writer

    asyncio.run(main())


SERVER = """
import asyncio, sys
sys.path.insert(0, sys.argv[1])
from pathlib import Path
from lsp_server.link import SleeperLink
from lsp_server.store import repository_folders

async def main():
    link = SleeperLink(repository_folders(Path(sys.argv[2])))
    link.start()
    await link.connected.wait()
    print(link.child.pid, flush=True)
    await asyncio.Event().wait()

asyncio.run(main())
"""


def test_sleeper_and_workers_end_with_their_server(root: Path) -> None:
    """Killed with SIGKILL, a server tells nobody; the operating system closes the lifelines."""
    write(root, {f"pkg/m{number}.py": f"def f{number}():\n    return g{number}()\n" * 60 for number in range(1000)})

    async def main() -> None:
        command = [sys.executable, "-I", "-c", SERVER, str(package_root()), str(root)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stdin=subprocess.PIPE) as server:
            assert server.stdout is not None
            sleeper = int(await asyncio.wait_for(asyncio.to_thread(server.stdout.readline), DEADLINE_S))
            async with asyncio.timeout(DEADLINE_S):
                while not (workers := children_of(sleeper)):
                    await asyncio.sleep(0.01)
            server.kill()
            for pid in (sleeper, *workers):
                await until_gone(pid)

    asyncio.run(main())


def test_a_worker_that_is_killed_costs_nothing(root: Path) -> None:
    write(root, {f"pkg/m{number}.py": f"def f{number}():\n    return g{number}()\n" * 60 for number in range(400)})

    async def main() -> None:
        async with Server(root) as server:
            await server.until(server.link.connected.is_set)
            assert server.link.child is not None
            async with asyncio.timeout(DEADLINE_S):
                while not (workers := children_of(server.link.child.pid or 0)):
                    await asyncio.sleep(0.01)
            kill(workers[0])
            await server.analyze()
            assert len(server.reader.files()) == 400
            assert (await server.status()).set_aside == {}

    asyncio.run(main())


def test_nothing_of_a_hostile_repository_runs(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    trap = f"open({str(tmp_path / 'sprung')!r}, 'a').write(__name__ + '\\n')\n"
    packages = ("analyzers", "lsp_server", "analyzers/languages", "msgspec", "watchdog", "filelock", "tree_sitter")
    write(root, {f"{package}/__init__.py": trap for package in packages})
    write(root, {f"{name}.py": trap for name in ("sitecustomize", "usercustomize", "json", "pathspec", "platformdirs")})
    write(root, {"lsp_server/sleeper.py": trap, "pyvenv_not.cfg": "", "x.pth": f"import os; {trap}"})
    monkeypatch.chdir(root)
    monkeypatch.setenv("PYTHONPATH", str(root))
    monkeypatch.setenv("PYTHONSTARTUP", str(root / "sitecustomize.py"))
    monkeypatch.setenv("PYTHONUSERBASE", str(root))
    write(root, {f"many/m{number}.py": f"x = {number}\n" for number in range(100)})

    async def main() -> None:
        async with Server(root) as server:
            await server.analyze()
            assert "analyzers/__init__.py" in server.reader.files()
            assert len(server.reader.files()) > 100

    asyncio.run(main())
    assert not (tmp_path / "sprung").exists()


def test_a_damaged_index_is_built_again(root: Path) -> None:
    write(root, FILES)

    async def main() -> None:
        async with Server(root) as server:
            await server.analyze()
        size = server.folders.index.stat().st_size
        # A log that was not written back yet would hide the damage: its pages are read instead of the file's.
        for log in server.folders.index.parent.glob(server.folders.index.name + "-*"):
            log.unlink()
        with server.folders.index.open("r+b") as file:
            file.seek(100)
            file.write(os.urandom(size - 100))
        async with Server(root) as again:
            await again.analyze()
            assert sorted(again.reader.files()) == sorted(FILES)
            assert any("damaged" in cause for cause in (await again.status()).causes)

    asyncio.run(main())


def test_a_cache_that_is_removed_meanwhile_is_built_again(root: Path) -> None:
    """With the folder go the lock and the address: an heir must not find a second writer in them."""
    write(root, FILES)

    async def main() -> None:
        async with Server(root) as server:
            await server.analyze()
            shutil.rmtree(server.folders.cache)
            server.link.send(Reconcile("look"))
            await server.until(lambda: server.losses() > 0)
            await server.analyze()
            assert sorted(server.reader.files()) == sorted(FILES)

    asyncio.run(main())


def test_switching_branches_and_back_analyses_nothing(root: Path) -> None:
    """Thousands of files change, and change back. Facts that had been made again would be blobs of their own."""
    first = {f"pkg/m{number}.py": f"def f{number}():\n    return 1\n" for number in range(1000)}
    second = {name: text.replace("return 1", "return 2") for name, text in first.items()}
    write(root, first)

    async def main() -> None:
        async with Server(root) as server:
            await server.analyze()
            before = dict(server.reader.files())
            write(root, second)
            await server.analyze()
            assert all(before[name] != blob for name, blob in server.reader.files().items())
            blobs = server.reader.counts().blobs
            write(root, first)
            await server.analyze()
            assert server.reader.files() == before
            assert server.reader.counts().blobs == blobs == 2000

    asyncio.run(main())


def test_what_no_event_tells_a_hint_or_a_comparison_finds(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody listens for events here, and nobody compares for an hour: as if every event were lost."""
    monkeypatch.setenv("FORETHOUGHT_ANALYSIS_WATCH", "false")
    monkeypatch.setenv("FORETHOUGHT_ANALYSIS_RECONCILE_S", "3600")
    write(root, FILES)

    async def main() -> None:
        async with Server(root) as server:
            await server.analyze()
            await server.until(lambda: server.link.currency == "unwatched")
            assert "not watching" in server.link.detail
            write(root, {"app/late.py": "def late(): ...\n"})
            server.link.send(Reconcile("the editor regained focus"))
            await server.until(lambda: "app/late.py" in server.reader.files())
            write(root, {"app/hinted.py": "def hinted(): ...\n", "app/silent.py": "x = 1\n"})
            server.link.send(FilesChanged(("app/hinted.py",)))
            await server.until(lambda: "app/hinted.py" in server.reader.files())
            assert "app/silent.py" not in server.reader.files()

    asyncio.run(main())


def test_where_events_never_come_files_are_compared_from_time_to_time(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORETHOUGHT_ANALYSIS_WATCH", "false")
    monkeypatch.setenv("FORETHOUGHT_ANALYSIS_RECONCILE_S", "0.2")
    write(root, FILES)

    async def main() -> None:
        async with Server(root) as server:
            await server.analyze()
            write(root, {"app/sums.py": "def subtract(): ...\n"})
            await server.until(lambda: server.reader.paths_defining("subtract") == ["app/sums.py"])

    asyncio.run(main())


def test_another_branch_is_noticed_by_gits_head(root: Path) -> None:
    """Git is not run: what it writes last when it switches branches is HEAD."""
    write(root, {**FILES, ".git/HEAD": "ref: refs/heads/trunk\n"})

    async def main() -> None:
        async with Server(root) as server:
            await server.analyze()
            write(root, {".git/HEAD.lock": "ref: refs/heads/other\n"})
            (root / ".git/HEAD.lock").rename(root / ".git/HEAD")
            async with asyncio.timeout(DEADLINE_S):
                while "git's HEAD moved" not in " ".join((await server.status()).causes):
                    await asyncio.sleep(0.02)

    asyncio.run(main())


class Deep:
    """A deep analysis that knows one symbol in each file."""

    def __init__(self) -> None:
        self.paths: dict[str, None] = {}

    def begin(self, paths: Sequence[str]) -> None: ...

    def update(self, path: str, source: bytes | None) -> None:
        self.paths[path] = None

    def run(self, first: Sequence[str], should_pause: Callable[[], bool]) -> bool:
        return not should_pause()

    def settled(self) -> Sequence[str]:
        paths, self.paths = list(self.paths), {}
        return paths

    def records(self, path: str) -> list[Record]:
        return [Record(path, "f", "function", 1, 0, 1, 0, 1, "", Depth.DEEP)]

    def links(self, path: str) -> FileLinks | None:
        return None


def test_deep_records_are_stored_and_told(root: Path) -> None:
    """Here the sleeper is a thread of the test, so that it can be given an analysis of our own."""
    write(root, FILES)
    folders = repository_folders(root)

    async def main() -> None:
        for life in range(2):
            sleeper = Sleeper(folders, Settings(), deep=lambda _: Deep())
            thread = threading.Thread(target=sleeper.run)
            thread.start()
            async with Server(root, spawn=False) as server:
                server.link.send(Active())
                await server.analyze(deep=True)
                assert [record.path for record in server.reader.all_records()] == sorted(FILES)
                write(root, {"app/sums.py": f"def add(): return {life}\n"})
                await server.until(lambda said=server.said: RecordsStored(("app/sums.py",)) in said)
                sleeper.stop()
                await asyncio.to_thread(thread.join, DEADLINE_S)
                assert not thread.is_alive()

    asyncio.run(main())


def test_a_workspace_lowers_what_is_read(root: Path) -> None:
    write(root, FILES)

    async def main() -> None:
        arguments = [json.dumps({"analysis": {"exclude": ["tests/"], "file_bytes_max": 40}})]
        async with Server(root, arguments=arguments) as server:
            await server.analyze()
            assert sorted(server.link.table) == ["app/sums.py"]
            assert (await server.status()).set_aside == {"app/models.py": "larger than 40 bytes"}

    asyncio.run(main())


def test_broken_files_stop_nothing(root: Path) -> None:
    write(root, FILES)
    (root / "nul.py").write_bytes(b"def a():\0\n  pass\n")
    (root / "latin.py").write_bytes("def é(): pass\n".encode("latin-1"))
    (root / "brackets.py").write_text("(" * 2000, encoding="utf-8")
    (root / "long.py").write_text("x = [" + "1, " * 500_000 + "]\n", encoding="utf-8")
    (root / "empty.py").write_bytes(b"")
    os.mkfifo(root / "pipe.py")
    (root / "loop").symlink_to(root)
    (root / "gone.py").symlink_to(root / "nowhere.py")

    async def main() -> None:
        async with Server(root) as server:
            await server.analyze()
            expected = [*FILES, "nul.py", "latin.py", "brackets.py", "long.py", "empty.py"]
            assert sorted(server.reader.files()) == sorted(expected)

    asyncio.run(main())


def test_the_state_is_told_when_the_folder_goes_away(root: Path) -> None:
    write(root, FILES)

    async def main() -> None:
        async with Server(root) as server:
            await server.analyze()
            known = dict(server.link.table)
            root.rename(root.with_name("moved"))
            server.link.send(Reconcile("look"))
            await server.until(lambda: "No such file" in server.link.detail)
            assert server.link.table == known
            assert IndexReader(server.folders.index).files() == known

    asyncio.run(main())


def children_of(pid: int) -> list[int]:
    """The processes that a process has started."""
    try:
        tasks = list(Path(f"/proc/{pid}/task").iterdir())
        found = [int(child) for task in tasks for child in (task / "children").read_text().split()]
    except OSError:
        return []
    return [child for child in found if is_alive(child)]
