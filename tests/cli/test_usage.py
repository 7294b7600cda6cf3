"""The command line as a person types it: help, mistakes, exit codes, and stores that are not as they should be."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import pytest

from lsp_server.store import repository_folders
from tests.server.support import isolated, repository

SHOP = """
#- /shop/store.py
class Missing(Exception):
    pass


def find(name, table):
    if name not in table:
        raise Missing(name)
    return table.get(name)


def price(name, table):
    return find(name, table)
"""


def run(*arguments: str, environment: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "lsp_server.cli", *arguments],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        stdin=subprocess.DEVNULL,
        env={**os.environ, "COLUMNS": "200", **(environment or {})},
    )


def test_no_argument_shows_help_and_a_bad_flag_is_one_usage_error() -> None:
    assert "language server for debugging" in run("--help").stdout
    bad = run("analyze", "--no-such-flag")
    assert bad.returncode == 2
    assert "no-such-flag" in bad.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("analyze", "/no/such/folder"), 3, "no such file or folder"),
        (("questions", "/no/such/folder"), 3, "no such file or folder"),
        (("serve", "--tcp", "nowhere"), 2, "expected HOST:PORT"),
        (("questions", "--at", "nowhere"), 4, "nothing is prepared"),
        (("status", "--limit"), 2, "--limit"),
        (("nonsense",), 2, "nonsense"),
    ],
)
def test_a_mistake_is_one_line_and_a_code(tmp_path: Path, arguments: tuple[str, ...], code: int, words: str) -> None:
    done = run(*arguments, environment=isolated(tmp_path))
    assert done.returncode == code
    assert words in done.stderr
    assert "Traceback" not in done.stderr
    if code != 2 or "expected" in words:
        assert done.stderr.count("\n") == 1


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="the superuser may read everything")
def test_a_folder_that_may_not_be_read(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0)
    done = run("analyze", str(closed), environment=isolated(tmp_path))
    closed.chmod(0o700)
    assert done.returncode == 3
    assert "not readable" in done.stderr


def test_from_nothing_to_answers_and_back(tmp_path: Path) -> None:
    root, environment = repository(tmp_path, SHOP), isolated(tmp_path)
    first = json.loads(run("analyze", str(root), "--json", environment=environment).stdout)
    assert (first["files"], first["files_read"], first["warm"]) == (1, 1, False)
    second = run("analyze", str(root), environment=environment)
    assert "Warm: nothing had changed" in second.stdout
    assert "shop/store.py:" in second.stdout
    assert "forethought serve" in second.stdout
    assert "\x1b[" not in second.stdout, "colours are for terminals"

    asked = run("questions", str(root), "--at", f"{root}/shop/store.py:6", environment=environment)
    assert asked.returncode == 0, asked.stderr
    assert asked.stdout.startswith("find shop/store.py:5")
    assert "Missing" in asked.stdout
    (told,) = json.loads(
        run("questions", str(root), "--at", f"{root}/shop/store.py:6", "--json", environment=environment).stdout
    )
    assert told["name"] == "find"
    assert all(answer["claims"] or answer["unknown"] or answer["conclusion"] for answer in told["answers"])

    out = tmp_path / "export.jsonl"
    assert run("export", str(root), "--output", str(out), environment=environment).returncode == 0
    rows = {row["name"]: row for row in map(json.loads, out.read_text().splitlines())}
    assert set(rows) == {"find", "price"}
    assert rows["find"]["callers"] == [{"path": "shop/store.py", "name": "price", "line": 12, "confidence": "certain"}]
    assert rows["find"]["returns_none"] == "sometimes"
    assert run("export", str(root), environment=environment).stdout == out.read_text()
    graph = json.loads(run("export", str(root), "--callgraph", environment=environment).stdout)
    assert graph["shop.store.price"] == ["shop.store.find"]
    assert graph["shop.store"] == []
    assert run("export", str(root), "--callgraph", "--shallow", environment=environment).returncode == 2

    status = json.loads(run("status", str(root), "--json", environment=environment).stdout)
    assert status["counts"]["files"] == 1
    assert status["sleeper"] is None
    told = json.loads(run("doctor", str(root), "--json", environment=environment).stdout)
    assert told["verdict"] in ("good", "note", "bad")

    assert run("clean", str(root), environment=environment).returncode == 2
    assert "removed" in run("clean", str(root), "--yes", environment=environment).stdout
    assert run("questions", str(root), environment=environment).returncode == 4


def test_a_damaged_index_is_named_with_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root, environment = repository(tmp_path, SHOP), isolated(tmp_path)
    run("analyze", str(root), environment=environment)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    index = repository_folders(root).index
    index.write_bytes(b"this is no database" * 1000)
    for command in (["questions"], ["analyze"], ["status"], ["export", "--shallow"]):
        done = run(*command, str(root), environment=environment)
        assert done.returncode == 4, command
        assert "forethought clean" in done.stderr
        assert "Traceback" not in done.stderr


def test_starting_is_light() -> None:
    probe = "import sys; from lsp_server.cli.app import app; print([n for n in sys.modules if n in %r])"
    heavy = ["rich", "tree_sitter", "pygls", "lsprotocol", "sqlite3", "openai", "msgspec", "asyncio"]
    done = subprocess.run([sys.executable, "-c", probe % heavy], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_interrupting_is_clean(tmp_path: Path) -> None:
    import signal

    root, environment = repository(tmp_path, SHOP), isolated(tmp_path)
    for number in range(400):
        (root / f"m{number}.py").write_text(f"def f{number}(x):\n    return x\n" * 400)
    # Whoever runs the tests in the background of a shell hands on that interrupts are ignored.
    listening = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)"
    command = f"{listening}; from lsp_server.cli import main; main()"
    process = subprocess.Popen(
        [sys.executable, "-c", command, "analyze", str(root)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, **environment},
    )
    index = Path(environment["FORETHOUGHT_CACHE_DIR"])
    deadline = time.monotonic() + 60
    while not list(index.rglob("index.sqlite3")) and time.monotonic() < deadline:
        time.sleep(0.02)  # Another process makes the file; there is nothing to wait on.
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=120)
    assert process.returncode == 130
    assert b"Traceback" not in errors
