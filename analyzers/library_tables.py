"""Tables of what is known of a language's standard library beyond its declarations: each language brings its own.

Functions are named by their definition (`json.decoder.JSONDecoder.decode`) or by the name that people use
(`socket.socket.connect`); both find the same entry. Names that start with `op.` stand for syntax (`op.division`,
`op.with`, `op.+`). This module must not know any language or any analysed program.

An argument is named by its position, counted from 0 without the receiver, or by its keyword.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Literal

import msgspec

Kind = Literal[
    "files",
    "processes",
    "network",
    "environment",
    "clock",
    "random",
    "output",
    "input",
    "threads",
    "locks",
    "globals",
    "code",
]


class LibraryRaise(msgspec.Struct, frozen=True):
    """An exception that a library function or an operation can raise, and when.

    `unless` and `needs` list arguments: the exception is ruled out where any of `unless` is given, and possible only
    where any of `needs` is. A number there means "at least so many positional arguments".
    """

    type: str
    when: str
    rare: bool = False
    unless: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()

    def applies(self, positional: int, keywords: Collection[str]) -> bool:
        """Whether a call with so many positional arguments and these keywords can raise it.

        The caller leaves out keywords that are passed their neutral constant (`check=False`, `timeout=None`).
        """
        if any(_given(argument, positional, keywords) for argument in self.unless):
            return False
        return not self.needs or any(_given(argument, positional, keywords) for argument in self.needs)


class LibraryNone(msgspec.Struct, frozen=True):
    """When a library function gives None; ruled out where any of `unless` is given (and is not None itself)."""

    when: str
    unless: tuple[str, ...] = ()

    def applies(self, positional: int, keywords: Collection[str]) -> bool:
        """Whether a call with so many positional arguments and these keywords can give None."""
        return not any(_given(argument, positional, keywords) for argument in self.unless)


class Effect(msgspec.Struct, frozen=True, array_like=True):
    """What a library function touches. `open` means that the mode decides; see `mode_changes`."""

    kind: Kind
    manner: Literal["read", "change", "open"]


class Callback(msgspec.Struct, frozen=True):
    """A library function calls something that it is given.

    `callee` is the argument that is called: `0/func` (a position that may also be a keyword), `key` (a keyword only),
    `0*` (each from there on), `0[]` (each element), `0.close` (a method of it), `self.run` (a method of the receiver,
    `self.visit_*` any with that beginning), `result:0` (the first argument of the decorator that is returned),
    `0:method` (the argument is the name of what is called).
    `receives` lists what the callable gets: `1` an argument, `1[]` an element of it, `1*` the rest from there, `**` the
    keywords, `args*` what the keyword holds, `prev` its last result, `self`, `instance`, `class`, `?` something else.
    """

    callee: str
    when: Literal["now", "later", "iterated", "never"]
    receives: tuple[str, ...] = ()
    result: Literal["", "returned", "elements", "wrapped", "same"] = ""
    """What the call gives: the callable's result, an iterable of its results, a callable that calls it, or itself."""
    needs: tuple[str, ...] = ()


class Protocol(msgspec.Struct, frozen=True):
    """A library function or an operation calls a special method of the argument `on`.

    `calls` lists alternatives, best first: the first that the type defines is called. Each is a chain: the second name
    is called on the first one's result. `1.__radd__` means the method of argument 1.
    """

    on: str
    calls: tuple[tuple[str, ...], ...]


class _Entry(msgspec.Struct, frozen=True):
    families: tuple[str, ...] = ()
    own: tuple[LibraryRaise, ...] = ()


class _Raises(msgspec.Struct, frozen=True):
    families: dict[str, tuple[LibraryRaise, ...]]
    functions: dict[str, _Entry]


class _Nones(msgspec.Struct, frozen=True):
    sometimes: dict[str, LibraryNone]
    always: tuple[str, ...]


class _Effects(msgspec.Struct, frozen=True):
    effects: dict[str, tuple[Effect, ...]]


class _Callbacks(msgspec.Struct, frozen=True):
    callbacks: dict[str, tuple[Callback, ...]]
    protocols: dict[str, tuple[Protocol, ...]]


class _Names(msgspec.Struct, frozen=True):
    bases: dict[str, tuple[str, ...]]
    exception_aliases: dict[str, str]
    function_aliases: dict[str, str]


class Library:
    """The tables, joined. Read-only after it is built."""

    __slots__ = ("_always_none", "_callbacks", "_effects", "_families", "_names", "_nones", "_protocols", "_raises")

    def __init__(self, raises: bytes, nones: bytes, effects: bytes, callbacks: bytes, names: bytes) -> None:
        table = msgspec.json.decode(raises, type=_Raises)
        self._raises = {name: _joined(entry, table.families) for name, entry in table.functions.items()}
        none_table = msgspec.json.decode(nones, type=_Nones)
        self._nones = none_table.sometimes
        self._always_none = frozenset(none_table.always)
        effect_table = msgspec.json.decode(effects, type=_Effects).effects
        self._effects = {name: found for name, found in effect_table.items() if not name.endswith("*")}
        self._families = {name[:-1]: found for name, found in effect_table.items() if name.endswith(".*")}
        calls = msgspec.json.decode(callbacks, type=_Callbacks)
        self._callbacks = calls.callbacks
        self._protocols = calls.protocols
        self._names = msgspec.json.decode(names, type=_Names)

    def common_name(self, name: str) -> str:
        """The name under which the tables list a function."""
        return self._names.function_aliases.get(name, name)

    def raises(self, name: str) -> tuple[LibraryRaise, ...] | None:
        """What a function or an operation can raise, commonest first; `()` if nothing, None if it is not listed."""
        found = self._raises.get(name)
        return self._raises.get(self.common_name(name)) if found is None else found

    def none(self, name: str) -> LibraryNone | None:
        """Why a function, or a field, can be None although not always."""
        return self._nones.get(name) or self._nones.get(self.common_name(name))

    def always_none(self, name: str) -> bool:
        """Whether a function is listed as one that only returns None."""
        return name in self._always_none or self.common_name(name) in self._always_none

    def effects(self, name: str) -> tuple[Effect, ...]:
        """What a function touches besides its arguments."""
        for candidate in (name, self.common_name(name)):
            if candidate in self._effects:
                return self._effects[candidate]
            module = candidate
            while module:
                module = module.rpartition(".")[0]
                if f"{module}." in self._families:
                    return self._families[f"{module}."]
        return ()

    def callbacks(self, name: str) -> tuple[Callback, ...]:
        """Which of its arguments a function calls."""
        return self._callbacks.get(name) or self._callbacks.get(self.common_name(name), ())

    def protocols(self, name: str) -> tuple[Protocol, ...]:
        """Which special methods of its arguments a function or an operation calls."""
        return self._protocols.get(name) or self._protocols.get(self.common_name(name), ())

    def exception_name(self, name: str) -> str | None:
        """The name under which an exception class is listed (`json.JSONDecodeError`), None if it is not.

        Built-in ones are listed without a module, and found with or without `builtins.`.
        """
        name = name.removeprefix("builtins.")
        name = self._names.exception_aliases.get(name, name)
        return name if name in self._names.bases else None

    def exception_bases(self, name: str) -> tuple[str, ...]:
        """The direct bases of an exception class of the standard library."""
        known = self.exception_name(name)
        return self._names.bases[known] if known else ()

    def ancestors(self, name: str) -> tuple[str, ...]:
        """The class itself and all classes above it up to `BaseException`, nearest first; empty if it is not listed."""
        found: dict[str, None] = {}
        waiting = [known for known in (self.exception_name(name),) if known]
        while waiting:
            current = waiting.pop(0)
            if current not in found and current in self._names.bases:
                found[current] = None
                waiting.extend(self._names.bases[current])
        # BaseException comes last even where a second base brings it early.
        return tuple(sorted(found, key=("Exception", "BaseException").__contains__))

    def catches(self, handler: str, raised: str) -> bool:
        """Whether `except handler` stops `raised`, both classes of the standard library."""
        return self.exception_name(handler) in self.ancestors(raised)

    def exceptions(self) -> Iterable[str]:
        """The names of all exception classes that are listed."""
        return self._names.bases.keys()


def _given(argument: str, positional: int, keywords: Collection[str]) -> bool:
    return positional >= int(argument) if argument.isdecimal() else argument in keywords


def _joined(entry: _Entry, families: dict[str, tuple[LibraryRaise, ...]]) -> tuple[LibraryRaise, ...]:
    """Its own exceptions and its families', each type once, the common ones first."""
    found: dict[str, LibraryRaise] = {}
    for raised in (*entry.own, *(member for family in entry.families for member in families[family])):
        found.setdefault(raised.type, raised)
    return tuple(sorted(found.values(), key=lambda raised: raised.rare))
