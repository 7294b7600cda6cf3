"""`python -m benchmarks.ask`: puts the questions to the router, over real repositories that were analysed first.

    python -m benchmarks.ask              the open half, with what went wrong
    python -m benchmarks.ask --sealed     the sealed half: only the figures, to be looked at once, at the end

The packages are fetched from the package index by hash and analysed into a cache of the benchmark's own.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.ask.questions import Question, Verdict, judged, load
from benchmarks.sdist import CLICK, MARSHMALLOW, TOMLKIT
from lsp_server import answering
from lsp_server.answering import Here
from lsp_server.composing import enclosing
from lsp_server.settings import Settings
from lsp_server.store import IndexReader, repository_folders
from lsp_server.texts_job import TextsJob
from lsp_server.threads import Turn
from lsp_server.view import View

STORES = Path(__file__).resolve().parents[2] / ".cache" / "ask"
PACKAGES = {f"{each.name}-{each.version}": each for each in (CLICK, MARSHMALLOW, TOMLKIT)}
ANALYSIS_S_MAX = 1200


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.ask", description=__doc__)
    parser.add_argument("--sealed", action="store_true", help="the half that nobody looked at; prints figures alone")
    parser.add_argument("--roots", type=Path, help="a folder with the unpacked packages, instead of fetching them")
    parser.add_argument("--json", action="store_true", help="print JSON for a program to read")
    arguments = parser.parse_args()
    os.environ["FORETHOUGHT_CACHE_DIR"] = str(STORES / "cache")
    os.environ["FORETHOUGHT_STATE_DIR"] = str(STORES / "state")
    os.environ["FORETHOUGHT_CONFIG"] = str(STORES / "config.toml")
    questions = load("sealed" if arguments.sealed else "open")
    verdicts: list[Verdict] = []
    seconds: list[float] = []
    for name, package in PACKAGES.items():
        root = arguments.roots / name if arguments.roots else package.unpacked()
        analyse(root)
        _ask(root, [each for each in questions if each.repository == name], verdicts, seconds)
    figures = _figures(verdicts, seconds)
    if arguments.json:
        print(json.dumps(figures, indent=2))
        return
    if not arguments.sealed:
        for verdict in verdicts:
            if not verdict.right:
                _tell(verdict)
    for key, value in figures.items():
        print(f"{key:42} {value}")


def analyse(root: Path) -> None:
    """Bring a package's store up to date, the texts that it says included."""
    command = [sys.executable, "-m", "lsp_server.cli", "analyze", str(root), "--json"]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, timeout=ANALYSIS_S_MAX)
    job = TextsJob(repository_folders(root), Settings())
    while job.has_work() and job.step(lambda: False):
        pass  # What the sleeper does once it is idle, which the command above does not wait for.


def _ask(root: Path, questions: Sequence[Question], verdicts: list[Verdict], seconds: list[float]) -> None:
    view = View(root.resolve(), IndexReader(repository_folders(root).index), {})

    def here_of(at: str) -> Here:
        name, _, below = at.partition("+")
        for path in sorted(view.paths(), key=lambda path: ("test" in path or "example" in path, path)):
            symbol = view.symbol(path, name)
            lines = view.lines(path)
            if symbol is not None and lines is not None:
                return Here(path, lines.starts[lines.line_of(symbol.name_start) + int(below)] + 4)
        raise SystemExit(f"ask: nothing is called {name} in {root}")

    for question in questions:
        view.refresh()
        here = here_of(question.at) if question.at else None
        thread: tuple[Turn, ...] = ()
        if question.after:
            before = answering.from_prepared(view, question.after).answers[:1]
            thread = tuple(Turn(question.after, each.path, each.symbol, each.kind) for each in before)
        began_s = time.perf_counter()
        explained = answering.explained_failure(view, question.question)
        routed = answering.routed(view, question.question, here, thread)
        suspects = [each.name for each in explained.suspects] if explained is not None else []
        texts = [enclosing(view.facts(hit.literal.path), hit.literal.start) for hit in routed.hits]
        verdicts.append(judged(question, routed, texts, suspects))
        seconds.append(time.perf_counter() - began_s)


def _figures(verdicts: Sequence[Verdict], seconds: Sequence[float]) -> dict[str, object]:
    plain = [each for each in verdicts if not each.question.reaction]
    odd = [each for each in verdicts if each.question.reaction]
    ordered = sorted(seconds)
    return {
        "questions with an answer": len(plain),
        "right anchor and kind": _share(sum(each.right for each in plain), len(plain)),
        "right anchor": _share(sum(each.anchor for each in plain), len(plain)),
        "of these, answered beside another reading": sum(each.right and each.got.startswith("two") for each in plain),
        "questions without one answer": len(odd),
        "right reaction": _share(sum(each.reaction for each in odd), len(odd)),
        "routing at p50, p95, ms": [round(1000 * ordered[int(len(ordered) * share)], 1) for share in (0.5, 0.95)],
    }


def _share(count: int, total: int) -> str:
    return f"{count} of {total} ({100 * count / max(1, total):.1f} %)"


def _tell(verdict: Verdict) -> None:
    question = verdict.question
    wanted = question.reaction or f"{list(question.anchors)} {list(question.kinds)}"
    shown = question.question if len(question.question) < 120 else question.question[:117] + "…"
    place = " at " + question.at if question.at else ""
    print(f"- {shown!r}{place}{' after ' + question.after if question.after else ''}")
    print(f"    wanted {wanted}; got {verdict.got}")


if __name__ == "__main__":
    main()
