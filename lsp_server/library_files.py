"""Library code on disk: typeshed's stubs and the packages that the workspace's interpreter has installed.

Everything here is read as text; nothing is imported or run, and an interpreter is never started: where packages lie is
taken from the layout of an environment and its `pyvenv.cfg`. This module must not know what the code means; the
analysis asks through `analyzers.languages.python.stubs.Libraries`.
"""

from __future__ import annotations

import importlib.util
import os
import sys
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from pathlib import Path

import msgspec

from analyzers.languages.python.stubs import VERSIONS_NAME, LibraryModule, StubIndex, Target

MODULE_BYTES_MAX = 2_000_000
"""A longer module is generated data, not something a person reads; it is treated as absent."""
FOUND_NAMES_MAX = 20_000
"""How many answers of `find` are kept, absent ones included."""
CACHED_BYTES_MAX = 16_000_000
"""How much text is kept for the next read."""
FOLDER_NAMES_MAX = 50_000
"""A folder with more entries is not listed."""
PATH_FILES_MAX = 50
PATH_FILE_BYTES_MAX = 100_000
"""Limits on `.pth` files, which name further folders."""
CONFIGURATION_BYTES_MAX = 100_000
ENVIRONMENT_NAMES = (".venv", "venv", "env", ".env")
"""Folders of a workspace that are environments if they hold `pyvenv.cfg`."""


class Environment(msgspec.Struct, frozen=True):
    """An interpreter's packages: where they lie, in the order in which they are searched."""

    site_packages: tuple[str, ...] = ()
    target: Target = Target()
    origin: str = ""
    """What named it, for `doctor`: a setting, a variable or a folder; empty if nothing did."""


class LibraryFiles:
    """Finds and reads modules outside the workspace. Not for several threads at once: the sleeper owns it."""

    __slots__ = ("_cached", "_cached_bytes", "_folders", "_found", "_roots", "_stubs", "_typeshed", "environment")

    def __init__(self, environment: Environment, typeshed: Path | None) -> None:
        self.environment = environment
        self._typeshed = typeshed
        self._roots = tuple(Path(folder) for folder in environment.site_packages)
        self._folders: dict[Path, frozenset[str]] = {}
        self._found: dict[str, LibraryModule | None] = {}
        self._cached: OrderedDict[str, bytes] = OrderedDict()
        self._cached_bytes = 0
        self._stubs = _index(typeshed, environment.target)

    def find(self, dotted: str) -> LibraryModule | None:
        """The module of that name: the standard library's stub, else a stub package, else an installed package.

        Costs a dictionary read for a name that was asked before, a few folder listings otherwise.
        """
        if dotted not in self._found:
            if len(self._found) >= FOUND_NAMES_MAX:
                self._found.clear()
            self._found[dotted] = self._look(dotted)
        return self._found[dotted]

    def read(self, module: LibraryModule) -> bytes | None:
        """The module's text; None if it is gone, unreadable or longer than `MODULE_BYTES_MAX`."""
        if module.path in self._cached:
            self._cached.move_to_end(module.path)
            return self._cached[module.path]
        data = _read(Path(module.path), MODULE_BYTES_MAX)
        if data is not None:
            self._cached[module.path] = data
            self._cached_bytes += len(data)
            while self._cached_bytes > CACHED_BYTES_MAX:
                self._cached_bytes -= len(self._cached.popitem(last=False)[1])
        return data

    def signature(self) -> tuple[int, ...]:
        """Changes when packages are installed or removed: the folders' times in nanoseconds."""
        return tuple(_modified_ns(root) for root in self._roots)

    def forget(self) -> None:
        """Drops what was found and read, after `signature` changed."""
        self._folders.clear()
        self._found.clear()
        self._cached.clear()
        self._cached_bytes = 0

    def _look(self, dotted: str) -> LibraryModule | None:
        parts = dotted.split(".")
        if not all(part.isidentifier() for part in parts):
            return None
        known = self._stubs.find(dotted) if self._stubs else None
        if known is not None and self._typeshed is not None:
            return msgspec.structs.replace(known, path=str(self._typeshed / known.path))
        for root in self._roots:
            stub_package = f"{parts[0]}-stubs"
            if stub_package in self._names(root):
                path = self._module_file(root.joinpath(stub_package, *parts[1:]), stubs_only=True)
                if path is not None:
                    return _module(dotted, path, typed=True)
        for root in self._roots:
            path = self._module_file(root.joinpath(*parts), stubs_only=False)
            if path is not None:
                typed = path.suffix == ".pyi" or "py.typed" in self._names(root / parts[0])
                return _module(dotted, path, typed=typed)
        return None

    def _module_file(self, base: Path, *, stubs_only: bool) -> Path | None:
        """The file of the module at `base` (a path without ending); a stub comes before a source."""
        beside = self._names(base.parent)
        inside = self._names(base) if base.name in beside else frozenset()
        endings = (".pyi",) if stubs_only else (".pyi", ".py")
        for ending in endings:
            if f"__init__{ending}" in inside:
                return base / f"__init__{ending}"
        for ending in endings:
            if f"{base.name}{ending}" in beside:
                return base.with_name(f"{base.name}{ending}")
        return None

    def _names(self, folder: Path) -> frozenset[str]:
        """What lies in a folder, as the folder spells it: a file system that ignores case must not find more."""
        if folder not in self._folders:
            if len(self._folders) >= FOUND_NAMES_MAX:
                self._folders.clear()
            self._folders[folder] = _list(folder)
        return self._folders[folder]


def open_library(workspace: Path, interpreter: str, environ: Mapping[str, str]) -> LibraryFiles:
    """The library of a workspace. `interpreter` is the user's setting (an executable or an environment), or empty."""
    return LibraryFiles(find_environment(workspace, interpreter, environ), find_typeshed())


def find_typeshed() -> Path | None:
    """The folder of the stubs that are installed with Forethought."""
    spec = importlib.util.find_spec("typeshed_client")  # Finds the package without importing it.
    if spec is None or spec.origin is None:
        return None
    folder = Path(spec.origin).parent / "typeshed"
    return folder if folder.is_dir() else None


def find_environment(workspace: Path, interpreter: str, environ: Mapping[str, str]) -> Environment:
    """The user's setting first, then the active environment, then one that lies in the workspace."""
    candidates: list[tuple[str, Path]] = []
    if interpreter:
        chosen = Path(interpreter).expanduser()
        # An environment's interpreter is a link to its base: following it would lose the environment.
        candidates.append(("setting", chosen if chosen.is_dir() else chosen.parent.parent))
    for variable in ("VIRTUAL_ENV", "CONDA_PREFIX"):
        if environ.get(variable):
            candidates.append((variable, Path(environ[variable])))
    for name in ENVIRONMENT_NAMES:
        if (workspace / name / "pyvenv.cfg").is_file():
            candidates.append((name, workspace / name))
    for origin, prefix in candidates:
        folders = _site_packages(prefix)
        if folders:
            return _environment(origin, prefix, folders, workspace)
    return Environment(target=_target(sys.version_info[:2]))


def _environment(origin: str, prefix: Path, folders: list[Path], workspace: Path) -> Environment:
    said = _configuration(prefix)
    version = _version(said.get("version") or said.get("version_info") or folders[0].parent.name.removeprefix("python"))
    if said.get("include-system-site-packages", "").lower() == "true" and said.get("home"):
        folders = [*folders, *_site_packages(Path(said["home"]).parent)]
    named = [extra for folder in folders for extra in _path_files(folder, workspace)]
    every = dict.fromkeys(str(folder) for folder in (*folders, *named))
    return Environment(tuple(every), _target(version or sys.version_info[:2]), origin)


def _site_packages(prefix: Path) -> list[Path]:
    """The folders under an environment that hold packages, on any platform."""
    found = [prefix / "Lib" / "site-packages"] if os.name == "nt" else []
    for library in ("lib", "lib64"):
        for name in sorted(_list(prefix / library), reverse=True):
            if name.startswith("python3"):
                found += [prefix / library / name / "site-packages", prefix / library / name / "dist-packages"]
    folders = [folder for folder in found if folder.is_dir()]
    # `lib64` is often a link to `lib`.
    return list({os.path.realpath(folder): folder for folder in reversed(folders)}.values())[::-1]


def _path_files(folder: Path, workspace: Path) -> Iterable[Path]:
    """Folders that `.pth` files add, except those of the workspace itself, which is analysed as such."""
    names = sorted(name for name in _list(folder) if name.endswith(".pth"))[:PATH_FILES_MAX]
    for name in names:
        text = (_read(folder / name, PATH_FILE_BYTES_MAX) or b"").decode("utf-8", "replace")
        for line in text.splitlines():
            # Python runs lines that begin with `import`; here they are passed over.
            if line.strip() and not line.startswith(("#", "import ", "import\t")):
                added = folder / line.strip()
                if added.is_dir() and not added.resolve().is_relative_to(workspace.resolve()):
                    yield added


def _configuration(prefix: Path) -> dict[str, str]:
    text = (_read(prefix / "pyvenv.cfg", CONFIGURATION_BYTES_MAX) or b"").decode("utf-8", "replace")
    lines = (line.partition("=") for line in text.splitlines())
    return {key.strip().lower(): value.strip() for key, equals, value in lines if equals}


def _target(version: tuple[int, ...]) -> Target:
    return Target((version[0], version[1]), sys.platform)


def _version(text: str) -> tuple[int, int] | None:
    parts = text.split(".")
    if len(parts) >= 2 and parts[0].isdecimal() and parts[1].isdecimal():
        return int(parts[0]), int(parts[1])
    return None


def _index(typeshed: Path | None, target: Target) -> StubIndex | None:
    if typeshed is None:
        return None
    paths = [path.relative_to(typeshed).as_posix() for path in typeshed.rglob("*.pyi")]
    versions = (_read(typeshed / VERSIONS_NAME, CONFIGURATION_BYTES_MAX) or b"").decode("utf-8", "replace")
    return StubIndex(paths, lambda path: _read(typeshed / path, MODULE_BYTES_MAX), target, versions)


def _module(dotted: str, path: Path, *, typed: bool) -> LibraryModule:
    stub = path.suffix == ".pyi"
    return LibraryModule(dotted, str(path), stub, path.stem == "__init__", standard=False, typed=typed)


def _list(folder: Path) -> frozenset[str]:
    try:
        with os.scandir(folder) as entries:
            names = [entry.name for entry, _ in zip(entries, range(FOLDER_NAMES_MAX + 1), strict=False)]
    except OSError:
        return frozenset()
    return frozenset(names) if len(names) <= FOLDER_NAMES_MAX else frozenset()


def _read(path: Path, bytes_max: int) -> bytes | None:
    """A regular file's bytes. A pipe or a device would wait or never end."""
    try:
        if not path.is_file() or path.stat().st_size > bytes_max:
            return None
        with path.open("rb") as handle:
            data = handle.read(bytes_max + 1)
    except (OSError, ValueError):
        return None
    return data if len(data) <= bytes_max else None


def _modified_ns(folder: Path) -> int:
    try:
        return folder.stat().st_mtime_ns
    except OSError:
        return 0
