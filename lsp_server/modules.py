"""Which file an import means: the rules are each language's, the list of files and their configuration is the world's.

Built from the table of files and rebuilt when that table changes; belongs to one thread.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from analyzers.languages.python import roots

CONFIG_BYTES_MAX = 1 << 20
CONFIG_FILES_MAX = 200
"""Configuration files read, the nearest to the top first."""


class ModuleTable:
    """Resolves modules for one version of the table of files."""

    def __init__(self) -> None:
        self._paths: Mapping[str, str] | None = None
        self._python: roots.Modules | None = None

    def path(
        self, module: str, importer_path: str, paths: Mapping[str, str], read: Callable[[str], bytes | None]
    ) -> str | None:
        """The file that `module` means in an import of `importer_path`; relative names keep their leading dots.

        `paths` is the table of files; the same object means the same table. `read` gives the text of a file.
        """
        if self._python is None or paths is not self._paths:
            self._paths = paths
            self._python = roots.Modules(paths, roots.import_roots(paths, configuration_texts(paths, read)))
        dotted = module.lstrip(".")
        return self._python.resolve(dotted, importer_path, len(module) - len(dotted))


def configuration_texts(paths: Mapping[str, str], read: Callable[[str], bytes | None]) -> dict[str, str]:
    """The texts of the files that say where packages lie: at the top, and beside or above any source."""
    folders = {""}
    for path in paths:
        folder = path.rpartition("/")[0]
        while folder and folder not in folders:
            folders.add(folder)
            folder = folder.rpartition("/")[0]
    near = sorted(folders, key=lambda folder: (folder.count("/") + bool(folder), folder))[:CONFIG_FILES_MAX]
    texts: dict[str, str] = {}
    for folder in near:
        for name in roots.CONFIG_NAMES:
            path = f"{folder}/{name}" if folder else name
            text = read(path)
            if text is not None and len(text) <= CONFIG_BYTES_MAX:
                texts[path] = text.decode("utf-8", "replace")
    return texts
