"""The command line as a person types it: help, bad flags, exit codes."""

from __future__ import annotations

import subprocess
import sys


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "lsp_server.cli", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def test_no_argument_shows_help_and_a_bad_flag_is_one_usage_error() -> None:
    assert "language server for debugging" in run("--help").stdout
    bad = run("--no-such-flag")
    assert bad.returncode == 2
    assert "no-such-flag" in bad.stderr
