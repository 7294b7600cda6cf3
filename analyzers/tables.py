"""One file's facts, with the tables by which linking finds something in them; each is made when it is first asked for.

The tables are a pure function of the facts, so they are kept from one question to the next. Nothing here reads a
second file.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence

from analyzers import languages
from analyzers.facts import DEFAULT_EXPORT, MODULE, SETTER, Call, FileFacts, Import, Local, Symbol
from analyzers.languages import Language

FILES_KEPT_MAX = 400
"""Files whose tables are kept for the next question."""
IMPORTS_MAX = 8
"""Imports of one name in one scope that are followed."""


class File:
    """One file's facts with the tables that linking needs, each made when it is first asked for."""

    __slots__ = (
        "_aliases",
        "_before",
        "_classes",
        "_imports",
        "_locals",
        "_names",
        "_owners",
        "facts",
        "language",
        "path",
    )

    def __init__(self, path: str, facts: FileFacts, language: Language) -> None:
        self.path, self.facts, self.language = path, facts, language
        self._names: dict[str, int] | None = None
        self._before = array("i")
        """The symbol before each that has the same name."""
        self._locals: dict[tuple[int, str], list[Local]] | None = None
        self._classes: list[tuple[int, frozenset[str]]] | None = None
        self._aliases: dict[str, set[str]] | None = None
        self._imports: dict[tuple[int, str], list[Import]] | None = None
        self._owners: set[int] | None = None

    def child(self, parent: int, name: str) -> int | None:
        """The symbol called `name` directly inside `parent`: the last one, as when the code runs, but not a setter."""
        names = self._by_name()
        at = names.get(name, MODULE)
        found = None
        parents = self.facts.outline.parents
        # From the last one backwards: an earlier one counts where all later ones only add to it.
        while at != MODULE:
            if parents[at] == parent:
                found = at
                if self._before[at] == MODULE or not self._amends(self.facts.symbols[at]):
                    break
            at = self._before[at]
        return found

    def named(self, qualname: str) -> int:
        """The last symbol with a qualified name; `MODULE` where there is none."""
        at = self._by_name().get(qualname.rpartition(".")[2], MODULE)
        while at != MODULE and self.facts.symbols[at].qualname != qualname:
            at = self._before[at]
        return at

    def _by_name(self) -> dict[str, int]:
        """Name → the last symbol that has it, from which `_before` leads to the others. A list for each name would
        take most of the memory that a file takes."""
        if self._names is None:
            self._names = names = dict[str, int]()
            before = []
            for at, name in enumerate(self.facts.outline.names):
                before.append(names.get(name, MODULE))
                names[name] = at
            self._before = array("i", before)
        return self._names

    def imports(self, scope: int, alias: str) -> list[Import]:
        """The imports that give `scope` the name `alias`."""
        if self._imports is None:
            self._imports = defaultdict(list)
            for each in self.facts.imports:
                self._imports[each.scope, each.alias].append(each)
        return self._imports.get((scope, alias), [])[:IMPORTS_MAX]

    def scopes(self, scope: int) -> Iterator[int]:
        """The scopes in which a name is looked up, the innermost first. A class's members are not seen from inside."""
        inner = scope
        outline = self.facts.outline
        while scope >= 0:
            if scope == inner or scope in outline.spaces:
                yield scope
            scope = outline.parents[scope]
        yield MODULE

    def locals(self, scope: int, name: str) -> list[Local]:
        """What is known to be assigned to a local variable."""
        if self._locals is None:
            self._locals = defaultdict(list)
            for each in self.facts.locals:
                self._locals[each.scope, each.name].append(each)
        return self._locals.get((scope, name), [])

    def below(self, names: set[str]) -> list[int]:
        """The symbols that have a base class with one of these last names."""
        if self._classes is None:
            self._classes = [
                (at, frozenset(base.rpartition(".")[2] for base in bases)) for at, bases in self.facts.outline.bases
            ]
        return [at for at, bases in self._classes if not bases.isdisjoint(names)]

    def names_for(self, name: str) -> set[str]:
        """The names by which the file may mean something called `name`: itself, and what it is imported as."""
        if self._aliases is None:
            self._aliases = defaultdict(set)
            for each in self.facts.imports:
                if each.alias and each.alias != (each.name or DEFAULT_EXPORT):
                    self._aliases[each.name or DEFAULT_EXPORT].add(each.alias)
        return {name, *self._aliases.get(name, ())}

    def calls_of(self, names: set[str]) -> list[Call]:
        """The calls of something with one of the names, or imported under one, in the order of the source."""
        said = set().union(*map(self.names_for, names))
        return sorted(self.facts.calls_named(said), key=lambda call: call.end)

    def symbol_before(self, offset: int) -> Symbol | None:
        """The last symbol that starts at or before a byte."""
        at = bisect_right(self.facts.outline.starts, offset) - 1
        return self.facts.symbols[at] if at >= 0 else None

    def other_names(self, name: str) -> set[str]:
        """The names under which the file passes on something of its own or of another file: `export { name as b }`."""
        exports = self.facts.exports or ()
        return {each for each in self.names_for(name) if each != name and each in exports}

    def member(self, owner: int, name: str) -> int | None:
        """The method or field called `name` of a class, or of an object or function that has any."""
        found = self.child(owner, name)
        if found is None or owner < 0 or self.facts.symbols[owner].kind == "class":
            return found
        return found if self.facts.symbols[found].kind in ("method", "field") else None

    def has_members(self, owner: int) -> bool:
        """Whether a symbol holds methods or fields."""
        if self._owners is None:
            self._owners = {each.parent for each in self.facts.symbols if each.kind in ("method", "field")}
        return owner in self._owners

    def _amends(self, symbol: Symbol) -> bool:
        """Whether a definition adds to an earlier one of the same name: a property's setter."""
        if symbol.flags & SETTER:
            return True
        return any(name.endswith(self.language.words.amending) for name in symbol.decorators)

    def line(self, offset: int) -> int:
        """The line, counted from 1, that holds a byte."""
        return bisect_right(self.facts.line_starts, offset) or 1


_kept: dict[str, File] = {}


def file_of(path: str, facts: FileFacts) -> File | None:
    """The tables of a file, the ones made before if the facts are the same object; None for an unknown language."""
    known = _kept.pop(path, None)
    if known is not None and known.facts is facts:
        _kept[path] = known  # The longest unused goes first.
        return known
    language = languages.for_path(path)
    if language is None:
        return None
    # Threads that meet here at worst make a table twice.
    while len(_kept) >= FILES_KEPT_MAX:
        _kept.pop(next(iter(_kept)), None)
    found = _kept[path] = File(path, facts, language)
    return found


FUNCTIONS = ("function", "method")


def enclosing(facts: FileFacts, offset: int, kinds: Sequence[str] = ("function", "method", "class")) -> int:
    """The innermost symbol of these kinds around a byte offset; `MODULE` where there is none."""
    for at in range(bisect_right(facts.outline.starts, offset) - 1, -1, -1):
        symbol = facts.symbols[at]
        if offset < symbol.end and symbol.kind in kinds:
            return at
    return MODULE
