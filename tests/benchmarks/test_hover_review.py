"""The sheets of judged hovers: how a line is read, and that the kept ones are judged throughout."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.hover_review import sheet

KEPT = sorted((Path(__file__).resolve().parents[2] / "benchmarks" / "hover_review").glob("*.txt"))

SHEET = """\
# a note
## a.py:3 f
right | **Who calls it?** one caller · certain
wrong, another f | - `g`: `f()` (likely) [a.py:9]
useless | - `h`: `f()` [a.py:12]
"""


def test_a_line_has_its_own_confidence_or_its_answers() -> None:
    assert [(each.verdict, each.confidence, each.why) for each in sheet.read(SHEET)] == [
        ("right", "certain", ""),
        ("wrong", "likely", "another f"),
        ("useless", "certain", ""),
    ]


def test_what_is_not_judged_is_refused() -> None:
    with pytest.raises(ValueError, match="not judged"):
        list(sheet.read(sheet.block("a.py", 3, "f", "**Who?** one · certain\n- `g` [a.py:9](a.py#L9)\n\n*fresh*")))


@pytest.mark.parametrize("path", KEPT, ids=[path.stem for path in KEPT])
def test_kept_sheets_are_judged(path: Path) -> None:
    assert list(sheet.read(path.read_text(encoding="utf-8")))
