"""Writes the pages that are made from code: `python docs/generate.py`, from the repository's root."""

from __future__ import annotations

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent

if __name__ == "__main__":
    sys.path.insert(0, str(HERE.parent))
    from analyzers.questions.document import document

    (HERE / "questions.md").write_text(document(), encoding="utf-8")
