"""A repository's names as routing looks them up. Keeps the table of names while the files stay the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from weakref import WeakKeyDictionary

from analyzers import languages
from analyzers.asking.names import NameTable
from analyzers.facts import Symbol
from lsp_server.view import View

_tables: WeakKeyDictionary[View, tuple[Mapping[str, str], NameTable]] = WeakKeyDictionary()
"""By view: the state of the files, and their names. A view belongs to one thread, and so does its entry."""


class ViewCode:
    """Made for one question. Implements `anchors.Code`."""

    def __init__(self, view: View) -> None:
        self._view = view

    def table(self) -> NameTable:
        paths = self._view.paths()
        known = _tables.get(self._view)
        if known is None or known[0] is not paths:
            known = (paths, NameTable(self._view.defined_names()))
            _tables[self._view] = known
        return known[1]

    def defining(self, name: str) -> Sequence[str]:
        return self._view.paths_defining(name)

    def symbols(self, path: str) -> Sequence[Symbol]:
        facts = self._view.facts(path)
        return facts.symbols if facts is not None else ()

    def paths(self) -> Sequence[str]:
        return tuple(self._view.paths())

    def is_test(self, path: str) -> bool:
        return languages.is_test_path(path)
