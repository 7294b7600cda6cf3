"""Declaration files of the npm packages that a workspace has installed: which file says what a package's names are.

Follows what packages say of themselves (`types`, `exports`) and `@types`. It opens nothing: texts come through a
callable, by their path under the workspace's root. It knows nothing of what declarations mean.
"""

from __future__ import annotations

import json
import posixpath
from collections.abc import Iterator
from typing import Any

from analyzers.inference.dialect import ReadLibrary

FOLDER = "node_modules"

MODULES_MAX = 300
"""Declaration files that are read for one workspace; packages that are asked for later are not known."""

DECLARATION_BYTES_MAX = 400_000
"""A longer declaration file is generated, and seldom what a return value depends on."""

_ENDINGS = (".d.ts", ".d.mts", ".d.cts", "/index.d.ts")
_BUILT = (".js", ".mjs", ".cjs", ".ts", ".mts", ".cts")


class Installed:
    """The declaration files of one workspace."""

    def __init__(self, read: ReadLibrary) -> None:
        self._read = read
        self._left = MODULES_MAX

    def declarations(self, module: str) -> tuple[str, bytes] | None:
        """The path and the text of the file that declares a module, by its name or by its path without an ending."""
        if self._left <= 0 or module.startswith((".", "/")):
            return None
        for path in self._candidates(module):
            found = self._read(path)
            if found is not None and len(found[1]) <= DECLARATION_BYTES_MAX:
                self._left -= 1
                return path, found[1]
        return None

    def _candidates(self, module: str) -> Iterator[str]:
        if module.startswith(FOLDER + "/"):
            yield from _declaring(module)
            return
        parts = module.split("/")
        size = 2 if module.startswith("@") else 1
        package, rest = "/".join(parts[:size]), "/".join(parts[size:])
        if len(parts) < size or not package.strip("@/"):
            return
        for name in (package, f"@types/{package.removeprefix('@').replace('/', '__')}"):
            folder = f"{FOLDER}/{name}"
            about = self._package(folder)
            if about is None:
                continue
            said = _said(about, f"./{rest}" if rest else ".")
            if said:
                yield from _declaring(posixpath.normpath(posixpath.join(folder, said)))
            yield from _declaring(f"{folder}/{rest or 'index'}")

    def _package(self, folder: str) -> dict[str, Any] | None:
        found = self._read(f"{folder}/package.json")
        try:
            about = json.loads(found[1]) if found is not None else None
        except ValueError:
            return None
        return about if isinstance(about, dict) else None


def _said(about: dict[str, Any], wanted: str) -> str:
    """The declaration file that a `package.json` names for what is wanted of it; else what is run for it."""
    exports = about.get("exports")
    if isinstance(exports, dict):
        found = _typed(exports.get(wanted) if any(key.startswith(".") for key in exports) else exports)
        if found:
            return found
    if wanted != ".":
        return ""
    named = about.get("types") or about.get("typings") or about.get("main")
    return named if isinstance(named, str) else ""


def _typed(target: object, depth: int = 0) -> str:
    if isinstance(target, str):
        return target
    if isinstance(target, dict) and depth < 5:
        for condition in ("types", "import", "require", "node", "default"):
            found = _typed(target.get(condition), depth + 1)
            if found:
                return found
    return ""


def _declaring(path: str) -> Iterator[str]:
    """The declaration files that a path may mean, with or without an ending."""
    if path.endswith((".d.ts", ".d.mts", ".d.cts")):
        yield path
        return
    stem = next((path[: -len(end)] for end in _BUILT if path.endswith(end)), path)
    yield from (stem + end for end in _ENDINGS)
