"""From a pasted or piped text and a folder to an explanation: the failures read, the suspects ranked, what is missing.

Joins `analyzers.evidence` with files on disk. Knows neither the terminal nor the protocol.
"""

from __future__ import annotations

from pathlib import Path

import msgspec

from analyzers import languages
from analyzers.evidence.code import Names
from analyzers.evidence.junit import read_junit
from analyzers.evidence.localise import Scene, localise
from analyzers.evidence.reasons import Reason, confidence_of, reasons
from analyzers.evidence.report import read_report
from analyzers.records import Confidence
from lsp_server.disk_code import DiskCode

SUSPECTS_MAX = 20


class Explained(msgspec.Struct, frozen=True, gc=False):
    """One suspect, ready to print."""

    path: str
    name: str
    line: int
    score: float
    confidence: Confidence
    reasons: tuple[Reason, ...]


class Explanation(msgspec.Struct, frozen=True, gc=False):
    """What an explanation says, and what it cannot say."""

    failures: tuple[str, ...]
    """One line for each failure that was understood: the test and its error."""
    suspects: tuple[Explained, ...]
    nothing_found: tuple[str, ...]
    """What was looked at and found empty."""
    not_known: tuple[str, ...]


def explain(root: Path, text: str) -> Explanation:
    """Reads the failures in a text and ranks the functions under `root` that may be at fault."""
    report = read_junit(text) if text.lstrip().startswith("<?xml") else read_report(text)
    code = DiskCode(root)
    names = Names(code)
    python = languages.for_name("python")
    is_test = python.is_test_path if python else _never
    suspects, scenes = localise(report.failures, names, is_test, root.as_posix())
    explained = tuple(
        Explained(
            suspect.path,
            suspect.name,
            suspect.line,
            round(suspect.score, 4),
            confidence_of(suspect, rank),
            reasons(suspect, scenes, names),
        )
        for rank, suspect in enumerate(suspects[:SUSPECTS_MAX])
    )
    return Explanation(
        tuple(_headline(scene) for scene in scenes),
        explained,
        _nothing_found(scenes, len(suspects)),
        (*_not_known(scenes), *report.notes),
    )


def _never(path: str) -> bool:
    return False


def _headline(scene: Scene) -> str:
    error = scene.failure.errors[-1]
    message = error.message.strip().split("\n")[0]
    said = f"{error.type}: {message}" if error.type and message else error.type or message
    return f"{scene.failure.test}: {said}" if scene.failure.test else said


def _nothing_found(scenes: list[Scene], suspects: int) -> tuple[str, ...]:
    if not scenes:
        return ("no traceback and no failing test was found in the text",)
    found = []
    if not any(scene.frames for scene in scenes):
        found.append("no frame lies in this workspace")
    if suspects == 0:
        found.append("no function of this workspace is reached")
    return tuple(found)


def _not_known(scenes: list[Scene]) -> tuple[str, ...]:
    if not scenes:
        return ()
    unknown = []
    if any(scene.failure.test for scene in scenes):
        unknown.append("whether it ever passed")
    missing = sorted({scene.failure.test for scene in scenes if scene.failure.test and scene.test is None})
    if missing:
        unknown.append("the source of " + ", ".join(missing[:3]) + ", which is not in this workspace")
    return tuple(unknown)
