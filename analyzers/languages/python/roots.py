"""Import roots: which folders Python would search, and which file of the workspace a module's name means.

Everything here is computed from paths (relative to the workspace, with forward slashes, `""` for its top folder) and
from the text of the files in `CONFIG_NAMES`. It must not know the file system, the interpreter or what a module holds.
"""

from __future__ import annotations

import configparser
import re
import sys
import tomllib
from collections.abc import Iterable, Mapping
from typing import Any

CONFIG_NAMES = ("pyproject.toml", "setup.cfg", "setup.py", "pytest.ini", "tox.ini")
"""The names of files whose text says where packages lie."""

_PACKAGE_DIR = re.compile(r"""package_dir\s*=\s*(?:dict\(\s*\*\*)?\{\s*["']\s*["']\s*:\s*["']([^"']+)["']""")
_FIND_WHERE = re.compile(r"""find(?:_namespace)?_packages\(\s*(?:where\s*=\s*)?["']([^"']+)["']""")
_NAMESPACES = re.compile(r"find_namespace|namespaces\s*=\s*true", re.IGNORECASE)


def import_roots(paths: Iterable[str], texts: Mapping[str, str]) -> tuple[str, ...]:
    """The folders that are on the import path when the workspace's code or tests run, most deliberate first.

    Declared folders come first (packaging and pytest configuration, `src` beside it), then the folders that pytest
    puts there (the first folder without `__init__.py` above each test), then those that hold packages nobody declared.
    """
    sources = [path for path in paths if path.endswith((".py", ".pyi"))]
    packages = {_folder(path) for path in sources if _stem(path) == "__init__"}
    folders = {ancestor for path in sources for ancestor in _ancestors(_folder(path))}
    declared: list[str] = []
    for path in sorted(texts, key=lambda path: (path.count("/"), path)):
        if _name(path) in CONFIG_NAMES:
            declared += _declared(path, texts[path], folders, packages)
    # A checkout without any configuration is still commonly laid out with `src` or `lib` at its top.
    declared += [folder for folder in ("src", "lib") if folder in folders and folder not in packages]
    found = dict.fromkeys(declared)
    found.setdefault("")
    for path in sources:
        if _looks_like_test(path):
            found.setdefault(base_folder(path, packages))
    # Where a build tool was told to look for namespace packages, a package's parent may be a package too.
    if not any(_NAMESPACES.search(text) for path, text in texts.items() if _name(path) in CONFIG_NAMES):
        inside = tuple(f"{root}/" for root in declared if root)
        for package in sorted(packages, key=lambda folder: (folder.count("/"), folder)):
            parent = _folder(package)
            if package and parent not in packages and not f"{parent}/".startswith(inside or ("\0",)):
                found.setdefault(parent)
    return tuple(found)


def module_name(path: str, roots: Iterable[str]) -> str:
    """The dotted name of the module in the file at `path`, seen from the innermost root above it.

    A package's name is its folder's; the name of `__init__.py` in a root itself is `__init__`.
    """
    best = ""
    for root in roots:
        if len(root) > len(best) and path.startswith(root + "/"):
            best = root
    return _dotted(path, best)


def base_folder(path: str, packages: set[str] | frozenset[str]) -> str:
    """The first folder above `path` that is no package: what `python -m pytest` puts on the import path for it."""
    folder = _folder(path)
    while folder in packages and folder:
        folder = _folder(folder)
    return folder


class Modules:
    """Finds the file that an import means. Built once for a list of paths; a lookup costs a few dictionary reads."""

    __slots__ = ("_by_name", "_namespaces", "_packages", "_paths", "roots")

    def __init__(self, paths: Iterable[str], roots: Iterable[str]) -> None:
        self.roots = tuple(roots)
        self._paths = {path for path in paths if path.endswith((".py", ".pyi"))}
        self._packages = frozenset(_folder(path) for path in self._paths if _stem(path) == "__init__")
        self._by_name: dict[str, list[str]] = {}
        self._namespaces: dict[str, list[str]] = {}
        known = set(self.roots)
        for path in sorted(self._paths):
            for root in _ancestors(_folder(path)):
                if root in known:
                    self._by_name.setdefault(_dotted(path, root), []).append(path)
                    self._add_namespaces(path, root)

    def resolve(self, dotted: str, importer_path: str, level: int = 0) -> str | None:
        """The path of the module `dotted` as imported by the file at `importer_path`, or None.

        `level` counts the leading dots of a relative import (`from . import x` is `resolve("x", path, 1)`, and
        `resolve("", path, 1)` is the package itself). A source is preferred to the stub beside it, a package to a
        module of the same name. Of several roots that have the name, the one nearest to the importer wins. Without
        any, the importer's own folder counts as a root and then the folders above it, as for a script that is run
        in place: for a module inside a package only those above the package count, as Python has it.
        """
        if level > 0:
            return self._relative(dotted, importer_path, level)
        if not dotted:
            return None
        candidates = self._by_name.get(dotted)
        if candidates:
            return candidates[0] if len(candidates) == 1 else self._nearest(candidates, importer_path)
        base = base_folder(importer_path, self._packages)
        tail = dotted.replace(".", "/")
        top = dotted.partition(".")[0]
        for folder in _ancestors(base):
            found = self._file(f"{folder}/{tail}" if folder else tail)
            if found and found != importer_path:
                return found
            if top in sys.stdlib_module_names:
                return None  # Only a script's own folder comes before the standard library.
        return None

    def candidates(self, dotted: str) -> tuple[str, ...]:
        """Every file that some root knows by this name."""
        return tuple(self._by_name.get(dotted, ()))

    def is_namespace(self, dotted: str, importer_path: str = "") -> bool:
        """Whether the name is a folder with modules in it but without `__init__.py`."""
        return dotted in self._namespaces and self.resolve(dotted, importer_path) is None

    def is_package(self, path: str) -> bool:
        """Whether the file at `path` is a package's own module."""
        return _stem(path) == "__init__"

    def stub_beside(self, path: str) -> str | None:
        """The stub that lies beside a source."""
        stub = path + "i"
        return stub if path.endswith(".py") and stub in self._paths else None

    def name(self, path: str) -> str:
        """The module's dotted name, seen from the innermost root."""
        return module_name(path, self.roots)

    def absolute(self, dotted: str, importer_path: str, level: int) -> str:
        """The absolute dotted name that a relative import means, seen from the innermost root."""
        if level == 0:
            return dotted
        parts = [part for part in self.name(importer_path).split(".") if part]
        drop = level - 1 if self.is_package(importer_path) else level
        kept = parts[: len(parts) - drop] if drop <= len(parts) else []
        return ".".join([*kept, dotted] if dotted else kept)

    def _relative(self, dotted: str, importer_path: str, level: int) -> str | None:
        folder = _folder(importer_path)
        for _ in range(level - 1):
            if not folder:
                return None
            folder = _folder(folder)
        tail = dotted.replace(".", "/")
        found = self._file("/".join(part for part in (folder, tail) if part))
        if found or not dotted:
            return found
        # A namespace package may be spread over several roots.
        candidates = self._by_name.get(self.absolute(dotted, importer_path, level))
        return self._nearest(candidates, importer_path) if candidates else None

    def _nearest(self, candidates: list[str], importer_path: str) -> str:
        if len(candidates) == 1:
            return candidates[0]
        rank = {root: place for place, root in enumerate(self.roots)}

        def key(path: str) -> tuple[int, int, int, int, str]:
            root = next((folder for folder in _ancestors(_folder(path)) if folder in rank), "")
            return (
                path.endswith(".pyi"),
                -_shared_folders(_container(path), _folder(importer_path)),
                rank.get(root, len(rank)),
                _stem(path) != "__init__",
                path,
            )

        return min(candidates, key=key)

    def _file(self, base: str) -> str | None:
        """The file for a module's path without its ending."""
        prefix = f"{base}/" if base else ""
        choices = (f"{prefix}__init__.py", f"{base}.py", f"{prefix}__init__.pyi", f"{base}.pyi")
        return next((path for path in choices if path in self._paths), None)

    def _add_namespaces(self, path: str, root: str) -> None:
        folder = _folder(path)
        while len(folder) > len(root):
            if folder not in self._packages:
                known = self._namespaces.setdefault(_dotted(f"{folder}/__init__.py", root), [])
                if folder in known:
                    return
                known.append(folder)
            folder = _folder(folder)


def _declared(path: str, text: str, folders: set[str], packages: set[str]) -> list[str]:
    """The roots that one configuration file names, and the folder that it lies in."""
    home = _folder(path)
    name = _name(path)
    if name == "pyproject.toml":
        said = _from_pyproject(text)
    elif name == "setup.py":
        said = [*_PACKAGE_DIR.findall(text), *_FIND_WHERE.findall(text)]
    else:
        said = _from_ini(text, name)
    source = _join(home, "src")
    if source in folders and source not in packages:
        said.append("src")
    found = [_join(home, folder) for folder in said]
    kept = [folder for folder in found if folder in folders or folder == ""]
    return [*dict.fromkeys(kept), home]


def _from_pyproject(text: str) -> list[str]:
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return []
    tool = _table(table, "tool")
    setuptools = _table(tool, "setuptools")
    found = _strings(_table(setuptools, "package-dir").get(""))
    found += _strings(_table(_table(setuptools, "packages"), "find").get("where"))
    for package in _tables(_table(tool, "poetry").get("packages")):
        found += _strings(package.get("from"))
    wheel = _table(_table(_table(_table(tool, "hatch"), "build"), "targets"), "wheel")
    found += [_folder(folder) for folder in _strings(wheel.get("packages"))]
    found += _strings(wheel.get("sources"))
    found += _strings(_table(_table(tool, "pdm"), "build").get("package-dir"))
    found += _strings(_table(_table(tool, "uv"), "build-backend").get("module-root"))
    found += _strings(_table(tool, "maturin").get("python-source"))
    found += _strings(_table(_table(tool, "pytest"), "ini_options").get("pythonpath"))
    found += _strings(_table(tool, "pytest").get("pythonpath"))
    return found


def _from_ini(text: str, name: str) -> list[str]:
    parser = configparser.RawConfigParser(strict=False, allow_no_value=True)
    try:
        parser.read_string(text)
    except configparser.Error:
        return []
    found: list[str] = []
    if name == "setup.cfg":
        for line in (parser.get("options", "package_dir", fallback="") or "").splitlines():
            package, _, folder = line.partition("=")
            if not package.strip():
                found.append(folder.strip())
        found.append((parser.get("options.packages.find", "where", fallback="") or "").strip())
    section = "tool:pytest" if name == "setup.cfg" else "pytest"
    found += (parser.get(section, "pythonpath", fallback="") or "").split()
    return [folder for folder in found if folder]


def _table(value: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    inner = value.get(key)
    return inner if isinstance(inner, dict) else {}


def _strings(value: object) -> list[str]:
    if isinstance(value, str):
        return value.split() if value else [""]
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def _tables(value: object) -> list[Mapping[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _looks_like_test(path: str) -> bool:
    name = _name(path)
    return name == "conftest.py" or name.startswith("test_") or name.endswith("_test.py")


def _folder(path: str) -> str:
    return path.rpartition("/")[0]


def _name(path: str) -> str:
    return path.rpartition("/")[2]


def _stem(path: str) -> str:
    return _name(path).rpartition(".")[0]


def _join(home: str, folder: str) -> str:
    """`folder` as seen from `home`, both relative to the workspace; a folder outside it stays outside (`..`)."""
    parts = home.split("/") if home else []
    for part in folder.replace("\\", "/").strip("/").split("/"):
        if part == ".." and parts and parts[-1] != "..":
            parts.pop()
        elif part not in ("", "."):
            parts.append(part)
    return "/".join(parts)


def _ancestors(folder: str) -> list[str]:
    """The folder itself and every folder above it, up to the workspace's top."""
    found = [folder]
    while folder:
        folder = _folder(folder)
        found.append(folder)
    return found


def _dotted(path: str, root: str) -> str:
    inside = path[len(root) + 1 :] if root else path
    stem = inside.rpartition(".")[0]
    if stem.endswith("/__init__"):
        stem = stem[: -len("/__init__")]
    return stem.replace("/", ".")


def _container(path: str) -> str:
    """The folder that an import searches to find the module at `path`."""
    folder = _folder(path)
    return _folder(folder) if _stem(path) == "__init__" else folder


def _shared_folders(folder: str, other: str) -> int:
    shared = 0
    for one, two in zip(folder.split("/"), other.split("/"), strict=False):
        if one != two:
            break
        shared += 1
    return shared
