"""Git reads, and nothing that a repository configures runs."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from lsp_server.git import clean_environment, git_command, head, run_git, stream_git

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")


def git(root: Path, *arguments: str) -> None:
    environment = clean_environment(os.environ) | {
        f"GIT_{who}_{what}": f"{who}@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")
    }
    subprocess.run(["git", *arguments], cwd=root, env=environment, check=True, capture_output=True)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "repo"
    root.mkdir()
    git(root, "init", "-q", "-b", "trunk")
    (root / "a.py").write_text("one\n", encoding="utf-8")
    git(root, "add", ".")
    git(root, "commit", "-qm", "First")
    return root


def test_what_git_says(root: Path) -> None:
    result = run_git(root, ["log", "--format=%s"])
    assert (result.outcome, result.output) == ("ok", b"First\n")
    assert b"".join(stream_git(root, ["log", "--format=%s"])) == b"First\n"
    assert run_git(root, ["log", "--nonsense"]).outcome == "failed"


def test_a_hostile_repository_runs_nothing(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    trap = tmp_path / "trap.sh"
    trap.write_text(f"#!/bin/sh\ntouch {tmp_path}/sprung\ncat\n", encoding="utf-8")
    trap.chmod(0o755)
    for name in ("core.fsmonitor", "diff.external", "diff.x.command", "diff.x.textconv", "core.pager", "pager.log"):
        git(root, "config", name, str(trap))
    git(root, "config", "filter.x.clean", str(trap))
    git(root, "config", "core.hooksPath", str(tmp_path))
    (root / ".gitattributes").write_text("* diff=x filter=x\n", encoding="utf-8")
    (root / "a.py").write_text("two\n", encoding="utf-8")
    for name in ("GIT_EXTERNAL_DIFF", "GIT_PAGER", "GIT_SSH_COMMAND"):
        monkeypatch.setenv(name, str(trap))
    for arguments in (
        ["log", "-p", "--format=%s"],
        ["show", "HEAD"],
        ["blame", "-s", "HEAD", "--", "a.py"],
        ["diff-tree", "-p", "--root", "HEAD"],
    ):
        assert run_git(root, arguments).ok, arguments
    assert not (tmp_path / "sprung").exists()


def test_only_reading_commands() -> None:
    for name in ("checkout", "fetch", "config", "diff", "status", "ls-files", "gc"):
        with pytest.raises(ValueError, match="only reads"):
            git_command(Path("/"), [name])


def test_output_and_time_are_bounded(root: Path) -> None:
    result = run_git(root, ["log", "-p"], output_bytes_max=10)
    assert (result.outcome, len(result.output)) == ("too much output", 10)
    assert run_git(root, ["cat-file", "--batch-all-objects", "--batch-check"], timeout_s=0.0).outcome in (
        "timed out",
        "ok",
    )


def test_git_is_not_taken_from_the_repository(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (root / "git").write_text("#!/bin/sh\necho hostile\n", encoding="utf-8")
    (root / "git").chmod(0o755)
    monkeypatch.setenv("PATH", os.pathsep.join([str(root), ".", os.environ["PATH"]]))
    assert run_git(root, ["log", "--format=%s"]).output == b"First\n"
    monkeypatch.setenv("PATH", str(root))
    assert run_git(root, ["log"]).outcome == "no git"


def test_the_environment_is_cleaned() -> None:
    cleaned = clean_environment({"GIT_DIR": "/x", "git_work_tree": "/y", "HOME": "/h", "PAGER": "less"})
    assert "GIT_DIR" not in cleaned
    assert "git_work_tree" not in cleaned
    assert (cleaned["HOME"], cleaned["GIT_OPTIONAL_LOCKS"]) == ("/h", "0")


def test_head_moves_with_branches_and_commits(root: Path, tmp_path: Path) -> None:
    first = head(root)
    assert first.startswith("ref: refs/heads/trunk ")
    git(root, "commit", "-qm", "Second", "--allow-empty")
    second = head(root)
    assert second != first
    git(root, "checkout", "-q", "-b", "other")
    assert head(root) != second
    git(root, "worktree", "add", "-q", str(tmp_path / "tree"), "trunk")
    assert head(tmp_path / "tree") == second
    assert head(tmp_path) == ""
