"""Writes `names.json`: the exception classes of the standard library, and the other names of what the tables list.

    python -m benchmarks.library_tables

Exceptions come from the running interpreter (its modules are imported, nothing else is), with a few that only other
versions or platforms have. The other names of functions come from typeshed's stubs: the tables are written with the
names that people use (`asyncio.run`), and an analysis finds definitions (`asyncio.runners.run`).
"""

from __future__ import annotations

import ast
import contextlib
import importlib
import importlib.util
import io
import json
import pkgutil
import sys
import types
import warnings
from functools import cache
from pathlib import Path

DATA = Path(__file__).parent.parent / "analyzers" / "languages" / "python" / "data"
SKIPPED = {"antigravity", "this", "idlelib", "turtledemo", "turtle", "test", "__main__", "lib2to3", "tkinter"}
ELSEWHERE = {
    "PythonFinalizationError": ["RuntimeError"],
    "WindowsError": ["OSError"],
    "queue.ShutDown": ["Exception"],
    "asyncio.QueueShutDown": ["Exception"],
    "dbm.sqlite3.error": ["OSError"],
    "concurrent.interpreters.ExecutionFailed": ["RuntimeError"],
    "tkinter.TclError": ["Exception"],
    "pathlib.UnsupportedOperation": ["NotImplementedError"],
    "tarfile.LinkFallbackError": ["tarfile.FilterError"],
    "dbm.error": ["OSError"],
    "multiprocessing.BufferTooShort": ["multiprocessing.ProcessError"],
}
"""What other versions and platforms have, and this interpreter may not."""


def main() -> None:
    bases, aliases = exceptions()
    names = sorted(table_names())
    functions = function_aliases(names)
    for name, above in ELSEWHERE.items():
        bases.setdefault(name, above)
    aliases.setdefault("re.PatternError", "re.error")
    sections = {
        "bases": dict(sorted(bases.items())),
        "exception_aliases": dict(sorted(aliases.items())),
        "function_aliases": dict(sorted(functions.items())),
    }
    DATA.joinpath("names.json").write_text(json.dumps(sections, indent=0) + "\n", encoding="utf-8")
    print(f"{len(bases)} exceptions, {len(aliases)} other names of them, {len(functions)} of functions")


def exceptions() -> tuple[dict[str, list[str]], dict[str, str]]:
    """The bases of each exception class, by the shortest public name, and the other names."""
    classes: dict[type[BaseException], set[str]] = {}
    for module in library_modules():
        public = set(getattr(module, "__all__", ()))
        for attribute, value in vars(module).items():
            if isinstance(value, type) and issubclass(value, BaseException) and _is_library(value):
                known = classes.setdefault(value, {f"{value.__module__}.{value.__qualname__}"})
                home = module.__name__ == value.__module__
                if home or attribute in public or attribute != value.__name__ or value.__module__.startswith("_"):
                    known.add(f"{module.__name__}.{attribute}")
            elif isinstance(value, type):
                for inner in vars(value).values():
                    if isinstance(inner, type) and issubclass(inner, BaseException) and _is_library(inner):
                        classes.setdefault(inner, {f"{inner.__module__}.{inner.__qualname__}"})
    chosen = {value: _public_name(value, known) for value, known in classes.items()}
    bases = {name: [chosen[base] for base in value.__bases__ if base in chosen] for value, name in chosen.items()}
    aliases = {name.removeprefix("builtins."): chosen[value] for value, known in classes.items() for name in known}
    return bases, {alias: name for alias, name in aliases.items() if alias != name}


def library_modules() -> list[types.ModuleType]:
    found = []
    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")
        for top in sorted(sys.stdlib_module_names - SKIPPED):
            with contextlib.suppress(ImportError):
                module = importlib.import_module(top)
                found.append(module)
                for inner in pkgutil.walk_packages(getattr(module, "__path__", ()), f"{top}."):
                    if "test" not in inner.name and not inner.name.endswith("__main__"):
                        with contextlib.suppress(ImportError, OSError):
                            found.append(importlib.import_module(inner.name))
    return found


def table_names() -> set[str]:
    """Every function that a table lists."""
    found: set[str] = set()
    for name, sections in {
        "raises": ("functions",),
        "nones": ("sometimes", "always"),
        "effects": ("effects",),
        "callbacks": ("callbacks", "protocols"),
    }.items():
        table = json.loads(DATA.joinpath(f"{name}.json").read_text(encoding="utf-8"))
        for section in sections:
            found.update(entry for entry in table[section] if not entry.startswith("op.") and not entry.endswith("*"))
    return found


def function_aliases(names: list[str]) -> dict[str, str]:
    """The name of each listed function's definition in the stubs, where that is another one."""
    own: dict[str, str] = {}
    inherited: dict[str, str] = {}
    listed = set(names)
    for name in names:
        owner, _, method = name.rpartition(".")
        heads = [f"{head}.{method}" for head in definitions(owner)]
        for definition in definitions(name):
            if definition in listed:
                continue
            if not heads or definition in heads:
                own.setdefault(definition, name)
            elif definition.startswith("_") or definition.partition(".")[0] == name.partition(".")[0]:
                inherited.setdefault(definition, name)
    return inherited | own


def definitions(name: str) -> list[str]:
    """Where stubs define a dotted name; several where that depends on the platform."""
    parts = name.split(".")
    for cut in range(len(parts) - 1, 0, -1):
        module = ".".join(parts[:cut])
        if stub(module) is not None:
            heads = lookup(module, parts[cut], 0)
            rest = parts[cut + 1 :]
            return heads if not rest else [found for head in heads for found in methods(head, ".".join(rest), 0)]
    return []


def methods(owner: str, method: str, depth: int) -> list[str]:
    """Where a class or the nearest of its bases defines a method."""
    module, _, name = owner.rpartition(".")
    tree = stub(module)
    classes = (item for item in flat(tree.body if tree else []) if isinstance(item, ast.ClassDef))
    node = next((item for item in classes if item.name == name), None)
    if node is None or depth > 8:
        return []
    for item in flat(node.body):
        if (isinstance(item, ast.FunctionDef | ast.AsyncFunctionDef) and item.name == method) or (
            isinstance(item, ast.AnnAssign) and isinstance(item.target, ast.Name) and item.target.id == method
        ):
            return [f"{owner}.{method}"]
    for base in node.bases:
        dotted = ast.unparse(base.value if isinstance(base, ast.Subscript) else base)
        heads = definitions(dotted) if "." in dotted else lookup(module, dotted, 0) or lookup("builtins", dotted, 0)
        for head in heads:
            if found := methods(head, method, depth + 1):
                return found
    return []


def lookup(module: str, name: str, depth: int) -> list[str]:
    """Where a module's name is defined, through re-exports."""
    tree = stub(module)
    if tree is None or depth > 8:
        return []
    found: list[str] = []
    stars: list[str] = []
    for item in flat(tree.body):
        if isinstance(item, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and item.name == name:
            found.append(f"{module}.{name}")
        elif isinstance(item, ast.ImportFrom):
            source = absolute(module, item)
            for alias in item.names:
                if alias.name == "*":
                    stars.append(source)
                elif (alias.asname or alias.name) == name:
                    found += lookup(source, alias.name, depth + 1)
        elif isinstance(item, ast.Assign) and any(isinstance(t, ast.Name) and t.id == name for t in item.targets):
            value = ast.unparse(item.value)
            found += definitions(value) if "." in value else lookup(module, value, depth + 1) if value != name else []
    if not found:
        found = [place for source in stars for place in lookup(source, name, depth + 1)]
    return list(dict.fromkeys(found))


def absolute(module: str, item: ast.ImportFrom) -> str:
    if not item.level:
        return item.module or ""
    package = module.split(".")
    drop = item.level - 1 if _stub_path(module).name == "__init__.pyi" else item.level
    return ".".join([*package[: len(package) - drop], *([item.module] if item.module else [])])


def flat(body: list[ast.stmt]) -> list[ast.stmt]:
    """Statements with those inside of `if` and `try`."""
    found: list[ast.stmt] = []
    for item in body:
        if isinstance(item, ast.If):
            found += flat(item.body) + flat(item.orelse)
        elif isinstance(item, ast.Try):
            found += flat(item.body)
        else:
            found.append(item)
    return found


@cache
def stub(module: str) -> ast.Module | None:
    path = _stub_path(module)
    return ast.parse(path.read_text(encoding="utf-8")) if path.is_file() else None


def _stub_path(module: str) -> Path:
    spec = importlib.util.find_spec("typeshed_client")
    if spec is None or spec.origin is None:
        raise SystemExit("typeshed_client is not installed")
    base = Path(spec.origin).parent / "typeshed" / module.replace(".", "/")
    package = base / "__init__.pyi"
    return package if package.is_file() else base.with_name(f"{base.name}.pyi")


def _is_library(value: type) -> bool:
    return value.__module__.partition(".")[0] in sys.stdlib_module_names


def _public_name(value: type, known: set[str]) -> str:
    if value.__module__ == "builtins":
        return value.__name__
    top = value.__module__.partition(".")[0]

    def key(name: str) -> tuple[bool, bool, bool, int, int, str]:
        module, _, last = name.rpartition(".")
        private = any(part.startswith("_") for part in module.split("."))
        elsewhere = not top.startswith("_") and name.partition(".")[0] != top
        return last != value.__name__, elsewhere, private, name.count("."), len(name), name

    return min(known, key=key)


if __name__ == "__main__":
    main()
