"""Facts: what one blob says by itself. A pure function of the bytes, so they are stored by the blob's name.

Every offset is a byte offset into the blob's UTF-8 text. A symbol is referred to by its index in `FileFacts.symbols`;
`MODULE` means the file's top level. Names are kept as written (`self.store.get`); `graph` resolves them.
"""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from itertools import chain
from operator import attrgetter
from typing import Any, NamedTuple, overload

import msgspec

MODULE = -1
"""The index that stands for the module itself where a symbol's index is expected."""

DEFAULT_EXPORT = "default"
"""The name of what a module exports as a whole, where a language has that: `export default`, `module.exports`."""

OPAQUE = "?"
"""Stands for an expression that is no dotted name: the receiver of `rows[0].save()`, the base class `a or b`."""


class Symbol(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A definition: what it is called, where it is, and what its header says."""

    kind: str
    """`class`, `function`, `method`, `field` (class body or `self.x`) or `variable` (module level)."""
    name: str
    qualname: str
    """Inside the file, nested definitions joined by dots: `Context.invoke`, `outer.inner`."""
    start: int
    end: int
    name_start: int
    name_end: int
    parent: int
    digest: str
    """`text.span_digest` of the whole definition; empty for fields and variables."""
    decorators: tuple[str, ...] = ()
    """Dotted names without arguments; decorators belong to the definition's span."""
    bases: tuple[str, ...] = ()
    """Dotted names without type arguments; one that is called to make the base ends in `()`."""
    parameters: tuple[str, ...] = ()
    """As written without defaults: `self`, `*args`, `ctx: Context`; `/` and `*` stand alone. A default leaves a `=`."""
    annotation: str = ""
    """The return annotation of a function or the declared type of a field, as written."""
    flags: int = 0
    value: str = ""
    """For fields and variables: the dotted name that is called or copied (`Foo` in `x = Foo()`), if it is one."""


ASYNC = 1
GENERATOR = 2
FALLS_OFF_END = 4
"""The function's last statement can be passed, so that it returns None implicitly."""
CALLS_VALUE = 8
"""`Symbol.value` is called: `x = Foo()`, as opposed to `x = Foo`."""
GETTER = 16
"""A method that runs when a field of its name is read."""
SETTER = 32
"""A method that runs when a field of its name is written; it adds to the getter of the same name."""


class Import(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One imported name. `from ..a import b as c` is module `..a`, name `b`, alias `c`; `import a.b` has no name.

    Where a module passes a name of its own on under another one (`export { b as c }`), `module` is empty.

    `alias` is the name that the scope gets, also where the source has no `as`: `b` for `from a import b`, `a` for
    `import a.b`, `*` for `from a import *`. `start` and `end` are the span of the imported name.
    """

    scope: int
    module: str
    name: str
    alias: str
    start: int
    end: int


class Call(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A call or a decoration; `receiver` is the dotted text before the last name, empty for a plain name.

    A step of the receiver that is called itself ends in `()`: `super()`, `self.store()`, `Path()`; a string
    is `str()`; anything else is `OPAQUE`.
    """

    scope: int
    receiver: str
    name: str
    start: int
    end: int
    """The span of the called name, not of the whole call."""


class Raise(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A `raise` statement; `type` is dotted as written, empty for a bare `raise`."""

    scope: int
    type: str
    start: int
    end: int
    caught: tuple[str, ...] = ()
    """Exception types caught around it inside the same function, the innermost first; `BaseException` for all."""


class Return(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A `return` statement; `value` is `""` for a bare one, `None`, the name it calls with `()`, or `?`."""

    scope: int
    value: str
    start: int
    end: int


class Local(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What a function assigns to a local variable, where that tells what the variable is.

    There is one for each assignment to the name, in the order of the source; `value` is `OPAQUE` where one of several
    does not tell. `flags` has `CALLS_VALUE` as for a field; `x = None` does not count.
    """

    scope: int
    name: str
    value: str
    annotation: str = ""
    flags: int = 0


class Outline(NamedTuple):
    """Columns of the symbols' table: one entry for each symbol, but `bases`."""

    names: Sequence[str]
    parents: Sequence[int]
    starts: Sequence[int]
    bases: tuple[tuple[int, tuple[str, ...]], ...]
    """The symbols that have bases, and these."""
    spaces: frozenset[int]
    """The symbols whose own names are seen from inside what they hold: functions and namespaces, not classes."""


class FileFacts:
    """Everything that one blob says. A value: nobody changes it.

    `outline` says of all symbols what linking asks about all of them.

    Facts that come from the store are decoded section by section, when somebody looks: a hover needs a few calls and
    symbols of dozens of files.
    """

    __slots__ = (
        "_groups",
        "_stored",
        "calls",
        "exports",
        "imports",
        "language",
        "line_starts",
        "locals",
        "notes",
        "outline",
        "raises",
        "returns",
        "symbols",
    )

    language: str
    symbols: Sequence[Symbol]
    imports: tuple[Import, ...]
    calls: tuple[Call, ...]
    """In the order in which the called names end: inner calls of a chain before outer ones."""
    raises: tuple[Raise, ...]
    returns: tuple[Return, ...]
    exports: tuple[str, ...] | None
    """`__all__`, where it is a literal."""
    line_starts: Sequence[int]
    """Byte offset of each line's start, so that a citation's line is known without the source."""
    notes: tuple[str, ...]
    """What went wrong while reading it, for `doctor`; partial facts are still facts."""
    locals: tuple[Local, ...]
    outline: Outline

    def __init__(
        self,
        language: str,
        symbols: Sequence[Symbol] = (),
        imports: tuple[Import, ...] = (),
        calls: tuple[Call, ...] = (),
        raises: tuple[Raise, ...] = (),
        returns: tuple[Return, ...] = (),
        exports: tuple[str, ...] | None = None,
        line_starts: Sequence[int] = (),
        notes: tuple[str, ...] = (),
        locals: tuple[Local, ...] = (),
    ) -> None:
        self.language, self.exports, self.notes = language, exports, notes
        self.symbols, self.imports, self.calls = symbols, imports, calls
        self.raises, self.returns, self.locals = raises, returns, locals
        self.line_starts = line_starts
        self.outline = Outline(
            tuple(symbol.name for symbol in symbols),
            [symbol.parent for symbol in symbols],
            [symbol.start for symbol in symbols],
            tuple((at, symbol.bases) for at, symbol in enumerate(symbols) if symbol.bases),
            frozenset(at for at, symbol in enumerate(symbols) if symbol.kind in ("function", "method", "namespace")),
        )
        self._stored: _Stored | None = None
        self._groups: dict[str, msgspec.Raw] | None = None

    def calls_named(self, names: Collection[str]) -> list[Call]:
        """The calls of something with one of these last names, in no order."""
        stored = self._stored
        if stored is None:
            return [call for call in self.calls if call.name in names]
        if self._groups is None:
            self._groups = _groups_decoder.decode(stored.calls)
        found: list[Call] = []
        for name in names:
            group = self._groups.get(name)
            if group is not None:
                found += _group_decoder.decode(group)
        return found

    def __getattr__(self, name: str) -> Any:
        """Asked only for a section that was not decoded yet."""
        stored = None if name == "_stored" else self._stored
        if stored is None or name not in _SECTIONS:
            raise AttributeError(name)
        value = _SECTIONS[name](stored)
        setattr(self, name, value)
        return value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, FileFacts) and encode(self) == encode(other)

    __hash__ = None  # type: ignore[assignment]


class _Symbols(Sequence[Symbol]):
    """Symbols that are decoded one by one, when somebody looks: of most files a hover needs a few of hundreds."""

    __slots__ = ("_made", "_raw")

    def __init__(self, raw: list[msgspec.Raw]) -> None:
        self._raw = raw
        self._made: dict[int, Symbol] = {}

    @overload
    def __getitem__(self, at: int) -> Symbol: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[Symbol]: ...
    def __getitem__(self, at: int | slice) -> Symbol | Sequence[Symbol]:
        if isinstance(at, slice):
            return [self[index] for index in range(*at.indices(len(self._raw)))]
        found = self._made.get(at)
        if found is None:
            found = _symbol_decoder.decode(self._raw[at])
            self._made[at] = found
        return found

    def __len__(self) -> int:
        return len(self._raw)


class _Stored(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """Facts as the store has them: each section as bytes, calls in groups by name, columns of numbers of 32 bits."""

    language: str
    symbols: msgspec.Raw
    names: msgspec.Raw
    parents: bytes
    starts: bytes
    bases: msgspec.Raw
    spaces: bytes
    imports: msgspec.Raw
    calls: msgspec.Raw
    raises: msgspec.Raw
    returns: msgspec.Raw
    exports: tuple[str, ...] | None
    line_starts: bytes
    notes: tuple[str, ...]
    locals: msgspec.Raw


def called_names(facts: FileFacts) -> tuple[str, ...]:
    """The names by which somebody who looks for callers finds this file, sorted, each once.

    They are what it calls or decorates with, the last name of each; what it imports under an alias, by its own name;
    and the base classes of its classes, since a subclass is how a constructor is reached without being named.
    """
    names = {call.name for call in facts.calls}
    for _, bases in facts.outline.bases:
        names.update(base.rpartition(".")[2] for base in bases if not base.endswith(")"))
    names.update(imported.name for imported in facts.imports if imported.alias != imported.name)
    names.update(default_key(each.module) for each in facts.imports if each.name == DEFAULT_EXPORT)
    names -= {"", "*", OPAQUE}
    return tuple(sorted(names))


def default_key(module: str) -> str:
    """By what name somebody finds the files that import a module as a whole: its last part, without an ending.

    Whoever imports it chooses the name that it is called by, so that name does not tell.
    """
    last = module.rstrip("/").rpartition("/")[2].partition(".")[0]
    return f"{last or '.'} {DEFAULT_EXPORT}"


def default_keys(path: str, package_file: str) -> tuple[str, ...]:
    """The keys by which the file at `path` may be imported as a whole; a package's file goes by its folders' names."""
    *folders, name = path.split("/")
    stem = name.partition(".")[0]
    if stem != package_file:
        return (default_key(stem),)
    return tuple(dict.fromkeys(map(default_key, (stem, "", *folders[-3:]))))


def defined_names(facts: FileFacts) -> tuple[str, ...]:
    """The names that this file gives to something other than a local variable, sorted, each once."""
    return tuple(sorted(set(facts.outline.names)))


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(_Stored)
_groups_decoder = msgspec.msgpack.Decoder(dict[str, msgspec.Raw])
_group_decoder = msgspec.msgpack.Decoder(list[Call])
_all_groups_decoder = msgspec.msgpack.Decoder(dict[str, list[Call]])
_symbols_decoder = msgspec.msgpack.Decoder(list[msgspec.Raw])
_symbol_decoder = msgspec.msgpack.Decoder(Symbol)
_names_decoder = msgspec.msgpack.Decoder(tuple[str, ...])
_bases_decoder = msgspec.msgpack.Decoder(tuple[tuple[int, tuple[str, ...]], ...])
_imports_decoder = msgspec.msgpack.Decoder(tuple[Import, ...])
_raises_decoder = msgspec.msgpack.Decoder(tuple[Raise, ...])
_returns_decoder = msgspec.msgpack.Decoder(tuple[Return, ...])
_locals_decoder = msgspec.msgpack.Decoder(tuple[Local, ...])


def encode(facts: FileFacts) -> bytes:
    """Facts as bytes for the store."""
    groups: defaultdict[str, list[Call]] = defaultdict(list)
    for call in facts.calls:
        groups[call.name].append(call)
    return _encoder.encode(
        (
            facts.language,
            tuple(facts.symbols),
            facts.outline.names,
            array("i", facts.outline.parents).tobytes(),
            array("I", facts.outline.starts).tobytes(),
            facts.outline.bases,
            array("I", sorted(facts.outline.spaces)).tobytes(),
            facts.imports,
            groups,
            facts.raises,
            facts.returns,
            facts.exports,
            array("I", facts.line_starts).tobytes(),
            facts.notes,
            facts.locals,
        )
    )


def decode(data: bytes) -> FileFacts:
    """The inverse of `encode`. Raises `msgspec.MsgspecError` on bytes that are not facts."""
    stored = _decoder.decode(data)
    facts = FileFacts.__new__(FileFacts)
    facts.language, facts.exports, facts.notes = stored.language, stored.exports, stored.notes
    facts._stored, facts._groups = stored, None
    return facts


def _calls(stored: _Stored) -> tuple[Call, ...]:
    groups = _all_groups_decoder.decode(stored.calls)
    return tuple(sorted(chain.from_iterable(groups.values()), key=attrgetter("end")))


def _numbers(code: str, data: bytes) -> Sequence[int]:
    found = array(code)
    found.frombytes(data)
    return found


def _outline(stored: _Stored) -> Outline:
    return Outline(
        _names_decoder.decode(stored.names),
        _numbers("i", stored.parents),
        _numbers("I", stored.starts),
        _bases_decoder.decode(stored.bases),
        frozenset(_numbers("I", stored.spaces)),
    )


_SECTIONS: dict[str, Callable[[_Stored], Any]] = {
    "symbols": lambda stored: _Symbols(_symbols_decoder.decode(stored.symbols)),
    "outline": _outline,
    "imports": lambda stored: _imports_decoder.decode(stored.imports),
    "calls": _calls,
    "raises": lambda stored: _raises_decoder.decode(stored.raises),
    "returns": lambda stored: _returns_decoder.decode(stored.returns),
    "line_starts": lambda stored: _numbers("I", stored.line_starts),
    "locals": lambda stored: _locals_decoder.decode(stored.locals),
}
