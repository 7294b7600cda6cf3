"""The deep analysis of Python: lowering, the dialect, names of modules, and stubs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache

from analyzers import ir
from analyzers.inference.dialect import Declarations, Deep, ReadLibrary, Resolve
from analyzers.languages.python import grammar, lower, roots
from analyzers.languages.python.dialect import DIALECT
from analyzers.syntax import Node, decode, parse

LIBRARY_UNITS_MAX = 512
"""Library modules whose lowered form is kept, for all workspaces of the process: units are never changed."""


def unit(root: Node, path: str) -> ir.Unit:
    """What one file does."""
    return lower.lower(root)


def modules(paths: Sequence[str], texts: Mapping[str, str]) -> tuple[dict[str, str], Resolve]:
    """Modules are called as they are imported from the roots that the configuration names."""
    found = roots.import_roots(paths, texts)
    return {p: roots.module_name(p, found) for p in paths}, roots.Modules(paths, found).resolve


@lru_cache(maxsize=LIBRARY_UNITS_MAX)
def _lowered(data: bytes) -> ir.Unit | None:
    parsed = parse(grammar(), decode(data)[0])
    return None if parsed is None else lower.lower(parsed.root)


class Library:
    """Library modules, lowered when they are first asked for."""

    def __init__(self, read: ReadLibrary) -> None:
        self._read = read

    def unit(self, module: str) -> tuple[str, ir.Unit] | None:
        found = self._read(module)
        if found is None:
            return None
        path, data = found
        unit = _lowered(data)
        return None if unit is None else (path, unit)


def library(read: ReadLibrary) -> Declarations:
    return Library(read)


DEEP = Deep(DIALECT, unit, modules, library)
