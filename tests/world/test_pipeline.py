"""The way into the index: nothing is lost when any operation of the store fails, nothing known is analysed again."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from analyzers.text import blob_name
from lsp_server.agenda import Round
from lsp_server.crashes import Crashes
from lsp_server.pipeline import Announce, Pipeline
from lsp_server.store import IndexReader, IndexWriter, StoreError
from lsp_server.workspace import Rules
from tests.world.world import write

ALL = Round(True, frozenset(), ("a test",))
FILES = {"a.py": "def f():\n    g()\n", "b.py": "def g(): ...\n", "c/d.py": "g()\n", "c/same.py": "g()\n"}


class World:
    """One repository, one index, and what was announced."""

    def __init__(self, root: Path, folder: Path, before: Callable[[str], None] | None = None) -> None:
        self.told: dict[str, str] = {}
        self.index = IndexWriter.open(folder / "index", before=before)
        self.pipeline = Pipeline(
            root,
            self.index,
            Rules(file_bytes_max=1000),
            Crashes(folder / "crashes.json"),
            Announce(self._table, lambda *_: None),
            folder=folder,
            workers_max=1,
        )

    def _table(self, blobs: dict[str, str], removed: tuple[str, ...]) -> None:
        self.told |= blobs
        for name in removed:
            self.told.pop(name, None)


def look_at(*names: str) -> Round:
    return Round(False, frozenset(names), ("a test",))


def test_files_are_found_announced_and_stored(root: Path, tmp_path: Path) -> None:
    write(root, FILES)
    world = World(root, tmp_path)
    outcome = world.pipeline.bring_up_to_date(ALL)
    assert (sorted(outcome.changed), outcome.analysed, outcome.complete) == (sorted(FILES), 3, True)
    assert IndexReader(tmp_path / "index").files() == world.told == world.pipeline.blobs()
    again = world.pipeline.bring_up_to_date(ALL)
    assert (again.changed, again.removed, again.analysed) == ((), (), 0)


def test_only_what_was_hinted_is_looked_at(root: Path, tmp_path: Path) -> None:
    write(root, FILES)
    world = World(root, tmp_path)
    world.pipeline.bring_up_to_date(ALL)
    write(root, {"a.py": "changed = 1\n", "b.py": "changed = 2\n", "c/new.py": "new = 1\n"})
    (root / "c/d.py").unlink()
    outcome = world.pipeline.bring_up_to_date(look_at("a.py", "c"))
    assert (outcome.changed, outcome.removed) == (("a.py", "c/new.py"), ("c/d.py",))
    assert world.pipeline.bring_up_to_date(ALL).changed == ("b.py",)


def test_content_that_is_known_is_not_analysed(root: Path, tmp_path: Path) -> None:
    write(root, FILES)
    world = World(root, tmp_path)
    world.pipeline.bring_up_to_date(ALL)
    write(root, {"a.py": "other = 1\n"})
    assert world.pipeline.bring_up_to_date(ALL).analysed == 1
    write(root, {"a.py": FILES["a.py"], "moved.py": FILES["b.py"]})
    outcome = world.pipeline.bring_up_to_date(ALL)
    assert (outcome.changed, outcome.analysed) == (("a.py", "moved.py"), 0)
    world.index.close()
    outcome = World(root, tmp_path).pipeline.bring_up_to_date(ALL)
    assert (outcome.changed, outcome.analysed) == ((), 0)


def test_a_file_that_cannot_be_read_has_a_reason(root: Path, tmp_path: Path) -> None:
    write(root, {**FILES, "big.py": "x = 1\n" * 1000})
    world = World(root, tmp_path)
    world.pipeline.bring_up_to_date(ALL)
    assert IndexReader(tmp_path / "index").problems() == {"big.py": "larger than 1000 bytes"}
    assert "big.py" not in world.told
    write(root, {"b.py": "x = 1\n" * 1000, "big.py": "x = 1\n"})
    world.pipeline.bring_up_to_date(ALL)
    assert "b.py" not in world.told
    assert "big.py" in world.told


def test_a_file_that_is_blamed_is_set_aside(root: Path, tmp_path: Path) -> None:
    write(root, FILES)
    blob = blob_name(FILES["a.py"].encode())
    Crashes(tmp_path / "crashes.json").blame(blob, "a.py")
    world = World(root, tmp_path)
    world.pipeline.bring_up_to_date(ALL)
    assert IndexReader(tmp_path / "index").problems() == {"a.py": "set aside: it brought the analysis down twice"}
    write(root, {"a.py": "mended = 1\n"})
    world.pipeline.bring_up_to_date(ALL)
    assert IndexReader(tmp_path / "index").problems() == {}


def live(root: Path, folder: Path, before: Callable[[str], None] | None) -> None:
    """A life of an index: a start, a save, a removal."""
    write(root, FILES)
    world = World(root, folder, before)
    try:
        world.pipeline.bring_up_to_date(ALL)
        write(root, {"a.py": "saved = 1\n"})
        world.pipeline.bring_up_to_date(look_at("a.py"))
        (root / "b.py").unlink()
        world.pipeline.bring_up_to_date(look_at("b.py"))
    finally:
        world.index.close()


def test_when_any_store_operation_fails_the_next_round_makes_it_whole(root: Path, tmp_path: Path) -> None:
    operations = 0

    def count(sql: str) -> None:
        nonlocal operations
        operations += 1

    (tmp_path / "whole").mkdir()
    live(root, tmp_path / "whole", count)
    for failing in range(1, operations + 1):
        seen = 0

        def fail(sql: str, failing: int = failing) -> None:
            nonlocal seen
            seen += 1
            if seen == failing:
                raise sqlite3.OperationalError("disk I/O error")

        folder = tmp_path / str(failing)
        folder.mkdir()
        with pytest.raises(StoreError):
            live(root, folder, fail)
        after = World(root, folder)
        after.pipeline.bring_up_to_date(ALL)
        expected = {str(path.relative_to(root)): blob_name(path.read_bytes()) for path in root.rglob("*.py")}
        reader = IndexReader(folder / "index")
        assert reader.files() == expected
        assert reader.paths_calling("g") == sorted(
            name for name in expected if "g()" in (root / name).read_text() and "def g" not in (root / name).read_text()
        )
        reader.close()
        after.index.close()
