"""Import roots and module names, checked on the layouts that real repositories use."""

from __future__ import annotations

import pytest

from analyzers.languages.python.roots import Modules, import_roots, module_name


def modules(*paths: str, **texts: str) -> Modules:
    """Modules of a workspace with these paths; `pyproject_toml="…"` gives a file at the top its text."""
    files = {name.replace("_", "."): text for name, text in texts.items()}
    return Modules(paths, import_roots(paths, files))


SRC = ("src/click/__init__.py", "src/click/core.py", "src/click/_compat.py", "tests/test_core.py", "tests/conftest.py")
FLAT = ("pkg/__init__.py", "pkg/a.py", "pkg/sub/__init__.py", "pkg/sub/b.py", "pkg/types.py", "run.py", "tools/x.py")


@pytest.mark.parametrize(
    ("paths", "texts", "expected"),
    [
        (SRC, {}, ("src", "", "tests")),
        (SRC, {"pyproject.toml": "[tool.setuptools]\npackage-dir = {'' = 'src'}"}, ("src", "", "tests")),
        (("lib/a/__init__.py",), {"setup.py": "setup(package_dir={'': 'lib'}, packages=find_packages())"}, ("lib", "")),
        (("code/a/__init__.py",), {"setup.cfg": "[options]\npackage_dir =\n    = code\n"}, ("code", "")),
        (
            ("code/a/__init__.py",),
            {"pyproject.toml": "[tool.poetry]\npackages=[{from='code'}]"},
            ("code", ""),
        ),
        (("h/t.py",), {"pytest.ini": "[pytest]\npythonpath = h"}, ("h", "")),
        (("one/src/a.py", "one/setup.py", "two/b.py"), {"one/setup.py": "setup()"}, ("one/src", "one", "")),
        (("vendor/thing/__init__.py",), {}, ("", "vendor")),
        (("a/b/__init__.py",), {"setup.py": "setup(packages=find_namespace_packages())"}, ("",)),
        (("a.py",), {"pyproject.toml": "not [ toml", "setup.cfg": "neither"}, ("",)),
    ],
)
def test_roots_of(paths: tuple[str, ...], texts: dict[str, str], expected: tuple[str, ...]) -> None:
    assert import_roots(paths, texts) == expected


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("src/click/core.py", "click.core"),
        ("src/click/__init__.py", "click"),
        ("tests/test_core.py", "test_core"),
        ("setup.py", "setup"),
    ],
)
def test_a_module_is_named_from_the_innermost_root(path: str, expected: str) -> None:
    assert module_name(path, ("src", "", "tests")) == expected


@pytest.mark.parametrize(
    ("paths", "dotted", "importer", "level", "expected"),
    [
        (SRC, "click", "tests/test_core.py", 0, "src/click/__init__.py"),
        (SRC, "click.core", "tests/test_core.py", 0, "src/click/core.py"),
        (SRC, "_compat", "src/click/core.py", 1, "src/click/_compat.py"),
        (SRC, "_compat", "src/click/__init__.py", 1, "src/click/_compat.py"),
        (SRC, "", "src/click/core.py", 1, "src/click/__init__.py"),
        (SRC, "conftest", "tests/test_core.py", 0, "tests/conftest.py"),
        (FLAT, "a", "pkg/sub/b.py", 2, "pkg/a.py"),
        (FLAT, "", "pkg/sub/b.py", 1, "pkg/sub/__init__.py"),
        (FLAT, "a", "pkg/sub/b.py", 9, None),
        (FLAT, "pkg.sub", "run.py", 0, "pkg/sub/__init__.py"),
        # A module of a package does not hide the standard library from its neighbours.
        (FLAT, "types", "pkg/a.py", 0, None),
        (FLAT, "a", "pkg/types.py", 0, None),
        # A script sees its neighbours, also under a standard library's name.
        (("tools/x.py", "tools/json.py"), "json", "tools/x.py", 0, "tools/json.py"),
        (("tools/x.py", "tools/y.py"), "y", "tools/x.py", 0, "tools/y.py"),
        (("tools/x.py", "helpers/y.py"), "y", "tools/x.py", 0, None),
        # The same name in two projects means the one at hand.
        (("a/src/p.py", "b/src/p.py", "a/t.py", "b/t.py"), "p", "b/t.py", 0, None),
        # A package comes before a module, a source before its stub, and a stub is better than nothing.
        (("p.py", "p/__init__.py", "m.py"), "p", "m.py", 0, "p/__init__.py"),
        (("p.py", "p.pyi", "m.py"), "p", "m.py", 0, "p.py"),
        (("p.pyi", "m.py"), "p", "m.py", 0, "p.pyi"),
    ],
)
def test_an_import_means(paths: tuple[str, ...], dotted: str, importer: str, level: int, expected: str | None) -> None:
    assert modules(*paths).resolve(dotted, importer, level) == expected


def test_the_nearest_of_two_projects_wins() -> None:
    paths = ("a/src/p.py", "a/setup.py", "a/t.py", "b/src/p.py", "b/setup.py", "b/t.py")
    known = Modules(paths, import_roots(paths, {"a/setup.py": "", "b/setup.py": ""}))
    assert known.resolve("p", "a/t.py") == "a/src/p.py"
    assert known.resolve("p", "b/t.py") == "b/src/p.py"


def test_namespaces_stubs_and_absolute_names() -> None:
    known = modules("src/ns/a/__init__.py", "src/ns/a/m.py", "src/ns/a/m.pyi", setup_py="find_namespace_packages()")
    assert known.is_namespace("ns")
    assert not known.is_namespace("ns.a")
    assert known.stub_beside("src/ns/a/m.py") == "src/ns/a/m.pyi"
    assert known.absolute("x", "src/ns/a/m.py", 2) == "ns.x"
    assert known.absolute("x", "src/ns/a/__init__.py", 1) == "ns.a.x"
