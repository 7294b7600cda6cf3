"""Which file an import means: the rules are each language's, the list of files and their configuration is the world's.

Built from the table of files, and rebuilt when files come or go or the configuration changes: that contents change, as
with every save, moves no module. Belongs to one thread.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping

from analyzers import languages
from analyzers.languages.language import FindModule, Language

CONFIG_BYTES_MAX = 1 << 20
CONFIG_FOLDERS_MAX = 400
"""Folders in which configuration files are looked for, the nearest to the top first."""
ANSWERS_KEPT_MAX = 10_000
"""Imports whose file is remembered; linking asks for the same ones again and again."""
CONFIG_FOLLOWED_MAX = 100
"""Configuration files that are read because others refer to them."""


class ModuleTable:
    """Resolves modules for one version of the table of files."""

    def __init__(self) -> None:
        self._paths: Mapping[str, str] | None = None
        self._find: dict[str, FindModule] = {}
        """Family of languages → what finds its modules."""
        self._answers: dict[tuple[str, str], str | None] = {}
        self._configuration: dict[str, int | None] = {}
        """What was read of the configuration, as hashes; of the files that are not there, those at the top."""

    def path(
        self, module: str, importer_path: str, paths: Mapping[str, str], read: Callable[[str], bytes | None]
    ) -> str | None:
        """The file that `module` means in an import of `importer_path`; relative names keep their leading dots.

        `paths` is the table of files; the same object means the same table. `read` gives the text of a file.
        """
        if paths is not self._paths:
            if self._moved(paths, read):
                self._find, self._answers, self._configuration = {}, {}, {}
            self._paths = paths
        key = module, importer_path
        if key not in self._answers:
            if len(self._answers) >= ANSWERS_KEPT_MAX:
                self._answers.clear()
            self._answers[key] = self._found(module, importer_path, paths, read)
        return self._answers[key]

    def _found(
        self, module: str, importer_path: str, paths: Mapping[str, str], read: Callable[[str], bytes | None]
    ) -> str | None:
        language = languages.for_path(importer_path)
        if language is None:
            return None
        find = self._find.get(language.family)
        if find is None:
            own = [path for path in paths if languages.is_of(path, language.family)]
            texts = configuration_texts(own, lambda path: self._read(path, read), [language])
            find = self._find[language.family] = language.modules(own, texts)
        return find(module, importer_path)

    def _moved(self, paths: Mapping[str, str], read: Callable[[str], bytes | None]) -> bool:
        """Whether modules may lie elsewhere than in the table before."""
        if self._paths is None or self._paths.keys() != paths.keys():
            return True
        return any(_hashed(read(path)) != known for path, known in self._configuration.items())

    def _read(self, path: str, read: Callable[[str], bytes | None]) -> bytes | None:
        data = read(path)
        if data is not None or "/" not in path:
            self._configuration[path] = _hashed(data)
        return data


def configuration_texts(
    paths: Iterable[str], read: Callable[[str], bytes | None], chosen: Collection[Language] = languages.LANGUAGES
) -> dict[str, str]:
    """The texts of the files that say where modules of some languages lie: at the top, and beside or above sources."""
    folders = {""}
    for path in paths:
        folder = path.rpartition("/")[0]
        while folder and folder not in folders:
            folders.add(folder)
            folder = folder.rpartition("/")[0]
    near = sorted(folders, key=lambda folder: (folder.count("/") + bool(folder), folder))[:CONFIG_FOLDERS_MAX]
    texts: dict[str, str] = {}
    for family in {language.family: language for language in chosen}.values():
        found: dict[str, str] = {}
        for folder in near:
            for name in family.config_names:
                _add(f"{folder}/{name}" if folder else name, read, found)
        waiting = [each for path, text in found.items() for each in family.config_follows(path, text)]
        for path in waiting:  # Grows while it is read.
            if path not in found and len(waiting) <= CONFIG_FOLLOWED_MAX and _add(path, read, found):
                waiting += family.config_follows(path, found[path])
        texts |= found
    return texts


def _hashed(data: bytes | None) -> int | None:
    return None if data is None else hash(data)


def _add(path: str, read: Callable[[str], bytes | None], found: dict[str, str]) -> bool:
    text = None if path.startswith("..") else read(path)
    if text is None or len(text) > CONFIG_BYTES_MAX:
        return False
    found[path] = text.decode("utf-8", "replace")
    return True
