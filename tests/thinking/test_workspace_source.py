"""From an index to candidates and material, and from what was thought to an answer that knows whether it holds."""

from __future__ import annotations

from pathlib import Path

import pytest

from analyzers import languages
from analyzers.evidence.failing import Failing, FailingTest
from analyzers.evidence.failures import Error, Failure
from analyzers.records import Record
from analyzers.text import blob_name
from lsp_server import prepared
from lsp_server.drafting import Drafter, Run
from lsp_server.ledger import Ledger
from lsp_server.model_settings import ModelSettings, SleepSettings
from lsp_server.sendable import IGNORE_FILE, Sendable
from lsp_server.store import IndexReader, Journal, repository_folders
from lsp_server.store.folders import journal_file
from lsp_server.thought_answers import thoughts_of
from lsp_server.thoughts import Thoughts
from lsp_server.view import View
from lsp_server.workspace_source import WorkspaceSource
from tests.thinking import shop
from tests.thinking.replies import GOOD, scripted
from tests.thinking.scripted_model import ScriptedModel
from tests.thinking.virtual_time import run


class Shelf(IndexReader):
    """The shop's files as an index that never touches a disk."""

    def __init__(self, files: dict[str, bytes]) -> None:
        super().__init__(Path("none"))
        self.texts = files

    def files(self) -> dict[str, str]:
        return {path: blob_name(data) for path, data in self.texts.items()}

    def facts(self, blob: str):
        return next((self.facts_at(path) for path, name in self.files().items() if name == blob), None)

    def facts_at(self, path: str):
        data = self.texts.get(path)
        language = languages.for_path(path)
        return language.facts(data) if data is not None and language is not None else None

    def paths_calling(self, name: str) -> list[str]:
        return [path for path, data in self.texts.items() if f"{name}(".encode() in data]

    def paths_defining(self, name: str) -> list[str]:
        return [path for path, data in self.texts.items() if f"def {name}(".encode() in data]

    def record(self, path: str, name: str) -> Record | None:
        return None

    def top(self, count: int) -> list[Record]:
        return []


@pytest.fixture
def view(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> View:
    monkeypatch.setenv("FORETHOUGHT_STATE_DIR", str(tmp_path / "state"))
    root = tmp_path / "repository"
    for path, data in shop.FILES.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(data)
    return View(root, Shelf(dict(shop.FILES)), {})


def source(view: View) -> WorkspaceSource:
    return WorkspaceSource(view, Sendable(view.root), context_tokens_max=6_000)


def test_candidates_come_from_what_is_called_and_the_cursor_comes_first(view: View):
    it = source(view)
    assert {each.symbol for each in it.candidates()} == {"place", "Stock.reserve"}
    it.put_first([("shop/stock.py", "Stock.reserve")])
    first = it.candidates()[0]
    assert (first.symbol, first.first, first.predictability) == ("Stock.reserve", True, 1.0)
    material = it.material(first)
    assert material is not None
    assert set(material.sources) >= {"shop/stock.py", "shop/orders.py"}


def test_what_failed_comes_first_and_is_told_to_the_model(view: View, monkeypatch: pytest.MonkeyPatch):
    failure = Failure((Error("AttributeError", "no label"),), "test_place_skips_what_is_missing")
    test = FailingTest(
        "tests/test_orders.py",
        failure.test,
        failure.test,
        "AttributeError: no label",
        failure,
        passes=(("shop/orders.py", "place", 13),),
    )
    monkeypatch.setattr(View, "failing", lambda view: Failing((test,)))
    it = source(view)
    first = it.candidates()[0]
    assert (first.path, first.symbol, first.first) == ("shop/orders.py", "place", True)
    material = it.material(first)
    assert material is not None
    assert list(material.evidence) == [
        "the test test_place_skips_what_is_missing failed with AttributeError: no label, passing shop/orders.py:13"
    ]


def test_what_is_kept_back_is_neither_a_candidate_nor_material(view: View):
    (view.root / IGNORE_FILE).write_text("orders.py\n")
    it = source(view)
    (only,) = it.candidates()
    material = it.material(only)
    assert material is not None
    assert only.path == "shop/stock.py"
    assert "shop/orders.py" not in material.sources


def test_what_was_thought_becomes_an_answer_that_knows_when_it_is_stale(view: View):
    journal = Journal.open(journal_file())
    repository = repository_folders(view.root).id
    drafter = Drafter(
        ScriptedModel(lambda prompt: scripted(GOOD)),
        ledger=Ledger(journal),
        thoughts=Thoughts(journal, repository),
        settings=ModelSettings("http://localhost", "scripted"),
        sleep=SleepSettings(),
        repository=repository,
        run=Run(),
    )
    it = source(view)
    candidate = next(each for each in it.candidates() if each.symbol == "Stock.reserve")
    material = it.material(candidate)
    assert material is not None
    run(drafter.think(material))
    record = prepared.record(view, "shop/stock.py", "Stock.reserve")
    assert record is not None
    (answer,) = thoughts_of(view, record)
    assert answer.freshness == "fresh"
    assert all(claim.provenance == "model" and claim.places for claim in answer.claims)

    changed = shop.FILES["shop/stock.py"].replace(b"shelf.count -= count", b"shelf.count -= 2 * count")
    (view.root / "shop/stock.py").write_bytes(changed)
    later = View(view.root, Shelf({**shop.FILES, "shop/stock.py": changed}), {})
    (answer,) = thoughts_of(later, record)
    assert answer.freshness == "stale"
    assert "Stock.reserve" in answer.stale_because
