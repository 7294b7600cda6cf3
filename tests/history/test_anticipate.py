"""From a real, small repository to the functions named first, with their reasons."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from analyzers import activity, anticipation, languages
from analyzers.activity import Candidate, functions_in
from lsp_server import anticipate
from lsp_server.history import HistoryJob
from lsp_server.settings import Settings
from lsp_server.store import Extracted, FileEntry, IndexWriter, RepositoryFolders
from lsp_server.store.history import HistoryReader
from tests.history.test_repository import F, G, commit, git

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")


def drive(job: HistoryJob | anticipate.AnticipationJob) -> None:
    steps = 0
    while job.has_work():
        if not job.step(lambda: True):
            return
        steps += 1
        assert steps < 1000


def test_what_is_worked_on_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    root = tmp_path / "repository"
    root.mkdir()
    git(root, "init", "-q", "-b", "main")
    commit(
        root, "Begin", {"a.py": F + G, "b.py": F.replace("f()", "h()"), "tests/test_a.py": "def test_f():\n    f()\n"}
    )
    commit(root, "Fix g", {"a.py": F + G.replace("f()", "f() + 1")})
    folders = RepositoryFolders("id", root, tmp_path / "cache")
    job = anticipate.AnticipationJob(folders, Settings())
    drive(job)
    assert job.describe() == "waits for history"
    drive(HistoryJob(folders, Settings()))
    _index(folders, root)
    drive(job)
    assert not job.has_work()
    found = HistoryReader(folders.cache).anticipated(10)
    assert found[0].symbol == "g"
    assert {each.symbol for each in found} == {"f", "g", "h"}
    assert found[0].likelihood == 1.0
    why = anticipate.why(folders.cache, "a.py", "g")
    assert why
    assert all(reason for _, _, reason in why)
    assert anticipate.why(folders.cache, "a.py", "nothing") == []


def test_questions_that_were_asked_count() -> None:
    facts = languages.LANGUAGES[0].facts((F + G).encode())
    candidates: list[Candidate] = [each.candidate for each in functions_in("a.py", facts)]
    asked = [("a.py", "g", "changed")] * 3
    signals = anticipate.asked_signals(asked)
    assert signals[("a.py", "g")].asked == 1.0
    rows = [anticipation.row([0.0] * len(activity.NAMES), signals.get((each.path, each.symbol))) for each in candidates]
    predictor = anticipate.learned(asked, candidates, rows)
    assert [each.symbol for each in anticipate.ranked(candidates, rows, predictor)] == ["g", "f"]


def _index(folders: RepositoryFolders, root: Path) -> None:
    from analyzers.facts import encode
    from analyzers.text import blob_name

    writer = IndexWriter.open(folders.index)
    for path in ("a.py", "b.py", "tests/test_a.py"):
        raw = (root / path).read_bytes()
        facts = languages.LANGUAGES[0].facts(raw)
        name = blob_name(raw)
        writer.add_facts([Extracted(name, len(raw), len(facts.symbols), len(facts.line_starts), encode(facts), (), ())])
        writer.set_files({path: FileEntry(name, "")})
    writer.close()
