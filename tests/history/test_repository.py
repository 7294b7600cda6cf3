"""A real, small repository in a temporary folder: what is read of it, and that nothing breaks where there is less."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from analyzers import languages
from analyzers.evidence.history_track import Tracked, tracked
from lsp_server import history
from lsp_server.settings import Settings
from lsp_server.since import commit_at, since_commit
from lsp_server.store import RepositoryFolders
from lsp_server.store.history import HistoryReader, HistoryWriter

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")

F = "def f():\n    a = 1\n    return a\n"
G = "\n\ndef g():\n    return f()\n"


def git(root: Path, *arguments: str) -> str:
    identity = ["-c", "user.name=Ann", "-c", "user.email=ann@example.org", "-c", "commit.gpgsign=false"]
    done = subprocess.run(["git", *identity, *arguments], cwd=root, capture_output=True, check=True)
    return done.stdout.decode().strip()


def commit(root: Path, subject: str, files: dict[str, str]) -> str:
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8", newline="\n")
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", subject)
    return git(root, "rev-parse", "HEAD")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "repository"
    folder.mkdir()
    git(folder, "init", "-q", "-b", "main")
    commit(folder, "Begin", {"a.py": F, "notes.txt": "n"})
    commit(folder, "Add g (#12)", {"a.py": F + G})
    commit(folder, "Fix f", {"a.py": F.replace("1", "2") + G})
    return folder


def read(root: Path, cache: Path) -> HistoryReader:
    writer = HistoryWriter.open(cache)
    for _ in history.refresh(root, writer):
        pass
    writer.close()
    return HistoryReader(cache)


def subjects(reader: HistoryReader, path: str, symbol: str) -> list[str]:
    found = reader.file(path)
    assert found is not None
    own = found.of(symbol)
    assert own is not None
    return [found.commits[change.commit].subject for change in own.changes]


def test_the_first_reading(root: Path, tmp_path: Path) -> None:
    reader = read(root, tmp_path / "cache")
    assert subjects(reader, "a.py", "f") == ["Fix f", "Begin"]
    assert subjects(reader, "a.py", "g") == ["Add g (#12)"]
    found = reader.file("a.py")
    assert found is not None
    assert [each.request for each in found.commits if each.subject.startswith("Add")] == [12]
    status = reader.repository()
    assert status is not None
    assert (status.branch, status.shallow, status.missing, status.commits_total) == ("main", False, "", 3)
    assert reader.file("notes.txt") is None


def test_an_update_joins_what_was_known(root: Path, tmp_path: Path) -> None:
    read(root, tmp_path / "cache").close()
    git(root, "mv", "a.py", "b.py")
    commit(root, "Move", {"b.py": "import os\n\n\n" + F.replace("1", "2") + G.replace("f()", "f() + 1")})
    reader = read(root, tmp_path / "cache")
    assert subjects(reader, "b.py", "f") == ["Fix f", "Begin"]
    assert subjects(reader, "b.py", "g") == ["Move", "Add g (#12)"]


def test_a_merge_and_uncommitted_edits(root: Path, tmp_path: Path) -> None:
    git(root, "checkout", "-q", "-b", "side", "HEAD~1")
    commit(root, "Side", {"a.py": "import os\n\n\n" + F + G})
    git(root, "checkout", "-q", "main")
    git(root, "merge", "-q", "--no-edit", "side")
    (root / "a.py").write_text("# not committed\n" + (root / "a.py").read_text(encoding="utf-8"), encoding="utf-8")
    reader = read(root, tmp_path / "cache")
    assert subjects(reader, "a.py", "f") == ["Fix f", "Begin"]
    assert sorted(subjects(reader, "a.py", "")) == ["Add g (#12)", "Begin", "Fix f", "Side"]


def test_a_rewritten_branch_is_read_anew(root: Path, tmp_path: Path) -> None:
    read(root, tmp_path / "cache").close()
    git(root, "reset", "-q", "--hard", "HEAD~1")
    reader = read(root, tmp_path / "cache")
    assert subjects(reader, "a.py", "f") == ["Begin"]


def test_a_shallow_clone_and_a_detached_head(root: Path, tmp_path: Path) -> None:
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "-q", "--depth", "2", root.as_uri(), str(clone))
    git(clone, "checkout", "-q", "--detach")
    reader = read(clone, tmp_path / "cache")
    status = reader.repository()
    assert status is not None
    assert (status.shallow, status.branch) == (True, "")
    found = reader.file("a.py")
    assert found is not None
    assert not found.complete
    assert subjects(reader, "a.py", "f")[0] == "Fix f"


def test_a_worktree(root: Path, tmp_path: Path) -> None:
    git(root, "worktree", "add", "-q", "--detach", str(tmp_path / "tree"))
    assert subjects(read(tmp_path / "tree", tmp_path / "cache"), "a.py", "g") == ["Add g (#12)"]


@pytest.mark.parametrize("initialised", [False, True])
def test_nothing_to_read(tmp_path: Path, initialised: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    if initialised:
        git(folder, "init", "-q")
    reader = read(folder, tmp_path / "cache")
    status = reader.repository()
    assert status is not None
    assert status.missing in ("no commits", "not a repository")
    assert reader.file("a.py") is None


def test_no_git(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    status = read(root, tmp_path / "cache").repository()
    assert status is not None
    assert status.missing == "no git"


def test_what_changed_since(root: Path) -> None:
    base = git(root, "rev-parse", "HEAD~1")

    def symbols(path: str) -> list[Tracked]:
        language = languages.for_path(path)
        assert language is not None
        return tracked(language.facts((root / path).read_bytes()))

    found = since_commit(root, base, symbols)
    assert found is not None
    assert [each.subject for each in found.commits] == ["Fix f"]
    assert [(each.symbol, each.line) for each in found.changes] == [("f", 2)]
    assert since_commit(root, "0" * 40, symbols) is None
    assert since_commit(root, "--output=x", symbols) is None


def test_what_changed_since_counts_what_is_not_committed(root: Path) -> None:
    head = git(root, "rev-parse", "HEAD")
    path = root / "a.py"
    path.write_text("# one more line\n" + path.read_text().replace("return f()", "return f() + 1"))

    def symbols(name: str) -> list[Tracked]:
        language = languages.for_path(name)
        assert language is not None
        return tracked(language.facts((root / name).read_bytes()))

    found = since_commit(root, head, symbols)
    assert found is not None
    assert [(each.symbol, each.added, each.removed, each.uncommitted) for each in found.changes] == [
        ("", 1, 0, True),
        ("g", 1, 1, True),
    ]
    # What was so already when the tests passed is no change since.
    after = since_commit(root, head, symbols, path.stat().st_mtime + 1)
    assert after is not None
    assert after.changes == ()


def test_which_commit_was_checked_out_when(root: Path) -> None:
    assert commit_at(root, 4_000_000_000) == git(root, "rev-parse", "HEAD")
    assert commit_at(root, 1) == commit_at(root, 0) == ""


def test_who_is_at_work_on_what(root: Path) -> None:
    git(root, "config", "user.name", "Ann Other")
    git(root, "config", "user.email", "ann@example.org")
    assert history.who_is_at_work(root) == "Ann Other"
    line = git(root, "rev-list", "HEAD").split()
    assert history.line_of_work(root) == line
    assert history.line_of_work(root / "nowhere") == []


def test_the_job_pauses_and_goes_on(root: Path, tmp_path: Path) -> None:
    folders = RepositoryFolders("id", root, tmp_path / "cache")
    job = history.HistoryJob(folders, Settings())
    steps = 0
    while job.has_work():
        assert job.step(lambda: True)
        steps += 1
    assert steps > 3
    assert job.describe() == "3 commits"
    assert subjects(HistoryReader(folders.cache), "a.py", "g") == ["Add g (#12)"]
