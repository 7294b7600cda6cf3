"""A folder's code, read when asked for: what `explain` works on where no store is warm.

Reads as few files as the ranking needs. Never follows links out of the folder and never runs anything.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from analyzers import syntax
from analyzers.facts import FileFacts
from analyzers.languages import for_path
from lsp_server.modules import ModuleTable

PATHS_MAX = 60_000
FILE_BYTES_MAX = 4 << 20
"""A longer file is generated or data; it is not read."""
SCANNED_BYTES_MAX = 256 << 20
"""How much is scanned for definitions by name; beyond it, names in other files are not found."""

_PRUNED = frozenset({"__pycache__", "node_modules", "site-packages", "dist-packages"})


class DiskCode:
    """The source files under a folder. Caches what it read; made for one explanation and then dropped."""

    __slots__ = ("_defining", "_facts", "_modules", "_paths", "_sources", "_table", "root")

    def __init__(self, root: Path) -> None:
        self.root = root
        self._paths = _walk(root)
        self._table = dict.fromkeys(self._paths, "")
        self._modules = ModuleTable()
        self._sources: dict[str, bytes] = {}
        self._facts: dict[str, FileFacts | None] = {}
        self._defining: dict[str, list[str]] | None = None

    def paths(self) -> Sequence[str]:
        """Every source file, relative to the folder, with forward slashes."""
        return self._paths

    def source(self, path: str) -> bytes:
        """The file's text as UTF-8; empty where it cannot be read."""
        if path not in self._sources:
            self._sources[path] = syntax.decode(self._raw(path))[0]
        return self._sources[path]

    def facts(self, path: str) -> FileFacts | None:
        """The file's facts; None for a path that is not the folder's."""
        if path not in self._facts:
            language = for_path(path)
            raw = self._raw(path)
            self._facts[path] = language.facts(raw) if language and raw else None
        return self._facts[path]

    def module_path(self, module: str, importer_path: str) -> str | None:
        """The file that an import means; leading dots are relative to the importer."""
        return self._modules.path(module, importer_path, self._table, self._config)

    def paths_defining(self, name: str) -> Sequence[str]:
        """The files that define a function, method or class of this name."""
        if self._defining is None:
            self._defining = self._scan()
        return self._defining.get(name, ())

    def _scan(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        scanned = 0
        for path in self._paths:
            raw = self._raw(path)
            scanned += len(raw)
            if scanned > SCANNED_BYTES_MAX:
                break
            language = for_path(path)
            matches = language.definition.finditer(raw) if language is not None else ()
            for name in {name for match in matches for name in match.groups() if name}:
                found.setdefault(name.decode("utf-8", "replace"), []).append(path)
        return found

    def _config(self, path: str) -> bytes | None:
        return self._raw(path) or None

    def _raw(self, path: str) -> bytes:
        try:
            with open(self.root / path, "rb") as file:
                return file.read(FILE_BYTES_MAX)
        except OSError:
            return b""


def _walk(root: Path) -> list[str]:
    """The source files under the root."""
    paths: list[str] = []
    for folder, folders, files in os.walk(root):
        inside = Path(folder).relative_to(root).as_posix()
        prefix = "" if inside == "." else f"{inside}/"
        if "pyvenv.cfg" in files:
            folders[:] = []
            continue
        folders[:] = sorted(name for name in folders if name not in _PRUNED and not name.startswith("."))
        paths += [prefix + name for name in sorted(files) if for_path(name) is not None]
        if len(paths) > PATHS_MAX:
            break
    return paths[:PATHS_MAX]
