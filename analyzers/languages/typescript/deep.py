"""The deep analysis of TypeScript and JavaScript: lowering, the dialect, names of modules, and declarations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources

from analyzers import ir
from analyzers.inference.dialect import Declarations, Deep, ReadLibrary, Resolve
from analyzers.languages.typescript import lower, typescript_grammar
from analyzers.languages.typescript.dialect import DIALECT
from analyzers.languages.typescript.installed import Installed
from analyzers.languages.typescript.modules import SUFFIXES, Modules
from analyzers.syntax import Node, parse

DECLARED = (".d.ts", ".d.mts", ".d.cts")


def unit(root: Node, path: str) -> ir.Unit:
    """What one file does."""
    return lower.lower(root, ambient=path.endswith(DECLARED))


def modules(paths: Sequence[str], texts: Mapping[str, str]) -> tuple[dict[str, str], Resolve]:
    """Modules are called by their path, with dots; one that stands for its folder, by the folder."""
    known = Modules(paths, texts)

    def resolve(module: str, importer: str, level: int) -> str | None:
        return known.resolve(module, importer)

    return {path: module_name(path) for path in paths}, resolve


def module_name(path: str) -> str:
    """`src/shop/index.ts` is `src.shop`."""
    stem = next((path[: -len(end)] for end in (*DECLARED, *SUFFIXES) if path.endswith(end)), path)
    folder, _, name = stem.rpartition("/")
    return (folder if name == "index" and folder else stem).replace("/", ".")


class Library:
    """The declarations that come with this package, and those of the npm packages that the workspace has installed.

    Packages' own sources are not read: they are what was built from what people wrote, and say little of types.
    """

    def __init__(self, read: ReadLibrary) -> None:
        self._installed = Installed(read)

    def unit(self, module: str) -> tuple[str, ir.Unit] | None:
        own = declared(module)
        if own is not None:
            return own
        found = self._installed.declarations(module)
        if found is None:
            return None
        path, text = found
        parsed = parse(typescript_grammar(), text)
        return (path, lower.lower(parsed.root, ambient=True)) if parsed is not None else None


@cache
def declared(module: str) -> tuple[str, ir.Unit] | None:
    """A module of the library, lowered once for all workspaces of the process: units are never changed."""
    if not module.isidentifier():
        return None
    file = resources.files(__package__).joinpath("data", f"{module}.d.ts")
    if not file.is_file():
        return None
    parsed = parse(typescript_grammar(), file.read_bytes())
    return (f"{module}.d.ts", lower.lower(parsed.root, ambient=True)) if parsed is not None else None


def library(read: ReadLibrary) -> Declarations:
    return Library(read)


DEEP = Deep(DIALECT, unit, modules, library)
