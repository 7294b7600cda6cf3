"""From a real, small repository to the functions named first, with their reasons."""

from __future__ import annotations

import math
import shutil
from pathlib import Path

import pytest

from analyzers import activity, anticipation, languages
from analyzers.activity import Candidate, Key, functions_in
from analyzers.evidence.failing import Failing, FailingTest, SeenSuspect
from analyzers.evidence.failures import Error, Failure
from lsp_server import anticipate
from lsp_server.asked import AskedJob
from lsp_server.history import HistoryJob
from lsp_server.messages import Asked, Noticed, Rated, Sign
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


def test_what_fails_and_what_is_in_its_traceback_counts() -> None:
    failure = Failure((Error("KeyError", "'a'"),), "test_f", "tests/test_a.py")
    suspects = (
        SeenSuspect("a.py", "f", 1.0, "likely", "KeyError was raised here", ()),
        SeenSuspect("a.py", "g", 0.4, "possible", "the failing test uses it", ()),
    )
    passes = (("a.py", "g", 7), ("a.py", "f", 2))
    test = FailingTest("tests/test_a.py", "test_f", "test_f", "KeyError: 'a'", failure, suspects, passes)
    assert anticipate.failing_signals(Failing((test,))) == {
        ("a.py", "f"): {"failing_test": 1.0, "frame": 1.0},
        ("a.py", "g"): {"failing_test": 0.4, "frame": anticipate.FRAME_DECAY},
    }


def test_opinions_count_as_questions() -> None:
    rated = [("changed", True), ("raises", False), ("raises", False), ("dead", False)]
    assert anticipate.preferences({"changed": 2.0, "raises": 3.0}, rated) == {
        "changed": 3.0,
        "raises": 1.0,
        "dead": 0.0,
    }


def test_what_is_asked_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From a question to the journal, to the ranking, to the weights of the kinds."""
    monkeypatch.setenv("FORETHOUGHT_STATE_DIR", str(tmp_path / "state"))
    root = tmp_path / "repository"
    root.mkdir()
    git(root, "init", "-q", "-b", "main")
    commit(root, "Begin", {"a.py": F + G, "b.py": F.replace("f()", "h()"), "tests/test_a.py": ""})
    folders = RepositoryFolders("id", root, tmp_path / "cache")
    drive(HistoryJob(folders, Settings()))
    _index(folders, root)
    job, asked = anticipate.AnticipationJob(folders, Settings()), AskedJob(folders, Settings())
    drive(job)
    for _ in range(3):
        said = Asked("b.py", "h", "raises")
        asked.told(said)
        job.told(said)
    asked.told(Rated("b.py", "h", "raises", useful=True))
    assert asked.step(lambda: False)
    assert not asked.has_work()
    assert job.has_work()
    drive(job)
    reader = HistoryReader(folders.cache)
    assert reader.anticipated(1)[0].symbol == "h"
    assert reader.preferences() == {"raises": 4.0}
    assert reader.strengths("b.py", "h")["asked"] == 1.0


def test_what_is_edited_or_shows_a_problem_fades_with_what_came_after() -> None:
    f, g = ("a.py", "f"), ("a.py", "g")
    fading = math.exp(-1 / anticipate.NOTICED_SPAN)
    noticed: list[tuple[Sign, Key]] = [("edited", f), ("diagnostic", f), ("edited", g), ("edited", f), ("edited", g)]
    assert anticipate.noticed_signals(noticed) == {
        g: {"edited": 1.0},
        f: {"edited": fading, "diagnostic": 1.0},
    }


def test_what_is_worked_on_comes_first_before_it_is_saved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From the server's word to the ranking; neither is kept in the journal, as what was asked is."""
    monkeypatch.setenv("FORETHOUGHT_STATE_DIR", str(tmp_path / "state"))
    root = tmp_path / "repository"
    root.mkdir()
    git(root, "init", "-q", "-b", "main")
    commit(root, "Begin", {"a.py": F + G, "b.py": F.replace("f()", "h()"), "tests/test_a.py": ""})
    folders = RepositoryFolders("id", root, tmp_path / "cache")
    drive(HistoryJob(folders, Settings()))
    _index(folders, root)
    job, asked = anticipate.AnticipationJob(folders, Settings()), AskedJob(folders, Settings())
    drive(job)
    said = [Noticed("a.py", each, "edited") for each in ("f", "g", "f", "g")]
    for message in (*said, Noticed("b.py", "h", "diagnostic")):
        asked.told(message)
        job.told(message)
    assert not asked.has_work()
    drive(job)
    reader = HistoryReader(folders.cache)
    assert reader.anticipated(1)[0].symbol == "g"
    assert reader.strengths("b.py", "h")["diagnostic"] == 1.0
    assert reader.strengths("a.py", "g")["recent_edit"] == 1.0


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
