"""What is written twice is checked: the documents against the code, the tests and the command line's help."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
ARCHITECTURE = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
README = (ROOT / "README.md").read_text(encoding="utf-8")


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
