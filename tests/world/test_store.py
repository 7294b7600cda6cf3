"""The stores: what is written is read back, nothing is lost when any operation fails, and a reader never waits."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from analyzers import facts
from analyzers.records import Depth, FileLinks, Link, Record
from lsp_server.store import (
    Extracted,
    FileEntry,
    IndexReader,
    IndexWriter,
    Journal,
    StoreAbsent,
    StoreBusy,
    StoreDamaged,
    StoreError,
    StoreTooNew,
)
from lsp_server.store import journal as journal_module
from lsp_server.store.database import mounted_type
from lsp_server.store.folders import remove_cache, repository_folders, repository_id, vanished_caches


def extracted(blob: str, calling: str = "", defining: str = "") -> Extracted:
    return Extracted(
        blob, 100, 1, 10, facts.encode(facts.FileFacts(blob)), tuple(calling.split()), tuple(defining.split())
    )


def record(path: str, name: str, score: float = 0.0, start: int = 0) -> Record:
    return Record(path, name, "function", 1, start, 9, 4, 5, "d", Depth.DEEP, score=score)


def filled(path: Path, before: Callable[[str], None] | None = None) -> IndexWriter:
    index = IndexWriter.open(path, before=before)
    index.add_facts([extracted("aa", "run stop", "main"), extracted("bb", "run", "run")])
    index.set_files({"a.py": FileEntry("aa", "1"), "b.py": FileEntry("bb", "1"), "copy/b.py": FileEntry("bb", "1")})
    index.add_facts([extracted("cc", "run", "")])
    index.set_files({"c.py": FileEntry("cc", "1"), "big.py": FileEntry("", "1", "too large")})
    return index


def test_what_is_written_is_read(tmp_path: Path) -> None:
    index = filled(tmp_path / "i")
    index.put_records("a.py", "aa", [record("a.py", "main", 2.0)], FileLinks((Link(0, 1, "b.py", "run", "certain"),)))
    index.put_records("b.py", "bb", [record("b.py", "run", 3.0, 5), record("b.py", "early", 1.0, 1)])
    reader = IndexReader(tmp_path / "i")
    assert reader.files() == {"a.py": "aa", "b.py": "bb", "copy/b.py": "bb", "c.py": "cc"}
    assert reader.facts("aa") == facts.FileFacts("aa")
    assert reader.facts_at("c.py") == facts.FileFacts("cc")
    assert reader.facts("zz") is None
    assert reader.paths_calling("run") == ["a.py", "b.py", "c.py", "copy/b.py"]
    assert reader.paths_defining("run") == ["b.py", "copy/b.py"]
    assert reader.paths_calling("never") == []
    assert [found.name for found in reader.top(2)] == ["run", "main"]
    assert [found.name for found in reader.records_in("b.py")] == ["early", "run"]
    assert [found.name for found in reader.all_records()] == ["main", "early", "run"]
    links = reader.links("a.py")
    assert links is not None
    assert links.links[0].target == "run"
    assert reader.problems() == {"big.py": "too large"}
    counts = reader.counts()
    assert (counts.files, counts.files_with_facts, counts.lines, counts.records, counts.blobs) == (5, 4, 40, 3, 3)


def test_a_reader_follows_the_writer(tmp_path: Path) -> None:
    index = filled(tmp_path / "i")
    reader = IndexReader(tmp_path / "i")
    assert "c.py" in reader.files()
    index.add_facts([extracted("dd", "run")])
    index.set_files({"a.py": FileEntry("dd", "2")}, removed=["c.py"])
    assert reader.files()["a.py"] == "dd"
    assert reader.paths_calling("run") == ["a.py", "b.py", "copy/b.py"]
    assert reader.paths_calling("stop") == []


def test_content_that_comes_back_is_known(tmp_path: Path) -> None:
    index = filled(tmp_path / "i")
    index.put_records("a.py", "aa", [record("a.py", "main", 2.0)])
    index.add_facts([extracted("dd")])
    index.set_files({"a.py": FileEntry("dd", "2")})
    index.put_records("a.py", "dd", [record("a.py", "other")])
    assert index.known(["aa", "dd", "zz"]) == {"aa", "dd"}
    index.set_files({"a.py": FileEntry("aa", "3")})
    found = IndexReader(tmp_path / "i").record("a.py", "main")
    assert found is not None
    assert found.score == 2.0


def test_an_older_record_is_better_than_none(tmp_path: Path) -> None:
    index = filled(tmp_path / "i")
    index.put_records("a.py", "aa", [record("a.py", "main", 2.0)])
    index.add_facts([extracted("dd")])
    index.set_files({"a.py": FileEntry("dd", "2")})
    reader = IndexReader(tmp_path / "i")
    assert reader.record("a.py", "main") is not None
    assert reader.top(5) == []


def test_records_of_old_versions_do_not_pile_up(tmp_path: Path) -> None:
    index = filled(tmp_path / "i")
    for number in range(6):
        index.add_facts([extracted(f"v{number}")])
        index.set_files({"a.py": FileEntry(f"v{number}", str(number))})
        index.put_records("a.py", f"v{number}", [record("a.py", f"f{number}")])
    assert [found.name for found in IndexReader(tmp_path / "i").records_in("a.py")] == ["f5", "f4", "f3"]


def test_unchanged_records_are_not_written_again(tmp_path: Path) -> None:
    index = filled(tmp_path / "i")
    assert index.put_records("a.py", "aa", [record("a.py", "f"), record("a.py", "g")]) == 2
    assert index.put_records("a.py", "aa", [record("a.py", "f"), record("a.py", "g", 1.0)]) == 1
    assert index.put_records("a.py", "aa", [record("a.py", "f")]) == 1


def test_eviction_takes_the_longest_unused_and_never_the_current(tmp_path: Path) -> None:
    index = IndexWriter.open(tmp_path / "i")
    big = bytes(200_000)
    for number in range(5):
        index.add_facts([Extracted(f"v{number}", 1, 1, 1, big, ("run",), ())])
        index.set_files({"a.py": FileEntry(f"v{number}", str(number))})
    assert index.evict(10_000_000) == 0
    assert index.evict(700_000) > 0
    kept = index.known(f"v{number}" for number in range(5))
    assert {"v3", "v4"} <= kept
    assert "v0" not in kept
    assert index.size_bytes() <= 700_000
    index.evict(1)
    assert index.known(["v4"]) == {"v4"}
    assert IndexReader(tmp_path / "i").paths_calling("run") == ["a.py"]


def test_the_least_likely_records_go_when_the_current_files_alone_are_too_much(tmp_path: Path) -> None:
    index = filled(tmp_path / "i")
    many = [record("a.py", f"f{number:04}" + "x" * 300, float(number)) for number in range(1500)]
    index.put_records("a.py", "aa", many)
    index.evict(index.size_bytes() - 8192)
    left = IndexReader(tmp_path / "i").records_in("a.py")
    assert len(left) == 500
    assert min(found.score for found in left) == 1000.0


def test_compaction_changes_no_answer(tmp_path: Path) -> None:
    index = filled(tmp_path / "i")
    before = IndexReader(tmp_path / "i").paths_calling("run")
    index.compact()
    assert IndexReader(tmp_path / "i").paths_calling("run") == before


def test_no_index_is_absent_and_not_created_by_reading(tmp_path: Path) -> None:
    with pytest.raises(StoreAbsent):
        IndexReader(tmp_path / "none").files()
    assert list(tmp_path.iterdir()) == []


def test_a_reader_finds_an_index_that_was_made_again(tmp_path: Path) -> None:
    index = filled(tmp_path / "i")
    reader = IndexReader(tmp_path / "i")
    assert reader.files()
    index.close()
    for name in list(tmp_path.iterdir()):
        name.rename(name.with_name("old-" + name.name))
    with pytest.raises(StoreAbsent):
        reader.files()
    IndexWriter.open(tmp_path / "i")
    assert reader.files() == {}


def check_damaged(path: Path, damage: Callable[[Path], None]) -> None:
    filled(path).close()
    damage(path)
    with pytest.raises(StoreDamaged):
        IndexWriter.open(path).check()


def test_damage_is_told_apart(tmp_path: Path) -> None:
    check_damaged(tmp_path / "not-a-database", lambda path: path.write_bytes(b"nonsense" * 2000) and None)

    def overwrite_middle(path: Path) -> None:
        size = os.path.getsize(path)
        with path.open("r+b") as file:
            file.seek(8192)
            file.write(b"\xff" * (size - 8192))

    check_damaged(tmp_path / "middle", overwrite_middle)


def test_a_busy_store_is_said_to_be_busy_at_once(tmp_path: Path) -> None:
    index = IndexWriter.open(tmp_path / "i", shared_memory=False)
    index.add_facts([extracted("aa")])
    other = sqlite3.connect(tmp_path / "i", isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    with pytest.raises(StoreBusy):
        IndexReader(tmp_path / "i").files()
    other.execute("ROLLBACK")
    assert IndexReader(tmp_path / "i").files() == {}


def test_a_reader_sees_the_last_commit_while_the_writer_writes(tmp_path: Path) -> None:
    index = filled(tmp_path / "i")
    reader = IndexReader(tmp_path / "i")
    with index.transaction():
        index.set_files({}, removed=["a.py"])
        assert "a.py" in reader.files()
    assert "a.py" not in reader.files()


def state_of(path: Path) -> tuple[object, ...]:
    reader = IndexReader(path)
    try:
        return (dict(reader.files()), reader.paths_calling("run"), [r.name for r in reader.top(9)], reader.problems())
    except StoreAbsent:
        return ()
    finally:
        reader.close()


def write_everything(path: Path, before: Callable[[str], None] | None, states: list[tuple[object, ...]] | None) -> None:
    """One life of an index; after each commit its state is noted."""
    index = IndexWriter.open(path, before=before)
    try:
        steps: list[Callable[[], object]] = [
            lambda: index.add_facts([extracted("aa", "run"), extracted("bb", "run", "run")]),
            lambda: index.set_files({"a.py": FileEntry("aa", "1"), "b.py": FileEntry("bb", "1")}),
            lambda: index.put_records("a.py", "aa", [record("a.py", "main", 2.0)]),
            lambda: index.set_files({"b.py": FileEntry("", "2", "too large")}, removed=["a.py"]),
            lambda: index.set_files({"a.py": FileEntry("aa", "3")}),
            index.compact,
        ]
        for step in steps:
            step()
            if states is not None:
                states.append(state_of(path))
    finally:
        index.close()


def test_when_any_operation_fails_the_index_is_as_before_or_after(tmp_path: Path) -> None:
    """SQLite's own way of testing: the n-th operation fails, for every n."""
    states: list[tuple[object, ...]] = [()]
    operations = 0

    def count(sql: str) -> None:
        nonlocal operations
        operations += 1

    write_everything(tmp_path / "whole", count, states)
    states.append(({}, [], [], {}))
    for failing in range(1, operations + 1):
        seen = 0

        def fail(sql: str, failing: int = failing) -> None:
            nonlocal seen
            seen += 1
            if seen == failing:
                raise sqlite3.OperationalError("disk I/O error")

        path = tmp_path / str(failing)
        with pytest.raises(StoreError):
            write_everything(path, fail, None)
        assert state_of(path) in states, failing
        write_everything(path, None, None)
        assert state_of(path) == states[-2], failing


def test_the_journal_migrates_step_by_step(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "j"
    monkeypatch.setattr(journal_module, "MIGRATIONS", journal_module.MIGRATIONS[:1])
    old = Journal.open(path)
    old.execute("INSERT INTO repositories VALUES ('id', '/root')")
    old.close()
    monkeypatch.undo()
    new = Journal.open(path)
    assert new.query("SELECT root FROM repositories") == [("/root",)]
    assert new.query("SELECT * FROM asked") == []
    assert Journal.open_to_read(path).query("SELECT id FROM repositories") == [("id",)]


def test_a_journal_of_a_newer_version_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Journal.open(tmp_path / "j").close()
    monkeypatch.setattr(journal_module, "MIGRATIONS", journal_module.MIGRATIONS[:1])
    with pytest.raises(StoreTooNew):
        Journal.open(tmp_path / "j")


def test_when_any_operation_fails_the_journal_keeps_what_was_committed(tmp_path: Path) -> None:
    path = tmp_path / "j"
    journal = Journal.open(path)
    journal.execute("INSERT INTO repositories VALUES ('kept', '/')")
    journal.close()
    for failing in range(1, 12):
        seen = 0

        def fail(sql: str, failing: int = failing) -> None:
            nonlocal seen
            seen += 1
            if seen == failing:
                raise sqlite3.OperationalError("disk I/O error")

        try:
            broken = Journal.open(path, before=fail)
            with broken.transaction():
                broken.execute("INSERT INTO repositories VALUES ('a', '/')")
                broken.execute("INSERT INTO repositories VALUES ('b', '/')")
            broken.close()
        except StoreError:
            pass
        rows = {row[0] for row in Journal.open(path).query("SELECT id FROM repositories")}
        assert rows in ({"kept"}, {"kept", "a", "b"})
        Journal.open(path).execute("DELETE FROM repositories WHERE id != 'kept'")


MOUNTS = """\
22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
30 22 0:40 / /home rw - nfs4 server:/home rw
31 30 0:41 / /home/local\\040disk rw - xfs /dev/sdb rw
32 22 0:42 / /mnt/c rw - 9p C:\\134 rw
"""


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/usr/lib", "ext4"),
        ("/home/ann/x", "nfs4"),
        ("/home/local disk/y", "xfs"),
        ("/mnt/c", "9p"),
        ("/homes", "ext4"),
    ],
)
def test_the_file_system_of_a_path(path: str, kind: str) -> None:
    assert mounted_type(MOUNTS, path) == kind


def test_caches_of_vanished_repositories_are_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORETHOUGHT_CACHE_DIR", str(tmp_path / "cache"))
    for name in ("here", "gone"):
        folders = repository_folders(tmp_path / name)
        folders.cache.mkdir(parents=True)
        folders.root_note.write_text(str(tmp_path / name), encoding="utf-8")
    (tmp_path / "here").mkdir()
    assert vanished_caches() == [repository_folders(tmp_path / "gone").cache]
    remove_cache(vanished_caches()[0])
    assert vanished_caches() == []


def test_two_roads_to_one_repository_have_one_id(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    assert repository_id(tmp_path / "real") == repository_id(tmp_path / "link")
    assert repository_id(tmp_path / "real") != repository_id(tmp_path)
