"""Prints what looks wrong in unpacked packages: `python -m benchmarks.looks_wrong FOLDER...`."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from analyzers.questions import catalogue
from benchmarks.linked import Linked


def findings(repository: Linked) -> Iterator[str]:
    """One line for each finding, with its place."""
    for record in repository.records():
        answer = catalogue.one("wrong", record, neighbours=repository)
        for claim in answer.claims if answer is not None else ():
            place = claim.places[0]
            yield f"{place.path}:{place.line} {record.name}: {claim.text}"


def main(folders: list[str]) -> None:
    for folder in folders:
        repository = Linked(Path(folder))
        found = sorted(set(findings(repository)))
        print(f"{folder}: {len(found)} in {len(repository.sources)} files")
        for line in found:
            print(f"  {line}")


if __name__ == "__main__":
    main(sys.argv[1:])
