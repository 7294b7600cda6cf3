"""The imports follow the architecture: what ARCHITECTURE.md says about who may import what, checked.

The rules are data. A rule that is in the way is changed here and there together, with the reason.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LINES_MAX = 550
LONG_BECAUSE = "This file is long because"
"""What a docstring says where a file has a reason to be longer than `LINES_MAX`."""

ONLY_IN = {
    "tree_sitter": ("analyzers/syntax.py",),
    "tree_sitter_*": ("analyzers/languages/",),
    # The store is ours; coverage.py's data file is another program's database, read by an adapter of its own.
    "sqlite3": ("lsp_server/store/", "lsp_server/coverage_file.py"),
    "openai": ("lsp_server/model_client.py",),
    "watchdog": ("lsp_server/watcher.py",),
    "mcp": ("lsp_server/mcp_server.py",),
}
"""Module → the only places that may import it."""

NOT_IN_ANALYZERS = (
    "lsp_server",
    "asyncio",
    "concurrent",
    "ctypes",
    "glob",
    "http",
    "httpx",
    "io",
    "logging",
    "lsprotocol",
    "multiprocessing",
    "os",
    "platformdirs",
    "pygls",
    "random",
    "selectors",
    "shutil",
    "signal",
    "socket",
    "subprocess",
    "tempfile",
    "threading",
    "time",
    "urllib.request",
)
"""`analyzers` takes values and returns values: no files, no clock, no threads, no protocol."""

PURE_PATHS = {"PurePath", "PurePosixPath", "PureWindowsPath"}
"""What `analyzers` may take from `pathlib`: paths as values."""

ADAPTERS = ("watcher", "store", "git", "model_client")
"""Adapters touch one part of the world each, and do not import each other."""

LAYERS = ("lsp_server.features", "lsp_server.server", "lsp_server.cli")
"""What the adapters must not import: those who use them."""


@cache
def sources(folder: str) -> tuple[Path, ...]:
    return tuple(sorted((ROOT / folder).rglob("*.py")))


def where(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), where(path))


@cache
def imports(path: Path) -> tuple[tuple[str, str], ...]:
    """(module, name) of every import in a file, wherever it stands; the name is empty for a plain `import`."""
    package = where(path).removesuffix(".py").split("/")[:-1]
    found: list[tuple[str, str]] = []
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            found += [(alias.name, "") for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else []
            module = ".".join([*above, *([node.module] if node.module else [])])
            found += [(module, alias.name) for alias in node.names]
    return tuple(found)


def modules(path: Path) -> Iterator[str]:
    """Every module that a file imports; `from a import b` counts as `a` and as `a.b`, which may be one too."""
    for module, name in imports(path):
        yield module
        if name:
            yield f"{module}.{name}"


def within(module: str, package: str) -> bool:
    if package.endswith("*"):
        return module.startswith(package[:-1])
    return module == package or module.startswith(f"{package}.")


@pytest.mark.parametrize("package", ONLY_IN)
def test_one_place_imports_it(package: str) -> None:
    allowed = ONLY_IN[package]
    offenders = {
        where(path)
        for path in (*sources("analyzers"), *sources("lsp_server"))
        if any(within(module, package) for module in modules(path)) and not where(path).startswith(allowed)
    }
    assert not offenders


@pytest.mark.parametrize("package", NOT_IN_ANALYZERS)
def test_analyzers_do_not_touch_the_world(package: str) -> None:
    offenders = {
        where(path) for path in sources("analyzers") if any(within(module, package) for module in modules(path))
    }
    assert not offenders


def test_analyzers_open_no_files() -> None:
    offenders = set()
    for path in sources("analyzers"):
        for module, name in imports(path):
            if module == "pathlib" and name not in PURE_PATHS:
                offenders.add(f"{where(path)} imports pathlib.{name or '*'}")
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("open", "input"):
                offenders.add(f"{where(path)}:{node.lineno} calls {node.func.id}")
    assert not offenders


@pytest.mark.parametrize("adapter", ADAPTERS)
def test_adapters_do_not_import_each_other(adapter: str) -> None:
    home = ROOT / "lsp_server" / adapter
    files = sources(f"lsp_server/{adapter}") if home.is_dir() else (home.with_suffix(".py"),)
    forbidden = [f"lsp_server.{other}" for other in ADAPTERS if other != adapter] + list(LAYERS)
    offenders = {
        f"{where(path)} imports {module}"
        for path in files
        if path.exists()
        for module in modules(path)
        for package in forbidden
        if within(module, package)
    }
    assert not offenders


def test_a_language_knows_no_other_language() -> None:
    folders = [path.name for path in (ROOT / "analyzers/languages").iterdir() if path.is_dir()]
    offenders = {
        f"{where(path)} imports {module}"
        for folder in folders
        for path in sources(f"analyzers/languages/{folder}")
        for module in modules(path)
        for other in folders
        if other != folder and within(module, f"analyzers.languages.{other}")
    }
    assert not offenders


def test_files_stay_short_and_say_what_they_own() -> None:
    offenders = []
    for path in (*sources("analyzers"), *sources("lsp_server")):
        lines = path.read_text(encoding="utf-8").count("\n")
        docstring = ast.get_docstring(tree(path)) or ""
        if not docstring and lines:
            offenders.append(f"{where(path)} has no docstring")
        if lines > LINES_MAX and LONG_BECAUSE not in docstring:
            offenders.append(f"{where(path)} has {lines} lines; split it, or say: {LONG_BECAUSE} …")
    assert not offenders


def test_no_file_promises_to_be_finished_later() -> None:
    marks = ("TO" + "DO", "FIX" + "ME", "X" + "XX")
    offenders = {
        f"{where(path)}:{number}"
        for folder in ("analyzers", "lsp_server", "tests")
        for path in sources(folder)
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if any(mark in line for mark in marks)
    }
    assert not offenders
