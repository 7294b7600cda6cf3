"""Which file an import means in TypeScript and JavaScript: `./x`, `@/components/x`, `@scope/package/part`.

Computed from paths (relative to the workspace, with forward slashes) and from the texts of `tsconfig.json`,
`jsconfig.json` and `package.json` files; both tiers of the analysis use it. Where a package's built files are not
there, the sources that they are built from are what is meant. It must not know the file system, or what a file holds.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

CONFIG_NAMES = ("package.json", "tsconfig.json", "jsconfig.json", "tsconfig.base.json")
"""The names of files whose text says where modules lie; `follows` names those that they refer to."""

SUFFIXES = (".ts", ".tsx", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs")
"""File endings of modules, those first that win where several files have the same stem."""

EXTENDS_MAX = 8
"""Configurations that one extends, one after another."""
CONDITIONS_MAX = 32
"""Conditions of one entry in `exports` that are tried."""
TARGETS_MAX = 16
"""Files that one import may mean, tried in turn."""

_DECLARATIONS = (".d.ts", ".d.mts", ".d.cts")
_CONDITIONS = ("source", "development", "import", "module", "require", "node", "default", "browser", "types", "typings")
"""Conditions of `exports`, those first that most likely name the code itself."""
_BUILT = frozenset({"dist", "lib", "build", "out", "output", "esm", "cjs", "es", "umd", "types", "typings", "module"})
"""Folders that commonly hold what is built from `src`."""
_SOURCES = ("src", "source", "lib", "")
_TOKENS = re.compile(r'"(?:\\.|[^"\\])*"|//[^\n]*|/\*.*?\*/|,(?=\s*[}\]])', re.DOTALL)


def parse_json(text: str) -> dict[str, Any]:
    """An object in JSON as configuration files have it, with comments and trailing commas; empty where it is none."""
    try:
        found = json.loads(_TOKENS.sub(lambda token: token[0] if token[0].startswith('"') else "", text))
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def follows(path: str, text: str) -> tuple[str, ...]:
    """The configuration files of the workspace that one extends or refers to."""
    if _name(path) == "package.json":
        return ()
    said = parse_json(text)
    named = [*_strings(said.get("extends"))]
    named += [f"{each['path']}/tsconfig.json" for each in _objects(said.get("references")) if _string(each.get("path"))]
    home = _folder(path)
    return tuple(_configuration(home, each) for each in named if each.startswith("."))


@dataclass(frozen=True, slots=True)
class Paths:
    """What a `tsconfig.json` says about names of modules: where plain names are looked for, and aliases."""

    base: str | None
    """The folder in which names without a leading dot are looked for; None where there is none."""
    aliases: tuple[tuple[str, tuple[str, ...]], ...]
    """(pattern with at most one `*`, what it stands for as paths in the workspace), the most specific first."""
    built: tuple[str, str] | None
    """(folder that the compiler writes to, folder of what it reads)."""


@dataclass(frozen=True, slots=True)
class Package:
    """A `package.json` of the workspace."""

    folder: str
    name: str
    said: Mapping[str, Any]


class Modules:
    """Finds the file that an import means. Built once for a list of paths; a lookup costs a few dictionary reads."""

    __slots__ = ("_configs", "_found", "_packages", "_packages_by_name", "_paths", "_settings", "_stems", "_texts")

    def __init__(self, paths: Iterable[str], texts: Mapping[str, str]) -> None:
        self._paths = frozenset(path for path in paths if path.endswith(SUFFIXES))
        self._stems: dict[str, list[str]] = {}
        """Path without its ending → the files that have it."""
        for path in self._paths:
            self._stems.setdefault(_stem(path), []).append(path)
        self._texts = texts
        self._configs: dict[str, Paths] = {}
        """Folder → what its own configuration says."""
        self._settings: dict[str, Paths | None] = {}
        """Folder → what holds for files in it."""
        self._packages: dict[str, Package] = {}
        self._packages_by_name: dict[str, Package] = {}
        self._found: dict[tuple[str, str], str | None] = {}
        for path in sorted(texts, key=lambda path: (path.count("/"), path)):
            if _name(path) == "package.json":
                self._add_package(path)
            elif _name(path) in ("tsconfig.json", "jsconfig.json", "tsconfig.base.json"):
                self._add_config(path)

    def resolve(self, module: str, importer_path: str) -> str | None:
        """The path of the module as written in an import of the file at `importer_path`; None where it is outside.

        The empty name means the importing file itself.
        """
        if not module:
            return importer_path
        folder = _folder(importer_path)
        key = folder, module
        if key not in self._found:
            self._found[key] = self._resolve(module.partition("?")[0], folder)
        return self._found[key]

    def package_of(self, path: str) -> Package | None:
        """The package that a file belongs to: the nearest `package.json` above it."""
        for folder in _ancestors(_folder(path)):
            if folder in self._packages:
                return self._packages[folder]
        return None

    def _resolve(self, module: str, folder: str) -> str | None:
        if module.startswith(".") and (module.startswith(("./", "../")) or module in (".", "..")):
            return self._beside(_join(folder, module))
        if module.startswith("/"):
            return self._file(module.strip("/"))
        settings = self._settings_for(folder)
        if settings is not None:
            found = self._aliased(settings, module)
            if found is not None:
                return found
        if module.startswith("#"):
            package = self.package_of(f"{folder}/x" if folder else "x")
            return self._first(self._mapped(package, module, "imports")) if package else None
        return self._in_package(module) or self._guess_alias(module, folder)

    def _beside(self, path: str) -> str | None:
        """A file, or the folder of a package: then what its `main` names comes before an index."""
        found = self._file(path)
        package = self._packages.get(path)
        if package is None or (found is not None and _folder(found) != path):
            return found
        named = self._first(self._named(package)) or found
        return named or self._first(self._targets(package, "")) or self._conventional(package, "")

    def _aliased(self, settings: Paths, module: str) -> str | None:
        for pattern, targets in settings.aliases:
            matched = _match(pattern, module)
            if matched is None:
                continue
            for target in targets[:TARGETS_MAX]:
                found = self._file(target.replace("*", matched, 1))
                if found is not None:
                    return found
        if settings.base is not None:
            return self._file(_join(settings.base, module))
        return None

    def _guess_alias(self, module: str, folder: str) -> str | None:
        """`@/x` and `~/x` mean the package's sources where a bundler's own configuration says so, which is not read."""
        head, slash, rest = module.partition("/")
        if not slash or head not in ("@", "~", "src", "@src", "~src"):
            return None
        for above in _ancestors(folder):
            if above in self._packages or not above:
                for source in ("src", "app", ""):
                    found = self._file(_join(_join(above, source), rest))
                    if found is not None:
                        return found
        return None

    # ---- packages of the workspace ---------------------------------------------------------------------------------

    def _in_package(self, module: str) -> str | None:
        parts = module.split("/")
        length = 2 if module.startswith("@") else 1
        package = self._packages_by_name.get("/".join(parts[:length]))
        if package is None or len(parts) < length:
            return None
        inside = "/".join(parts[length:])
        return self._first(self._targets(package, inside)) or self._conventional(package, inside)

    def _targets(self, package: Package, inside: str) -> Iterator[str]:
        """The files that a package's own text names for a part of it, as paths in the workspace."""
        yield from self._mapped(package, f"./{inside}" if inside else ".", "exports")
        if not inside:
            yield from self._named(package)

    def _named(self, package: Package) -> Iterator[str]:
        """The files that a package's text names for the whole of it."""
        for key in ("source", "module", "main", "browser", "types", "typings"):
            if target := _string(package.said.get(key)):
                yield _join(package.folder, target)

    def _mapped(self, package: Package, name: str, key: str) -> Iterator[str]:
        """What `exports` or `imports` of a `package.json` maps a name to."""
        said = package.said.get(key)
        if said is None:
            return
        entries = said if isinstance(said, dict) and any(each[:1] in (".", "#") for each in said) else {".": said}
        for pattern in sorted(entries, key=len, reverse=True):
            matched = _match(str(pattern), name)
            if matched is None:
                continue
            for target in _conditions(entries[pattern]):
                yield _join(package.folder, target.replace("*", matched))

    def _conventional(self, package: Package, inside: str) -> str | None:
        """Where sources lie although nobody says so."""
        for source in _SOURCES:
            home = _join(package.folder, source)
            found = self._file(_join(home, inside) if inside else _join(home, "index"))
            if found is not None:
                return found
        return None

    def _first(self, targets: Iterable[str]) -> str | None:
        for count, target in enumerate(targets):
            if count >= TARGETS_MAX:
                break
            found = self._file(target) or self._source_of(target)
            if found is not None:
                return found
        return None

    def _source_of(self, built: str) -> str | None:
        """The source of a file that a build writes: by the compiler's folders, else by common ones."""
        settings = self._settings_for(_folder(built)) or self._settings_for(self._home_of(built))
        if settings is not None and settings.built is not None:
            out, source = settings.built
            if built.startswith(f"{out}/"):
                found = self._file(_join(source, built[len(out) + 1 :]))
                if found is not None:
                    return found
        home = self._home_of(built)
        parts = (built[len(home) + 1 :] if home else built).split("/")
        drop = 0
        while drop < len(parts) - 1 and parts[drop] in _BUILT:
            drop += 1
            for source in _SOURCES:
                found = self._file(_join(_join(home, source), "/".join(parts[drop:])))
                if found is not None:
                    return found
        return None

    def _home_of(self, path: str) -> str:
        """The folder of the package that holds a path."""
        return next((folder for folder in _ancestors(_folder(path)) if folder in self._packages), "")

    def _add_package(self, path: str) -> None:
        said = parse_json(self._texts[path])
        package = Package(_folder(path), _string(said.get("name")), said)
        self._packages[package.folder] = package
        if package.name:
            self._packages_by_name.setdefault(package.name, package)

    # ---- configurations of the compiler ----------------------------------------------------------------------------

    def _settings_for(self, folder: str) -> Paths | None:
        """What the nearest configuration above a folder says."""
        if folder not in self._settings:
            own = self._configs.get(folder)
            above = self._settings_for(_folder(folder)) if folder else None
            self._settings[folder] = own or above
        return self._settings[folder]

    def _add_config(self, path: str) -> None:
        folder = _folder(path)
        if folder in self._configs and _name(path) != "tsconfig.json":
            return
        base: str | None = None
        aliases: dict[str, tuple[str, ...]] | None = None
        out = source = ""
        for home, options in self._inherited(path):
            if base is None and (said := _string(options.get("baseUrl"))):
                base = _join(home, said)
            out = out or (_join(home, said) if (said := _string(options.get("outDir"))) else "")
            source = source or (_join(home, said) if (said := _string(options.get("rootDir"))) else "")
            listed = options.get("paths")
            if aliases is None and isinstance(listed, dict):
                start = _join(home, _string(options.get("baseUrl")) or ".")
                aliases = {
                    str(pattern): tuple(_join(start, each) for each in _strings(targets))
                    for pattern, targets in listed.items()
                }
        ordered = sorted((aliases or {}).items(), key=lambda item: ("*" in item[0], -len(item[0])))
        built = (out, source or _join(folder, "src")) if out else None
        self._configs[folder] = Paths(base, tuple(ordered), built)

    def _inherited(self, path: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """(folder, compiler options) of a configuration and of those it extends, the nearest first."""
        waiting = [path]
        seen: set[str] = set()
        while waiting and len(seen) < EXTENDS_MAX:
            each = waiting.pop(0)
            if each in seen or each not in self._texts:
                continue
            seen.add(each)
            said = parse_json(self._texts[each])
            options = said.get("compilerOptions")
            yield _folder(each), options if isinstance(options, dict) else {}
            for extended in reversed(_strings(said.get("extends"))):
                if extended.startswith("."):
                    waiting.append(_configuration(_folder(each), extended))
                else:
                    waiting += self._packaged(extended)

    def _packaged(self, extended: str) -> list[str]:
        """A configuration that lies in another package of the workspace."""
        parts = extended.split("/")
        length = 2 if extended.startswith("@") else 1
        package = self._packages_by_name.get("/".join(parts[:length]))
        if package is None:
            return []
        return [_configuration(package.folder, "./" + ("/".join(parts[length:]) or "tsconfig.json"))]

    # ---- files -----------------------------------------------------------------------------------------------------

    def _file(self, path: str) -> str | None:
        """The file for a path that may lack its ending, name a folder, or have the ending of what is built from it."""
        if path in self._paths:
            return path
        return self._by_stem(path) or self._by_stem(_stem(path), built=path) or self._by_stem(f"{path}/index")

    def _by_stem(self, stem: str, built: str = "") -> str | None:
        """A module with this stem. `./x.js` means `x.ts` where that is what is there."""
        if built and (built == stem or not built.endswith((".js", ".jsx", ".mjs", ".cjs", *_DECLARATIONS))):
            return None
        found = self._stems.get(stem.lstrip("/"))
        return min(found, key=_preference) if found else None


def _preference(path: str) -> tuple[bool, int, str]:
    """Sources before declarations, in the order of `SUFFIXES`."""
    ending = next((place for place, suffix in enumerate(SUFFIXES) if path.endswith(suffix)), len(SUFFIXES))
    return path.endswith(_DECLARATIONS), ending, path


def _conditions(entry: object, budget: int = CONDITIONS_MAX) -> Iterator[str]:
    """The files that an entry of `exports` may mean, the code itself before its declarations."""
    if isinstance(entry, str):
        yield entry
    elif isinstance(entry, list):
        for each in entry[:budget]:
            yield from _conditions(each, budget // 2)
    elif isinstance(entry, dict) and budget > 0:
        order = {name: place for place, name in enumerate(_CONDITIONS)}
        for name in sorted(entry, key=lambda name: order.get(str(name), len(order)))[:budget]:
            yield from _conditions(entry[name], budget // 2)


def _match(pattern: str, name: str) -> str | None:
    """What the `*` of a pattern stands for; empty where it has none and is the name; None where it does not fit."""
    before, star, after = pattern.partition("*")
    if not star:
        if pattern.endswith("/") and name.startswith(pattern):  # An old way to write `./*`.
            return name[len(pattern) :]
        return "" if pattern == name else None
    if len(name) >= len(before) + len(after) and name.startswith(before) and name.endswith(after):
        return name[len(before) : len(name) - len(after)]
    return None


def _configuration(home: str, named: str) -> str:
    """The path of a configuration that another one refers to; its ending may be left out."""
    path = _join(home, named)
    return path if path.endswith(".json") else f"{path}.json"


def _stem(path: str) -> str:
    """A path without its ending; the ending of a declaration file has two parts."""
    for suffix in (*_DECLARATIONS, *SUFFIXES):
        if path.endswith(suffix):
            return path[: -len(suffix)]
    return path


def _folder(path: str) -> str:
    return path.rpartition("/")[0]


def _name(path: str) -> str:
    return path.rpartition("/")[2]


def _join(home: str, inside: str) -> str:
    """A path seen from a folder, both with forward slashes; what leads out of the workspace keeps its `..`."""
    parts = home.split("/") if home else []
    for part in inside.split("/"):
        if part == ".." and parts and parts[-1] != "..":
            parts.pop()
        elif part not in ("", "."):
            parts.append(part)
    return "/".join(parts)


def _ancestors(folder: str) -> Iterator[str]:
    """A folder and every one above it, up to the workspace's top."""
    yield folder
    while folder:
        folder = _folder(folder)
        yield folder


def _string(value: object) -> str:
    return value if isinstance(value, str) else ""


def _strings(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else []


def _objects(value: object) -> list[Mapping[str, Any]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []
