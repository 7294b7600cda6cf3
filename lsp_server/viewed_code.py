"""The repository's code as the index has it, for whoever ranks suspects: facts are there, nothing is scanned.

Implements `evidence.code.Code` over a `View`, as `disk_code` does over a bare folder.
"""

from __future__ import annotations

from collections.abc import Sequence

from analyzers import languages
from analyzers.facts import FileFacts
from lsp_server.view import View


class ViewedCode:
    """Made for one look at the failures and then dropped; belongs to its view's thread."""

    def __init__(self, view: View) -> None:
        self._view = view
        self._paths = sorted(path for path in view.paths() if languages.for_path(path) is not None)
        self._known = frozenset(self._paths)

    def paths(self) -> Sequence[str]:
        """Every file in the index."""
        return self._paths

    def source(self, path: str) -> bytes:
        """The text that the facts were made from; empty where it is not at hand."""
        return self._view.source(path) or b""

    def facts(self, path: str) -> FileFacts | None:
        """The index's facts; None where the text beside them is another one by now."""
        if path not in self._known or self._view.source(path) is None:
            return None
        return self._view.index_facts(path)

    def module_path(self, module: str, importer_path: str) -> str | None:
        """The file that an import means; leading dots are relative to the importer."""
        return self._view.module_path(module, importer_path)

    def paths_defining(self, name: str) -> Sequence[str]:
        """The files that define a function, method or class of this name."""
        return [path for path in self._view.paths_defining(name) if path in self._known]
