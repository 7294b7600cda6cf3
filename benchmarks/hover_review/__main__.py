"""Samples hovers and counts judgements: see the package."""

from __future__ import annotations

import argparse
import random
from collections.abc import Iterator
from pathlib import Path

from analyzers.questions import catalogue
from analyzers.records import Place, Record
from benchmarks.hover_review import sheet
from benchmarks.hover_review.deep import Deep
from lsp_server.features.hover import READS_MAX
from lsp_server.render import markdown

FOLDER = Path(__file__).parent
KINDS = frozenset({"function", "method", "class", "field"})
SOURCE_LINES_MAX = 60


def hover(deep: Deep, record: Record) -> str:
    """What an editor shows for a symbol; empty where it shows nothing."""

    def line_of(place: Place) -> int:
        return place.line

    answers = catalogue.for_record(record, neighbours=deep, reads_max=READS_MAX, unasked=True)
    return markdown.hover(answers, line_of, str, here=(record.path, record.line))


def sampled(deep: Deep, count: int, seed: int) -> tuple[list[tuple[Record, str]], int]:
    """Hovers of symbols drawn at random, as many as were asked for, and how many drawn ones had nothing to say."""
    drawn = [record for record in deep.outside_tests() if record.kind in KINDS]
    random.Random(seed).shuffle(drawn)
    found: list[tuple[Record, str]] = []
    silent = 0
    for record in drawn:
        if len(found) == count:
            break
        text = hover(deep, record)
        if text:
            found.append((record, text))
        else:
            silent += 1
    return found, silent


def source_of(deep: Deep, record: Record) -> Iterator[str]:
    """The symbol's own source with its line numbers."""
    data = deep.sources[record.path]
    start = data.rfind(b"\n", 0, record.start) + 1
    first = data.count(b"\n", 0, start) + 1
    lines = data[start : record.end].decode("utf-8", "replace").splitlines()
    for number, line in enumerate(lines[:SOURCE_LINES_MAX], first):
        yield f"    {number:5} {line}"
    if len(lines) > SOURCE_LINES_MAX:
        yield f"          … {len(lines) - SOURCE_LINES_MAX} more lines"


def sample(root: Path, count: int, seed: int, target: Path | None) -> None:
    deep = Deep(root)
    found, silent = sampled(deep, count, seed)
    head = f"# {root.name}, seed {seed}: {len(found)} hovers; {silent} other symbols drawn on the way have none\n"
    print(head)
    blocks = [head]
    for record, text in found:
        block = sheet.block(record.path, record.line, record.name, text)
        blocks.append(block)
        print("\n".join([block, text.rpartition("\n")[2], *source_of(deep, record), ""]))
    if target is not None:
        target.write_text("\n".join(blocks), encoding="utf-8")


def summarise() -> None:
    for path in sorted(FOLDER.glob("*.txt")):
        print(sheet.summary(path.stem, sheet.read(path.read_text(encoding="utf-8"))))


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.hover_review", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    one = commands.add_parser("sample", help="print hovers of a folder's symbols beside the source")
    one.add_argument("root", type=Path)
    one.add_argument("--count", type=int, default=50)
    one.add_argument("--seed", type=int, default=1)
    one.add_argument("--sheet", type=Path, help="also write the lines to this file, to be judged")
    commands.add_parser("summary", help="count the judgements that are kept here")
    given = parser.parse_args()
    if given.command == "sample":
        sample(given.root, given.count, given.seed, given.sheet)
    else:
        summarise()


if __name__ == "__main__":
    main()
