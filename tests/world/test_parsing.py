"""Parse workers may die of a file; the others go on, and the culprit is named."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from analyzers.facts import decode
from lsp_server import children, parse_worker, parsing
from lsp_server.crashes import Crashes
from lsp_server.parse_worker import Item, extract
from lsp_server.parsing import Parsed, Workers, WorkersUnavailable, parse_all

DEADLY_WORKER = """
import os, sys
from lsp_server import parse_worker
from lsp_server.store import Extracted

def extract(item):
    if b"deadly" in item.raw:
        os.kill(os.getpid(), 9)
    return Extracted(item.blob, 1, 0, 1, b"", (), ())

def main(arguments):
    parse_worker.extract = extract
    return parse_worker.main(arguments)
"""


def items(count: int, deadly: set[int] | None = None) -> Iterator[Item]:
    for number in range(count):
        yield Item(f"{number}.py", f"b{number}", b"deadly" if number in (deadly or set()) else b"x = 1\n")


def parsed(results: Iterator[Parsed]) -> tuple[set[str], set[str]]:
    good, bad = set(), set()
    for result in results:
        (good if result.extracted is not None else bad).add(result.path)
    return good, bad


def test_facts_of_one_file() -> None:
    found = extract(Item("a.py", "b", b"def f():\n    g()\n    h.g()\n"))
    assert (found.blob, found.calling, found.defining, found.symbols) == ("b", ("g",), ("f",), 1)
    assert decode(found.facts).language == "python"


def test_an_adapter_that_fails_leaves_a_note(monkeypatch: pytest.MonkeyPatch) -> None:
    class Broken:
        name = "broken"

        @staticmethod
        def facts(raw: bytes) -> None:
            raise RecursionError("too deep")

    monkeypatch.setattr(parse_worker.languages, "for_path", lambda path: Broken)
    assert extract(Item("a.py", "b", b"")).notes == ("cannot be read: RecursionError: too deep",)


def test_real_workers(tmp_path: Path) -> None:
    good, bad = parsed(parse_all(items(120), Workers(tmp_path, 2), 2))
    assert (len(good), bad) == (120, set())


@pytest.fixture
def deadly_worker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Workers that are killed by some files, in place of a grammar that crashes."""
    (tmp_path / "deadly_worker.py").write_text(DEADLY_WORKER, encoding="utf-8")
    bootstrap = children._BOOTSTRAP.replace("from importlib", f"sys.path.append({str(tmp_path)!r}); from importlib", 1)
    monkeypatch.setattr(children, "_BOOTSTRAP", bootstrap)
    real = children.spawn
    monkeypatch.setattr(parsing, "spawn", lambda module, *rest, **named: real("deadly_worker", *rest, **named))


@pytest.mark.usefixtures("deadly_worker")
def test_the_culprits_are_named_and_the_rest_is_read(tmp_path: Path) -> None:
    deadly = {0, 7, 30}
    good, bad = parsed(parse_all(items(50, deadly), Workers(tmp_path, 2), 2))
    assert bad == {f"{number}.py" for number in deadly}
    assert good == {f"{number}.py" for number in range(50)} - bad


def test_workers_that_cannot_start_are_said_to_be_unavailable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = children.spawn
    monkeypatch.setattr(parsing, "spawn", lambda module, *rest, **named: real("no_such_module", *rest, **named))
    with pytest.raises(WorkersUnavailable):
        list(parse_all(items(50), Workers(tmp_path, 1), 1))


def test_an_error_while_reading_files_reaches_the_caller(tmp_path: Path) -> None:
    def broken() -> Iterator[Item]:
        yield from items(30)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        list(parse_all(broken(), Workers(tmp_path, 1), 1))


def test_a_death_is_blamed_on_what_was_being_read(tmp_path: Path) -> None:
    file = tmp_path / "crashes.json"

    unfinished = []

    def die_of(blob: str) -> None:
        """As if the process had ended inside: nothing after it runs, not even the end of the `with`."""
        unfinished.append(Crashes(file).at(blob, f"{blob}.py"))
        unfinished[-1].__enter__()

    die_of("x")
    assert not Crashes(file).is_blamed("x")
    with Crashes(file).at("x", "x.py"):
        pass
    die_of("x")
    assert not Crashes(file).is_blamed("x")
    die_of("x")
    found = Crashes(file)
    assert found.is_blamed("x")
    assert found.blamed_paths() == {"x.py": "set aside: it brought the analysis down 2 times"}
    found.forgive()
    assert not Crashes(file).is_blamed("x")
    file.write_text("nonsense", encoding="utf-8")
    assert Crashes(file).blamed_paths() == {}
    assert os.listdir(tmp_path) == ["crashes.json"]
