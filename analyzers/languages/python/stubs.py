"""Stubs of the standard library and of installed packages: which file holds a module's stub, and which parts apply.

Here is what needs only values: an index over typeshed's paths, and the conditions that decide what a stub defines on
one version and platform. Reading the files is `lsp_server.library_files`' business. This module must not know the
interpreter that runs it, except through the `Target` it is given.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Iterable
from typing import Protocol

import msgspec

VERSIONS_NAME = "VERSIONS"
"""typeshed's list of which versions have which module, at the top of its folder."""

_COMPARISONS: dict[type[ast.cmpop], Callable[[object, object], bool]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,  # type: ignore[dict-item]  # Both sides are made the same type before they are compared.
    ast.LtE: operator.le,  # type: ignore[dict-item]
    ast.Gt: operator.gt,  # type: ignore[dict-item]
    ast.GtE: operator.ge,  # type: ignore[dict-item]
}


class Target(msgspec.Struct, frozen=True):
    """The interpreter that the analysed code is taken to run on."""

    version: tuple[int, int] = (3, 12)
    platform: str = "linux"
    """As `sys.platform` says it."""


class LibraryModule(msgspec.Struct, frozen=True):
    """A module outside the workspace."""

    name: str
    """Dotted, as it is imported: `json.decoder`."""
    path: str
    """Where its text is read: unique, and shown to people. `typeshed/json/decoder.pyi`."""
    stub: bool
    package: bool
    standard: bool
    """Whether it belongs to the standard library."""
    typed: bool = True
    """Whether its annotations are meant to be used (a stub, or a package with `py.typed`)."""


class Libraries(Protocol):
    """What an analysis asks about code outside the workspace. `lsp_server.library_files` reads it from disk."""

    def find(self, dotted: str) -> LibraryModule | None:
        """The module of that name, or None. A namespace package has no text and is not found."""
        ...

    def read(self, module: LibraryModule) -> bytes | None:
        """The module's text; None if it is gone or too long."""
        ...


class StubIndex:
    """typeshed's standard library: names to stubs. A lookup is one dictionary read."""

    __slots__ = ("_modules", "_read", "target")

    def __init__(
        self, paths: Iterable[str], read: Callable[[str], bytes | None], target: Target, versions: str = ""
    ) -> None:
        """`paths` are relative to typeshed's folder; `read` gives the bytes of one; `versions` is `VERSIONS`' text."""
        self.target = target
        self._read = read
        spans = parse_versions(versions)
        self._modules: dict[str, LibraryModule] = {}
        for path in paths:
            name = _module_name(path)
            if name and _exists(name, spans, target.version):
                package = path.endswith("/__init__.pyi")
                self._modules[name] = LibraryModule(name, path, stub=True, package=package, standard=True)

    def find(self, dotted: str) -> LibraryModule | None:
        """The stub of a module of the standard library that the target has."""
        return self._modules.get(dotted)

    def read(self, module: LibraryModule) -> bytes | None:
        """The stub's text."""
        return self._read(module.path)

    def names(self) -> Iterable[str]:
        """Every module that the target has."""
        return self._modules.keys()


def parse_versions(text: str) -> dict[str, tuple[tuple[int, int], tuple[int, int] | None]]:
    """The first and the last version (None: still there) of each module that typeshed's `VERSIONS` lists."""
    found: dict[str, tuple[tuple[int, int], tuple[int, int] | None]] = {}
    for line in text.splitlines():
        name, colon, span = line.partition("#")[0].strip().partition(":")
        first, dash, last = span.strip().partition("-")
        start, end = _version(first), _version(last)
        if colon and dash and start is not None:
            found[name.strip()] = (start, end)
    return found


def decide(condition: str, target: Target) -> bool | None:
    """Whether an `if` test about the version, the platform or type checking holds on the target; None if it is no such.

    Type checking counts as true, since stubs and annotations are read for their types.
    """
    try:
        tree = ast.parse(condition.strip(), mode="eval")
    except (SyntaxError, ValueError, RecursionError):
        return None
    return _decide(tree.body, target)


def _decide(node: ast.expr, target: Target) -> bool | None:
    match node:
        case ast.BoolOp(op=op, values=values):
            found = [_decide(value, target) for value in values]
            decisive = isinstance(op, ast.Or)
            if decisive in found:
                return decisive
            return None if None in found else not decisive
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            inner = _decide(operand, target)
            return None if inner is None else not inner
        case ast.Compare(left=left, ops=[op], comparators=[right]):
            return _compare(_value(left, target), type(op), _value(right, target))
        case ast.Call(func=ast.Attribute(value=owner, attr="startswith"), args=[argument], keywords=[]):
            text, start = _value(owner, target), _value(argument, target)
            return text.startswith(start) if isinstance(text, str) and isinstance(start, str) else None
        case ast.Name(id="TYPE_CHECKING") | ast.Attribute(attr="TYPE_CHECKING"):
            return True
        case ast.Name(id="MYPY"):
            return True
        case ast.Constant(value=bool() as value):
            return value
    return None


def _compare(left: object, op: type[ast.cmpop], right: object) -> bool | None:
    same = (isinstance(left, str) and isinstance(right, str)) or (
        isinstance(left, int | tuple)
        and isinstance(right, int | tuple)
        and isinstance(left, int) == isinstance(right, int)
    )
    return _COMPARISONS[op](left, right) if same and op in _COMPARISONS else None


def _value(node: ast.expr, target: Target) -> object:
    """A string, a number or a tuple of numbers; None for anything else."""
    version = (*target.version, 0, "final", 0)
    match node:
        case ast.Constant(value=str() | int() as value):
            return value
        case ast.Tuple(elts=elements):
            parts = [element.value for element in elements if isinstance(element, ast.Constant)]
            numbers = tuple(part for part in parts if isinstance(part, int))
            return numbers if len(numbers) == len(elements) else None
        case ast.Attribute(value=ast.Name(id="sys"), attr="platform"):
            return target.platform
        case ast.Attribute(value=ast.Name(id="os"), attr="name"):
            return "nt" if target.platform == "win32" else "posix"
        case ast.Attribute(value=ast.Name(id="sys"), attr="version_info"):
            return version[:3]
        case ast.Subscript(value=ast.Attribute(value=ast.Name(id="sys"), attr="version_info"), slice=index):
            if isinstance(index, ast.Constant) and isinstance(index.value, int) and 0 <= index.value < 3:
                return version[index.value]
            if isinstance(index, ast.Slice) and isinstance(index.upper, ast.Constant) and index.lower is None:
                upper = index.upper.value
                return version[:upper] if isinstance(upper, int) and 0 < upper <= 3 else None
    return None


def _exists(
    name: str, spans: dict[str, tuple[tuple[int, int], tuple[int, int] | None]], version: tuple[int, int]
) -> bool:
    """Whether a version has a module: a submodule that is not listed lives as long as its parent."""
    while name:
        if name in spans:
            first, last = spans[name]
            if version < first or (last is not None and version > last):
                return False
        name = name.rpartition(".")[0]
    return True


def _module_name(path: str) -> str:
    if not path.endswith(".pyi"):
        return ""
    stem = path[: -len(".pyi")]
    return stem.removesuffix("/__init__").replace("/", ".")


def _version(text: str) -> tuple[int, int] | None:
    major, _, minor = text.strip().partition(".")
    return (int(major), int(minor)) if major.isdecimal() and minor.isdecimal() else None
