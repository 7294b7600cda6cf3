"""From what a person typed to a repository, or to one line that says why not. Reads no store."""

from __future__ import annotations

import os
import re
from pathlib import Path

from lsp_server.cli.exits import UNREADABLE, USAGE, Failure

_PLACE = re.compile(r"(?P<file>.+?):(?P<line>\d+)(?::\d+)?")


def folder_of(path: Path) -> Path:
    """The folder that a path argument names. Raises `Failure` where there is none, or it may not be read."""
    try:
        if not path.exists():
            raise Failure(UNREADABLE, f"{path}: no such file or folder")
        folder = path if path.is_dir() else path.parent
        resolved = folder.resolve()
        if not os.access(resolved, os.R_OK | os.X_OK):
            raise Failure(UNREADABLE, f"{path}: the folder is not readable")
        with os.scandir(resolved):
            return resolved
    except OSError as error:
        raise Failure(UNREADABLE, f"{path}: {error.strerror or error}") from error


def root_of(path: Path) -> Path:
    """The root of the repository that a path argument is in: where its `.git` is, else the folder itself."""
    folder = folder_of(path)
    from lsp_server.view import repository_root

    return repository_root(folder)


def place_of(text: str) -> tuple[Path, int]:
    """`FILE:LINE`, the line counted from 1. Raises `Failure` on anything else."""
    match = _PLACE.fullmatch(text)
    if match is None or int(match["line"]) < 1:
        raise Failure(USAGE, f"--at {text}: expected FILE:LINE, as in src/app.py:42")
    return Path(match["file"]), int(match["line"])


def place_in(root: Path, text: str) -> tuple[str, int]:
    """`FILE:LINE` as a path relative to `root`, and the line. A relative file is one of the current folder, else of the
    root. Raises `Failure` on anything else, and for a file outside."""
    file, line = place_of(text)
    full = file if file.is_absolute() else (Path.cwd() / file if (Path.cwd() / file).exists() else root / file)
    resolved = full.resolve()
    if not resolved.is_relative_to(root):
        raise Failure(USAGE, f"--at {text}: outside {root}")
    return resolved.relative_to(root).as_posix(), line


def address_of(text: str) -> tuple[str, int]:
    """`HOST:PORT`. Raises `Failure` on anything else."""
    host, colon, port = text.rpartition(":")
    if not colon or not port.isdecimal() or int(port) > 65535:
        raise Failure(USAGE, f"--tcp {text}: expected HOST:PORT, as in 127.0.0.1:4389")
    return host.strip("[]") or "127.0.0.1", int(port)
