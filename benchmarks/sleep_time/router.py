"""The product's router, without any model, over a package in a store of its own: the third line of experiment 8.

    python -m benchmarks.sleep_time.router ROOT < questions.json > answers.json

runs in a process of its own, because where stores lie is decided by a process's environment. Replies for people become
the short answers that the scorer reads; what the router does not know, or takes for another question, stays unknown.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from analyzers.questions.answer import Answer
from analyzers.records import RANK
from benchmarks.sleep_time.code_questions import UNKNOWN, CodeQuestion
from benchmarks.truth.score import is_test
from lsp_server import answering
from lsp_server.settings import Settings
from lsp_server.store import IndexReader, repository_folders
from lsp_server.view import View

ANALYSIS_S_MAX = 1200
ANSWERS_S_MAX = 1200
HERE = Path(__file__).resolve()
_CODE = re.compile(r"`([^`]+)`")
_SKIPPED = shutil.ignore_patterns(".git", "__pycache__")


def ask_router(root: Path, questions: Sequence[CodeQuestion]) -> list[str]:
    """The router's short answer to each question. Raises `subprocess.SubprocessError` where it cannot be asked."""
    with tempfile.TemporaryDirectory(prefix="forethought-router-") as temporary:
        base = Path(temporary).resolve()
        copy = base / root.name
        shutil.copytree(root, copy, ignore=_SKIPPED)
        (copy / ".git").mkdir()
        environment = {
            **os.environ,
            "PYTHONPATH": str(HERE.parents[2]),
            "FORETHOUGHT_CACHE_DIR": str(base / "cache"),
            "FORETHOUGHT_STATE_DIR": str(base / "state"),
            "FORETHOUGHT_CONFIG": str(base / "config.toml"),
        }
        analyse = [sys.executable, "-m", "lsp_server.cli", "analyze", str(copy), "--json"]
        subprocess.run(analyse, check=True, capture_output=True, timeout=ANALYSIS_S_MAX, env=environment)
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks.sleep_time.router", str(copy)],
            input=json.dumps([[each.kind, each.name, each.question] for each in questions]),
            check=True,
            capture_output=True,
            encoding="utf-8",
            timeout=ANSWERS_S_MAX,
            env=environment,
        )
    return [f"Answer: {text}" for text in json.loads(done.stdout)]


def short(kind: str, name: str, answers: Sequence[Answer]) -> str:
    """What answers say to a question of a kind about a symbol, surely enough to be likely."""
    for each in answers:
        if each.symbol != name or each.weight == 0.0:
            continue
        claims = [claim for claim in each.claims if RANK[claim.confidence] <= 1 and claim.places]
        if kind == each.kind == "callers":
            places = [claim.places[0] for claim in claims]
            return _listed([place.symbol.rpartition(".")[2] for place in places if not is_test(place.path)])
        if kind == each.kind == "raises":
            found = [code[1] for claim in claims if (code := _CODE.search(claim.text))]
            return _listed([text.rpartition(".")[2] for text in found])
        if kind == "none" and each.kind == "why_none":
            return "no" if each.conclusion.startswith("it cannot") else "yes"
        if kind == "none" and each.kind == "returns":
            return "yes" if "`None`" in each.conclusion else "no"
        if kind == each.kind == "returns":
            found = _CODE.findall(each.conclusion)
            return found[0] if len(found) == 1 else UNKNOWN
    return UNKNOWN


def _listed(names: Sequence[str]) -> str:
    return ", ".join(dict.fromkeys(names)) or UNKNOWN


def main(root: str) -> None:
    """Answers what stands on standard input."""
    folder = Path(root).resolve()
    view = View(folder, IndexReader(repository_folders(folder).index), {})
    said = []
    for kind, name, question in json.load(sys.stdin):
        reply = asyncio.run(answering.answer(view, question, None, (), Settings(), lambda text: None))
        said.append(short(kind, name, reply.answers))
    json.dump(said, sys.stdout)


if __name__ == "__main__":
    main(sys.argv[1])
