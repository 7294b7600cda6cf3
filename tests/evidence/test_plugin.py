"""The pytest plugin: what it records, in the process that it runs in, without Forethought's dependencies."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from analyzers.evidence.failures import Local
from analyzers.evidence.run_record import CACHE_PATH, RunRecord, read_run
from tests.fixture import fixture

PLUGIN = Path(__file__).parents[2] / "forethought.py"

PROJECT = """
#- /app.py
def load(key):
    value = None
    try:
        return {}[key]
    except KeyError as error:
        raise LookupError(key) from error
#- /test_app.py
from app import load

def test_load():
    secret = "hunter2"
    load("a")

def test_fine():
    assert True
"""


def run_pytest(root: Path, *arguments: str) -> RunRecord:
    shutil.copy(PLUGIN, root / "forethought.py")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "forethought", "-p", "no:xdist", *arguments]
    subprocess.run(command, cwd=root, capture_output=True, timeout=60, check=False)
    record = read_run((root / CACHE_PATH).read_bytes())
    assert record is not None
    return record


def test_a_failure_is_recorded_with_frames_and_kinds_but_no_values(tmp_path: Path) -> None:
    fixture(PROJECT).write(tmp_path)
    record = run_pytest(tmp_path)
    (failure,) = record.report.failures
    assert (failure.test, failure.path, failure.phase) == ("test_load", "test_app.py", "call")
    assert [(error.type, error.relation) for error in failure.errors] == [("KeyError", ""), ("LookupError", "cause")]
    frames = failure.errors[-1].frames
    assert [(frame.path, frame.line, frame.function) for frame in frames] == [
        ("test_app.py", 5, "test_load"),
        ("app.py", 6, "load"),
    ]
    assert frames[0].locals == (Local("secret", "str"),)
    assert Local("value", "None") in frames[1].locals
    assert b"hunter2" not in (tmp_path / CACHE_PATH).read_bytes()


def test_the_last_pass_of_each_test_is_kept_across_runs(tmp_path: Path) -> None:
    fixture(PROJECT).write(tmp_path)
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "HEAD").write_text("5" * 40)
    assert run_pytest(tmp_path, "-k", "fine").all_passed is not None
    record = run_pytest(tmp_path, "-k", "load")
    assert record.passed["test_app.py", "test_fine"].commit == "5" * 40
    assert ("test_app.py", "test_load") not in record.passed
    assert record.all_passed is not None
    assert record.all_passed.commit == "5" * 40


def test_a_broken_record_is_no_record() -> None:
    assert read_run(b"{") is None
    assert read_run(b'{"format": 99}') is None
