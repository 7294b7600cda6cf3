"""What is written twice is checked: the documents against the code, the tests and the command line's help."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from typer.main import get_command

from lsp_server.cli.app import app

ROOT = Path(__file__).resolve().parent.parent
ARCHITECTURE = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
README = (ROOT / "README.md").read_text(encoding="utf-8")


def commands() -> dict[str, set[str]]:
    """Each command of the help with its options."""
    group = get_command(app)
    found: dict[str, set[str]] = {}
    for name, command in group.commands.items():  # type: ignore[attr-defined]
        found[name] = {option for each in command.params for option in each.opts if option.startswith("-")}
    return found


@pytest.mark.parametrize("named", sorted(set(re.findall(r"`(tests/[\w/]+\.py::\w+)`", ARCHITECTURE))))
def test_every_invariant_has_its_test(named: str) -> None:
    path, _, function = named.partition("::")
    assert f"def {function}(" in (ROOT / path).read_text(encoding="utf-8")


def test_every_path_in_the_map_exists() -> None:
    named = re.findall(r"`((?:analyzers|lsp_server|benchmarks|tests)/[\w/.]*)`", ARCHITECTURE)
    missing = [path for path in named if not (ROOT / path).exists()]
    assert not missing


def test_every_dependency_is_explained() -> None:
    pyproject = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    listed = pyproject.split("dependencies = [", 1)[1].split("]", 1)[0]
    missing = [name for name in re.findall(r'"([A-Za-z0-9-]+)', listed) if f"`{name}`" not in ARCHITECTURE]
    assert not missing


def test_the_readme_names_every_command_and_no_other() -> None:
    # Every mention in a code block or between backquotes counts.
    code = "\n".join(re.findall(r"```[a-z]*\n(.*?)```", README, re.DOTALL) + re.findall(r"`([^`\n]+)`", README))
    mentioned = {
        (match[1], option)
        for match in re.finditer(r"\bforethought ([a-z][a-z-]*)([^\n]*)", code)
        for option in [*re.findall(r"(?<!\S)\[?(--?[a-z][\w-]*)", match[2]), ""]
    }
    known = commands()
    assert {name for name, _ in mentioned} == set(known)
    wrong = [f"{name} {option}" for name, option in mentioned if option and option not in known[name]]
    assert not wrong
