"""Makes the protocol's classes light to import: each is finished when it is first used.

`lsprotocol` declares 554 classes, and for each of them `attrs` writes and compiles methods as it is imported: half of
what a server needed to start, where a session uses some sixty. Here `attrs.define` is put off while that module is
imported. A class is finished in place when somebody makes one or asks for its fields, and its forward references are
resolved then. Who imports `lsprotocol` after that sees no difference but time and memory. It does not know what the
classes mean.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial
from typing import Any, ClassVar

import attrs


def import_lightly() -> None:
    """Import `lsprotocol.types` with its classes unfinished; nothing happens where it was imported before."""
    if "lsprotocol.types" in sys.modules:
        return
    module: Any = attrs
    define = module.define
    module.define = partial(_put_off, define)
    try:
        from lsprotocol import types
    finally:
        module.define = define
    _Fields.known = types.ALL_TYPES_MAP
    try:
        from lsprotocol import _hooks
    except ImportError:  # Another version may resolve references elsewhere: all classes are finished then.
        return
    # The converter would finish every class to resolve its references; were this name gone, it would do just that.
    _hooks._resolved_forward_references = True


def _put_off(define: Callable[..., Any], kind: type[Any] | None = None, **options: Any) -> Any:
    if kind is None or options:  # No class is declared so today.
        return define(kind, **options)

    def init(self: Any, *arguments: Any, **named: Any) -> None:
        _finish(kind)
        self.__init__(*arguments, **named)

    unfinished: Any = kind
    unfinished.__init__ = init
    unfinished.__attrs_attrs__ = _Fields(kind)
    return kind


def _finish(kind: type[Any]) -> None:
    """What `attrs.define` does, in place: hence without slots, which need another class."""
    if not isinstance(vars(kind).get("__attrs_attrs__"), _Fields):
        return
    unfinished: Any = kind
    del unfinished.__init__
    del unfinished.__attrs_attrs__
    attrs.define(kind, slots=False)
    attrs.resolve_types(unfinished, _Fields.known, {})


class _Fields:
    """Stands for the fields of an unfinished class, as `attrs` and `cattrs` look for them."""

    known: ClassVar[Any] = {}
    """All classes by their names, for resolving what one says of another."""

    def __init__(self, kind: type[Any]) -> None:
        self._kind = kind

    def __get__(self, instance: object, owner: type[Any] | None = None) -> Any:
        _finish(self._kind)
        finished: Any = owner or self._kind
        return finished.__attrs_attrs__
