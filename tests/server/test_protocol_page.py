"""`docs/protocol.md` says what the server does: its methods, their shapes, and its commands."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from types import ModuleType

from lsp_server import features, shapes
from lsp_server.features.commands import COMMANDS

DOCS = Path(__file__).resolve().parents[2] / "docs"
PAGE = (DOCS / "protocol.md").read_text(encoding="utf-8")


def generator() -> ModuleType:
    specification = importlib.util.spec_from_file_location("generate", DOCS / "generate.py")
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


def section(title: str) -> str:
    return PAGE.split(f"\n## {title}\n", 1)[1].split("\n## ", 1)[0]


def rows(title: str) -> dict[str, str]:
    """The first column of a section's first table, and the rest of each row."""
    return dict(re.findall(r"^\| `([\w./$]+)` \| (.*) \|$", section(title), re.MULTILINE))


def test_the_shapes_are_the_codes() -> None:
    assert generator().with_shapes(PAGE) == PAGE, "run: python docs/generate.py"


def test_every_method_of_our_own_is_described_with_its_parameters() -> None:
    own = {each.METHOD: each.PARAMS.__name__ for each in features.ALL if each.METHOD.startswith("forethought/")}
    described = {name: row for name, row in rows("Requests").items() if "/" in name}
    assert described.keys() == own.keys()
    for name, parameters in own.items():
        said = described[name].split(" | ")
        assert said[0] == f"`{parameters}`"
        assert hasattr(shapes, said[1].strip("`"))
        assert f"**`{name}`**" in PAGE


def test_every_road_is_described() -> None:
    assert set(shapes.Road.__args__) <= set(rows("Requests"))  # type: ignore[attr-defined]


def test_every_command_is_described_and_no_other() -> None:
    assert rows("Commands").keys() == COMMANDS.keys()
