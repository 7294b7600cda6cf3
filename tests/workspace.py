"""A fixture as a workspace whose files are linked: the lookups that the store answers, from a dictionary."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from analyzers import languages
from analyzers.facts import FileFacts, called_names, defined_names


class Workspace:
    """Implements `analyzers.graph.Lookups` for files by path."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self.files = dict(files)
        self._facts: dict[str, FileFacts] = {}
        self._calling: dict[str, list[str]] = defaultdict(list)
        self._defining: dict[str, list[str]] = defaultdict(list)
        for path, data in sorted(files.items()):
            language = languages.for_path(path)
            if language is None:
                continue
            found = self._facts[path] = language.facts(data)
            for name in called_names(found):
                self._calling[name].append(path)
            for name in defined_names(found):
                self._defining[name].append(path)
        texts = {path: data.decode() for path, data in files.items() if path not in self._facts}
        self._find = {it.name: it.modules(list(files), texts) for it in languages.LANGUAGES}

    def facts(self, path: str) -> FileFacts | None:
        return self._facts.get(path)

    def paths_calling(self, name: str) -> Sequence[str]:
        return self._calling.get(name, ())

    def paths_defining(self, name: str) -> Sequence[str]:
        return self._defining.get(name, ())

    def module_path(self, module: str, importer_path: str) -> str | None:
        language = languages.for_path(importer_path)
        return self._find[language.name](module, importer_path) if language else None
