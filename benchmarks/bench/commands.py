"""The command line as a person starts it: a cold and a warm `forethought analyze`, in processes of their own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

COMMAND_S_MAX = 1800


def analyze(root: Path, environment: Mapping[str, str], *, deep: bool) -> tuple[float, dict[str, Any]]:
    """Seconds of wall time, start of the process included, and what the command says about it."""
    arguments = ["analyze", str(root), "--json", *([] if deep else ["--shallow"])]
    start = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "lsp_server.cli", *arguments],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=COMMAND_S_MAX,
        check=True,
    )
    seconds = time.perf_counter() - start
    told: dict[str, Any] = json.loads(done.stdout)
    return seconds, told


def folder_bytes(folder: Path) -> int:
    """The size of everything in a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
