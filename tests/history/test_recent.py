"""How lately each function was changed, and which files change with a test's, out of a small real repository."""

from __future__ import annotations

import math
import shutil
from pathlib import Path

import pytest

from analyzers import languages
from analyzers.evidence.history_track import Tracked, tracked
from lsp_server.recent import SPAN, changed_together, recently_changed
from tests.history.test_repository import commit, git

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")

ONE = "def one():\n    return 1\n"
TWO = "def two():\n    return 2\n"
THREE = "def three():\n    return 3\n"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    git(tmp_path, "init", "-q", "-b", "main")
    commit(tmp_path, "All", {"one.py": ONE, "two.py": TWO, "three.py": THREE, "tests/test_it.py": "x = 1\n"})
    commit(tmp_path, "One and its test", {"one.py": ONE.replace("1", "4"), "tests/test_it.py": "x = 2\n"})
    commit(tmp_path, "Two", {"two.py": TWO.replace("2", "5")})
    commit(tmp_path, "Two again", {"two.py": TWO.replace("2", "6")})
    return tmp_path


def test_a_change_counts_by_the_commits_since_in_the_whole_repository(root: Path) -> None:
    def symbols(path: str) -> list[Tracked]:
        return tracked(languages.LANGUAGES[0].facts((root / path).read_bytes()))

    found = recently_changed(root, symbols)
    ago = {symbol: round(-SPAN * math.log(share)) for (_, symbol), share in found.items()}
    assert ago == {"two": 0, "one": 2, "three": 3}


def test_files_that_change_with_a_tests_file_share_each_commit(root: Path) -> None:
    found = changed_together(root, "tests/test_it.py")
    assert found == pytest.approx({"one.py": 1 + 1 / 3, "two.py": 1 / 3, "three.py": 1 / 3})
    assert changed_together(root, "tests/test_new.py") == {}


def test_without_history_nothing_is_known(tmp_path: Path) -> None:
    assert recently_changed(tmp_path, lambda _: []) == {}
    assert changed_together(tmp_path, "tests/test_it.py") == {}
