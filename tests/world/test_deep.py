"""The order of deep work: what was saved comes first, pauses are kept, and a mistake takes nothing with it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from analyzers.records import Depth, FileLinks, Record
from analyzers.text import blob_name
from lsp_server.deep import DeepWork
from lsp_server.store import Extracted, FileEntry, IndexReader, IndexWriter
from tests.world.world import write

FILES = {f"m{number}.py": f"x = {number}\n" for number in range(6)}


class Analysis:
    """Knows one symbol in each file, named for the file's text, and notes what it is told."""

    def __init__(self) -> None:
        self.told: list[str] = []
        self.sources: dict[str, bytes] = {}
        self.dirty: list[str] = []
        self.fail = False

    def begin(self, paths: Sequence[str]) -> None:
        self.told.append(f"begin {len(paths)}")

    def update(self, path: str, source: bytes | None) -> None:
        self.told.append(f"{path} {'gone' if source is None else source.decode().strip()}")
        self.dirty.append(path)
        if source is None:
            self.sources.pop(path, None)
        else:
            self.sources[path] = source

    def run(self, first: Sequence[str], should_pause: Callable[[], bool]) -> bool:
        if self.fail:
            raise KeyError("a mistake")
        return not should_pause()

    def settled(self) -> Sequence[str]:
        found, self.dirty = self.dirty, []
        return found

    def records(self, path: str) -> list[Record]:
        text = self.sources[path].decode().strip()
        return [Record(path, text, "variable", 1, 0, 1, 0, 1, "", Depth.DEEP)]

    def links(self, path: str) -> FileLinks | None:
        return None


class World:
    """An index that knows the files' facts, and the deep work on them."""

    def __init__(self, root: Path, folder: Path) -> None:
        self.root = root
        self.index = IndexWriter.open(folder / "index")
        self.reader = IndexReader(folder / "index")
        self.analysis = Analysis()
        self.work = DeepWork(self.analysis, root, self.index)
        self.blobs: dict[str, str] = {}

    def change(self, files: dict[str, str], removed: Sequence[str] = ()) -> None:
        write(self.root, files)
        blobs = {path: blob_name(text.encode()) for path, text in files.items()}
        self.index.add_facts([Extracted(blob, 1, 1, 1, b"", (), ()) for blob in blobs.values()])
        self.index.set_files({path: FileEntry(blob, "1") for path, blob in blobs.items()}, removed)
        self.blobs = {path: blob for path, blob in {**self.blobs, **blobs}.items() if path not in removed}
        self.work.files_changed(sorted(files), removed, self.blobs)

    def names(self) -> list[str]:
        return [record.name for record in self.reader.all_records()]


@pytest.fixture
def world(root: Path, tmp_path: Path) -> World:
    return World(root, tmp_path)


def never() -> bool:
    return False


def pausing_after(steps: int) -> Callable[[], bool]:
    left = iter(range(steps))
    return lambda: next(left, None) is None


def test_everything_is_fed_analysed_and_stored(world: World) -> None:
    world.change(FILES)
    assert world.work.has_work
    assert sorted(world.work.step(never)) == sorted(FILES)
    assert not world.work.has_work
    assert world.names() == [f"x = {number}" for number in range(6)]
    assert world.work.stored == set(FILES)


def test_a_saved_file_goes_before_what_still_waits(world: World) -> None:
    world.change(FILES)
    world.work.step(pausing_after(2))
    world.change({"m5.py": "x = 50\n"})
    world.work.step(never)
    assert world.analysis.told == [
        "begin 6",
        "m0.py x = 0",
        "m1.py x = 1",
        "m5.py x = 50",
        *(f"m{number}.py x = {number}" for number in (2, 3, 4)),
    ]
    assert world.names() == [*(f"x = {number}" for number in range(5)), "x = 50"]


def test_what_was_saved_is_stored_even_while_others_wait(world: World) -> None:
    world.change(FILES)
    world.work.step(never)
    world.change({"m3.py": "x = 30\n"})
    # Pauses as soon as the analysis itself is done.
    assert world.work.step(pausing_after(3)) == ["m3.py"]


def test_files_that_go_are_told_and_files_that_come_too(world: World) -> None:
    world.change(FILES)
    world.work.step(never)
    (world.root / "m1.py").unlink()
    world.change({}, removed=["m1.py"])
    world.change({"new.py": "y = 1\n"})
    world.work.step(never)
    assert world.analysis.told[-3:] == ["begin 6", "new.py y = 1", "m1.py gone"]
    assert "x = 1" not in world.names()


def test_a_file_that_has_changed_again_waits_for_its_own_announcement(world: World) -> None:
    world.change(FILES)
    (world.root / "m0.py").write_text("x = 'newer'\n", encoding="utf-8")
    world.work.step(never)
    assert "m0.py x = 'newer'" not in world.analysis.told


def test_a_mistake_in_the_analysis_is_said_and_ends_it(world: World) -> None:
    world.change(FILES)
    world.analysis.fail = True
    assert world.work.step(never) == []
    assert world.work.problem == "deep analysis failed: KeyError: 'a mistake'"
    assert not world.work.has_work


def test_a_warm_start_is_up_to_date_before_the_analysis_has_seen_anything(world: World) -> None:
    world.change(FILES)
    assert not world.work.up_to_date
    world.work.step(never)
    again = DeepWork(Analysis(), world.root, world.index)
    again.files_changed(sorted(FILES), (), world.blobs)
    assert again.up_to_date
    assert again.has_work
    assert again.step(never) == []
    world.work = again
    world.change({"m0.py": "x = 7\n"})
    assert not again.up_to_date


def test_what_needs_too_much_memory_is_given_up_and_said(world: World) -> None:
    world.change({"a.py": "a"})
    world.work.step(lambda: False)
    held = iter([10, 2_000_000_000])
    greedy = DeepWork(Analysis(), world.root, world.index, 1_000_000_000, lambda: next(held))
    greedy.files_changed(["a.py"], (), world.blobs)
    greedy.step(lambda: True)
    assert greedy.has_work
    greedy.step(lambda: False)
    assert "given up at 1,000 MB" in greedy.problem
    assert not greedy.has_work
    assert greedy.step(lambda: False) == []
    assert world.names() == ["a"], "what was stored before still answers"
