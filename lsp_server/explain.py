"""From a pasted or piped text and a folder to an explanation: the failures read, the suspects ranked, what is missing.

Joins `analyzers.evidence` with files on disk. Knows neither the terminal nor the protocol.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, partial
from pathlib import Path

import msgspec

from analyzers import languages
from analyzers.evidence.code import Code, Names
from analyzers.evidence.failures import Failure, Report
from analyzers.evidence.history import Since
from analyzers.evidence.history_track import Tracked, tracked
from analyzers.evidence.junit import read_junit
from analyzers.evidence.localise import Past, localise
from analyzers.evidence.reasons import Reason, confidence_of, reasons
from analyzers.evidence.report import read_report
from analyzers.evidence.run_record import Passed, RunRecord
from analyzers.evidence.scene import Scene
from analyzers.questions import failure_suspects
from analyzers.questions.answer import Answer
from analyzers.records import Confidence
from lsp_server.disk_code import DiskCode
from lsp_server.last_run import last_failed, last_run
from lsp_server.recent import changed_together, recently_changed
from lsp_server.since import commit_at, since_commit

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
    answer: Answer | None
    """The same as a catalogue's answer, for hover, chat and agents."""
    nothing_found: tuple[str, ...]
    """What was looked at and found empty."""
    not_known: tuple[str, ...]


def explain(root: Path, text: str) -> Explanation:
    """Reads the failures in a text and ranks the functions under `root` that may be at fault."""
    report = read_junit(text) if text.lstrip().startswith("<?xml") else read_report(text)
    record = last_run(root)
    if not report.failures and not text.strip():
        report = record.report if record else last_failed(root)
    code = DiskCode(root)
    passed = passed_at(record, report.failures)
    changed = changed_since_passing(root, passed, code)
    return explain_report(code, root, report, passed, changed, past_of(root, code))


def explain_report(
    code: Code,
    root: Path,
    report: Report,
    passed: Passed | None,
    since: Since | None,
    past: Past | None = None,
) -> Explanation:
    """Ranks the functions that may be at fault for failures that were read."""
    names = Names(code)
    changed = since.symbols() if since else frozenset()
    suspects, scenes = localise(report.failures, names, languages.is_test_path, root.as_posix(), changed, past)
    not_known = (*_not_known(scenes, passed, since), *report.notes)
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
        failure_suspects.answer(suspects, scenes, names, not_known),
        _nothing_found(scenes, len(suspects), since, any(suspect.features["changed"] for suspect in suspects)),
        not_known,
    )


def passed_at(record: RunRecord | None, failures: Sequence[Failure]) -> Passed | None:
    """When the first failing test that ever passed did so; else when everything did."""
    for failure in failures if record else ():
        for (path, test), mark in record.passed.items() if record else ():
            if test == failure.test and (not failure.path or failure.path.endswith(path)):
                return mark
    return record.all_passed if record else None


def changed_since_passing(root: Path, passed: Passed | None, code: Code) -> Since | None:
    """What changed in commits and in the working tree since the tests passed, where both are known."""
    base = (passed.commit or commit_at(root, passed.when)) if passed is not None else ""
    return since_commit(root, base, lambda path: _tracked(code, path), passed.when if passed else 0) if base else None


def past_of(root: Path, code: Code) -> Past:
    """What the newest commits changed, and what changes together."""
    return Past(recently_changed(root, lambda path: _tracked(code, path)), cache(partial(changed_together, root)))


def _headline(scene: Scene) -> str:
    error = scene.failure.errors[-1]
    message = error.message.strip().split("\n")[0]
    said = f"{error.type}: {message}" if error.type and message else error.type or message
    return f"{scene.failure.test}: {said}" if scene.failure.test else said


def _tracked(code: Code, path: str) -> list[Tracked]:
    facts = code.facts(path)
    return tracked(facts) if facts else []


def _nothing_found(scenes: list[Scene], suspects: int, since: Since | None, changed: bool) -> tuple[str, ...]:
    if not scenes:
        return ("no traceback and no failing test was found in the text",)
    found = []
    if since is not None and not changed:
        found.append(f"nothing that is reached changed in a commit since it last passed ({since.base[:10]})")
    if not any(scene.frames for scene in scenes):
        found.append("no frame lies in this workspace")
    if suspects == 0:
        found.append("no function of this workspace is reached")
    return tuple(found)


def _not_known(scenes: list[Scene], passed: Passed | None, since: Since | None) -> tuple[str, ...]:
    if not scenes:
        return ()
    unknown = []
    if passed is None and any(scene.failure.test for scene in scenes):
        recorded = any(scene.test is not None and scene.test.path.endswith(".py") for scene in scenes)
        unknown.append("whether it ever passed" + (" (pytest -p forethought records it)" if recorded else ""))
    elif passed is not None and since is None:
        unknown.append("what changed since it last passed: no commit was recorded then, or it is not in this history")
    missing = sorted({scene.failure.test for scene in scenes if scene.failure.test and scene.test is None})
    if missing:
        unknown.append("the source of " + ", ".join(missing[:3]) + ", which is not in this workspace")
    return tuple(unknown)
