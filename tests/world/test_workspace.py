"""Which files are read, and what is found to have changed. Times are given, so nothing waits for a clock."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from lsp_server.workspace import UNSETTLED, Rules, Scan, difference, look, repository_root, scan, worth_a_look
from tests.fixture import fixture

LATER_NS = 10**18 * 4
"""Long after every file of a test was written, so that all signatures are settled."""

REPOSITORY = """
#- /.gitignore
build/
*.gen.py
!keep.gen.py
/only_root.py
#- /app/.gitignore
local.py
!x.gen.py
#- /app/main.py
#- /app/local.py
#- /app/x.gen.py
#- /app/keep.gen.py
#- /app/only_root.py
#- /only_root.py
#- /y.gen.py
#- /build/out.py
#- /app/build/deep.py
#- /node_modules/lib/a.py
#- /.venv/lib/a.py
#- /env/pyvenv.cfg
#- /env/lib/a.py
#- /app/__pycache__/a.py
#- /vendored/.git/HEAD
#- /vendored/a.py
#- /README.md
#- /stubs/a.pyi
"""

FOUND = ["app/keep.gen.py", "app/main.py", "app/only_root.py", "app/x.gen.py", "stubs/a.pyi"]


def check(root: Path, text: str, rules: Rules, expected: list[str]) -> Scan:
    fixture(text).write(root)
    found = scan(root, rules, LATER_NS)
    assert sorted(found.files) == expected
    for name in [*expected, *(str(path.relative_to(root)) for path in root.rglob("*") if path.is_file())]:
        assert (name in look(root, [name], rules, LATER_NS).files) == (name in expected), name
    return found


def test_ignore_files_at_every_level(root: Path) -> None:
    found = check(root, REPOSITORY, Rules(), FOUND)
    assert found.notes == ["vendored: a repository of its own, left out"]


def test_a_look_at_a_folder_finds_what_the_scan_found(root: Path) -> None:
    fixture(REPOSITORY).write(root)
    assert sorted(look(root, ["app"], Rules(), LATER_NS).files) == [name for name in FOUND if name.startswith("app/")]
    for hidden in ("build", "node_modules/lib", "env/lib", "vendored", "app/build", "../repo/app", "app/__pycache__"):
        assert look(root, [hidden], Rules(), LATER_NS).files == {}, hidden


def test_the_users_exclusions_win_over_ignore_files(root: Path) -> None:
    check(root, REPOSITORY, Rules(exclude=("*.gen.py", "stubs/")), ["app/main.py", "app/only_root.py"])


def test_gits_own_exclude_file_counts(root: Path) -> None:
    check(root, "#- /.git/info/exclude\nsecret*.py\n#- /secret1.py\n#- /a.py\n", Rules(), ["a.py"])


def test_an_ignore_file_that_makes_no_sense_hides_nothing(root: Path) -> None:
    fixture("#- /.gitignore\n!\n[z-a].py\n\\\n#- /a.py\n").write(root)
    assert "a.py" in scan(root, Rules(), LATER_NS).files


def test_links_are_not_followed(root: Path) -> None:
    fixture("#- /a/b.py\n").write(root)
    (root / "a" / "loop").symlink_to(root, target_is_directory=True)
    (root / "link.py").symlink_to(root / "a" / "b.py")
    assert list(scan(root, Rules(), LATER_NS).files) == ["a/b.py"]
    assert look(root, ["a/loop/a/b.py", "link.py"], Rules(), LATER_NS).files == {}


def test_limits_leave_something_out_and_say_so(root: Path) -> None:
    fixture("#- /a.py\nlong text\n#- /b.py\n#- /c.py\n").write(root)
    found = scan(root, Rules(file_bytes_max=5, files_max=2), LATER_NS)
    assert list(found.files) == ["a.py", "b.py"]
    assert found.problems == {"a.py": "larger than 5 bytes"}
    assert found.notes == ["more than 2 files: the rest is left out, from b.py on"]


def test_a_root_that_cannot_be_listed_is_not_an_empty_one(root: Path) -> None:
    with pytest.raises(OSError, match="nowhere"):
        scan(root / "nowhere", Rules(), LATER_NS)


def test_a_name_that_is_no_text_is_left_out(root: Path) -> None:
    try:
        Path(os.fsdecode(os.fsencode(root) + b"/bad\xff.py")).write_bytes(b"")
    except OSError:
        pytest.skip("this file system takes only names that are text")
    found = scan(root, Rules(), LATER_NS)
    assert found.files == {}
    assert found.notes == ["bad\\udcff.py: its name is not text, left out"]


def test_what_changed(root: Path) -> None:
    fixture("#- /a.py\n1\n#- /b/c.py\n2\n#- /d.py\n3\n").write(root)
    known = scan(root, Rules(), LATER_NS).files
    assert not difference(known, scan(root, Rules(), LATER_NS))
    (root / "a.py").write_text("22", encoding="utf-8")
    (root / "b" / "c.py").rename(root / "b" / "e.py")
    found = difference(known, scan(root, Rules(), LATER_NS))
    assert (found.changed, found.removed) == (("a.py", "b/e.py"), ("b/c.py",))
    part = difference(known, look(root, ["b"], Rules(), LATER_NS))
    assert (part.changed, part.removed) == (("b/e.py",), ("b/c.py",))
    assert not difference(known, look(root, ["d.py", "never.py"], Rules(), LATER_NS))


def test_a_change_that_keeps_size_and_time_is_seen(root: Path) -> None:
    fixture("#- /a.py\n1\n").write(root)
    known = scan(root, Rules(), LATER_NS).files
    before = (root / "a.py").stat()
    time_ns = before.st_mtime_ns
    (root / "new").write_text("2\n", encoding="utf-8")
    (root / "new").replace(root / "a.py")
    os.utime(root / "a.py", ns=(time_ns, time_ns))
    assert difference(known, scan(root, Rules(), LATER_NS)).changed == ("a.py",)


def test_a_file_that_changed_just_now_is_read_again_next_time(root: Path) -> None:
    fixture("#- /a.py\n1\n").write(root)
    now_ns = time.time_ns()
    known = scan(root, Rules(), now_ns).files
    assert known["a.py"].startswith(UNSETTLED)
    assert difference(known, scan(root, Rules(), now_ns + 1)).changed == ("a.py",)


def test_which_events_are_worth_a_look() -> None:
    rules = Rules()
    for name in ("a.py", "a/b.pyi", "folder", "a/.gitignore", ".gitignore"):
        assert worth_a_look(name, rules), name
    for name in ("a.md", "node_modules/a.py", ".git/index", "a/__pycache__/b.py", "a.py.swp", ".venv"):
        assert not worth_a_look(name, rules), name


def test_the_repository_of_a_folder(root: Path) -> None:
    fixture("#- /.git/HEAD\n#- /a/b/c.py\n#- /inner/.git/HEAD\n#- /inner/x/y.py\n").write(root)
    assert repository_root(root / "a" / "b") == root
    assert repository_root(root / "inner" / "x") == root / "inner"
