"""Library code is found where interpreters keep it, and only read."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from lsp_server.library_files import MODULE_BYTES_MAX, LibraryFiles, find_environment, find_typeshed


def write(root: Path, **files: str) -> None:
    """Files by path: `write(root, **{"a/b.py": text})`."""
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    site = ".venv/lib/python3.12/site-packages"
    write(
        tmp_path,
        **{
            ".venv/pyvenv.cfg": "home = /nowhere/bin\nversion = 3.12.4\ninclude-system-site-packages = false\n",
            f"{site}/typed/__init__.py": "def f() -> int: ...",
            f"{site}/typed/py.typed": "",
            f"{site}/typed/inner.py": "",
            f"{site}/typed/inner.pyi": "x: int",
            f"{site}/plain.py": "y = 1",
            f"{site}/stubbed/__init__.py": "",
            f"{site}/stubbed-stubs/__init__.pyi": "z: str",
            f"{site}/extra.pth": "# comment\nimport os; os.abort()\n../../../../elsewhere\nmissing\n../../../../src\n",
            "elsewhere/added.py": "",
            "src/own.py": "",
        },
    )
    return tmp_path


@pytest.mark.parametrize(
    ("name", "file", "stub", "typed"),
    [
        ("typed", "__init__.py", False, True),
        ("typed.inner", "inner.pyi", True, True),
        ("plain", "plain.py", False, False),
        ("stubbed", "__init__.pyi", True, True),
        ("json.decoder", "decoder.pyi", True, True),
        ("json", "__init__.pyi", True, True),
    ],
)
def test_a_module_is_found(workspace: Path, name: str, file: str, stub: bool, typed: bool) -> None:
    library = LibraryFiles(find_environment(workspace, "", {}), find_typeshed())
    module = library.find(name)
    assert module is not None
    assert (Path(module.path).name, module.stub, module.typed) == (file, stub, typed)
    assert library.read(module) is not None
    assert library.read(module) == Path(module.path).read_bytes()


def test_the_workspace_itself_is_no_library(workspace: Path) -> None:
    library = LibraryFiles(find_environment(workspace, "", {}), None)
    assert library.environment.target.version == (3, 12)
    assert library.environment.origin == ".venv"
    assert library.find("own") is None
    assert library.find("added") is None
    assert library.find("../typed") is None


@pytest.mark.parametrize(
    ("setting", "environ", "origin"),
    [
        ("other/bin/python", {}, "setting"),
        ("other", {}, "setting"),
        ("", {"VIRTUAL_ENV": "other"}, "VIRTUAL_ENV"),
        ("", {"VIRTUAL_ENV": "gone"}, ".venv"),
        ("", {}, ".venv"),
    ],
)
def test_who_chooses_the_environment(workspace: Path, setting: str, environ: dict[str, str], origin: str) -> None:
    write(workspace, **{"other/lib/python3.11/site-packages/a.py": "", "other/bin/python": ""})
    chosen = find_environment(
        workspace,
        str(workspace / setting) if setting else "",
        {name: str(workspace / value) for name, value in environ.items()},
    )
    assert chosen.origin == origin
    assert chosen.target.version == ((3, 12) if origin == ".venv" else (3, 11))


def test_installing_is_noticed_and_long_files_are_passed_over(workspace: Path) -> None:
    library = LibraryFiles(find_environment(workspace, "", {}), None)
    assert library.find("fresh") is None
    site = Path(library.environment.site_packages[0])
    os.utime(site, ns=(1, 1))  # A file system's clock may be too coarse to tell two writes apart.
    before = library.signature()
    write(site, **{"fresh.py": "x" * (MODULE_BYTES_MAX + 1)})
    assert library.signature() != before
    library.forget()
    module = library.find("fresh")
    assert module is not None
    assert library.read(module) is None
