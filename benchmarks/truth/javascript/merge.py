"""`python -m benchmarks.truth.javascript.merge FOLDER OUTPUT.json.gz`: one recording out of what each process wrote."""

from __future__ import annotations

import gzip
import json
import sys
from pathlib import Path
from typing import Any


def merge(parts: list[dict[str, Any]]) -> dict[str, Any]:
    """The union of what several processes saw."""
    whole: dict[str, Any] = {}
    for part in parts:
        for key, seen in part.items():
            known = whole.setdefault(key, {"callers": [], "escaped": [], "own_raise": [], "tests": []})
            for name, value in seen.items():
                if isinstance(value, list):
                    known[name] += [each for each in value if each not in known[name]]
                else:
                    known[name] = known.get(name, False) or value
    return whole


def main(folder: str, output: str) -> None:
    parts = [json.loads(path.read_text("utf-8")) for path in sorted(Path(folder).glob("*.json"))]
    Path(output).write_bytes(gzip.compress(json.dumps(merge(parts), sort_keys=True).encode(), mtime=0))


if __name__ == "__main__":
    main(*sys.argv[1:3])
