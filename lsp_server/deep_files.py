"""The deep analysis over files on disk: it brings the configuration's texts and library code to `inference`.

Knows where text lies, and nothing of what it means.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from analyzers.records import FileLinks, Record
from lsp_server.library_files import MODULE_BYTES_MAX, LibraryFiles, open_library
from lsp_server.modules import CONFIG_BYTES_MAX, configuration_texts

if TYPE_CHECKING:
    from analyzers.inference.analysis import Analysis


INSTALLED = "node_modules/"
"""Begins the paths under which packages lie that a repository has installed."""

HOMES_MAX = 50
"""Packages of one repository whose own installed packages are looked at."""


class FileAnalysis:
    """A `DeepAnalysis` of one repository's files. Belongs to the sleeper's own thread."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._homes: tuple[str, ...] = ("",)
        """Folders that have packages installed, the nearest to the top first: a repository's packages may each."""

    @cached_property
    def analysis(self) -> Analysis:
        """The analysis itself. Made, and imported, at the first use: a start has to answer before it is needed."""
        from analyzers.inference.analysis import Analysis

        return Analysis(self._read_library)

    @cached_property
    def _library(self) -> LibraryFiles:
        return open_library(self._root, "", os.environ)

    def begin(self, paths: Sequence[str]) -> None:
        """These are all files of the repository."""
        texts = configuration_texts(dict.fromkeys(paths, ""), self._read_configuration)
        near = sorted({path.rpartition("/")[0] for path in texts}, key=lambda folder: (folder.count("/"), folder))
        homes = [folder for folder in near if folder and (self._root / folder / INSTALLED).is_dir()]
        self._homes = ("", *homes[:HOMES_MAX])
        self.analysis.begin(paths, texts)

    def update(self, path: str, source: bytes | None) -> None:
        """The file's current bytes, or None where it is gone."""
        self.analysis.update(path, source)

    def run(self, first: Sequence[str], should_pause: Callable[[], bool]) -> bool:
        """Works until all is done (True) or until `should_pause` says so (False)."""
        return self.analysis.run(should_pause)

    def settled(self) -> Sequence[str]:
        """Files whose records are ready and may have changed since this was last asked, likeliest first."""
        return self.analysis.settled()

    def records(self, path: str) -> list[Record]:
        """What is known of the file's symbols."""
        return self.analysis.records(path)

    def links(self, path: str) -> FileLinks | None:
        """Where the names used in the file lead, where that is known."""
        return self.analysis.links(path)

    def _read_library(self, module: str) -> tuple[str, bytes] | None:
        if module.startswith(INSTALLED):
            data = self._read_installed(module)
            return (module, data) if data is not None else None
        found = self._library.find(module)
        if found is None or not found.path.endswith((".py", ".pyi")):
            return None
        data = self._library.read(found)
        return None if data is None else (found.path, data)

    def _read_installed(self, path: str) -> bytes | None:
        """A text of an npm package that is installed in the repository or in one of its packages, by its path there."""
        if ".." in path.split("/"):
            return None
        for home in self._homes:
            try:
                with (self._root / home / path).open("rb") as file:
                    data = file.read(MODULE_BYTES_MAX + 1)
            except OSError:
                continue
            return data if len(data) <= MODULE_BYTES_MAX else None
        return None

    def _read_configuration(self, path: str) -> bytes | None:
        try:
            with (self._root / path).open("rb") as file:
                return file.read(CONFIG_BYTES_MAX + 1)
        except OSError:
            return None
