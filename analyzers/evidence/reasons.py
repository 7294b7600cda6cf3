"""Why a suspect is one, in clauses that a person can check: each names what was seen, with its line where it has one.

Owns the wording of reasons. Must not rank: `localise` did.
"""

from __future__ import annotations

import msgspec

from analyzers.evidence.code import Names
from analyzers.evidence.localise import Scene, Suspect
from analyzers.records import Confidence

REASONS_MAX = 5
RECENT_MIN = 0.75
"""How lately a function must have been changed for that to be a reason."""
TOGETHER_MIN = 0.5
"""How often its file must have changed with the test's, against the file that did so most, for that to be a reason."""
QUOTE_CHARACTERS_MAX = 100


class Reason(msgspec.Struct, frozen=True, gc=False):
    """One clause, `code` in backquotes; `path` and `line` are where to look, line 0 where there is nothing to see."""

    text: str
    path: str = ""
    line: int = 0


def reasons(suspect: Suspect, scenes: list[Scene], names: Names) -> tuple[Reason, ...]:
    """The reasons that the suspect's features came from, the weightiest first."""
    found = [Reason(hint.text, hint.path, hint.line) for hint in suspect.hints]
    features = suspect.features
    if suspect.frame is not None:
        found.append(_of_frame(suspect, scenes))
    elif features.get("statement", 0.0) > 0.4:
        found.append(_of_statement(suspect, scenes))
    elif len(suspect.way) > 1:
        found.append(_of_way(suspect, scenes, names))
    if features.get("message", 0.0) > 0:
        found.append(Reason("the error's message names it"))
    if features.get("name", 0.0) > 0.2 and suspect.named:
        found.append(Reason(f"the test's name shares {_listed(suspect.named)} with it"))
    if features.get("text", 0.0) > 0.3 and suspect.shared:
        found.append(Reason(f"its code and the failing test share {_listed(suspect.shared)}"))
    if features.get("changed", 0.0) > 0:
        found.append(Reason("it changed since the tests last passed"))
    if features.get("together", 0.0) > TOGETHER_MIN:
        found.append(Reason("its file usually changes together with the test's"))
    if features.get("recent", 0.0) > RECENT_MIN:
        found.append(Reason("it was changed in one of the newest commits"))
    if not found:
        found.append(Reason("it is in a file that the test is about"))
    return tuple(found[:REASONS_MAX])


def confidence_of(suspect: Suspect, rank: int) -> Confidence:
    """`likely` for the first where the evidence points at it directly; a ranking makes nothing certain."""
    direct = suspect.features.get("trace", 0.0) >= 0.7 or suspect.features.get("statement", 0.0) >= 0.7
    return "likely" if rank == 0 and (direct or bool(suspect.hints)) else "possible"


def _of_frame(suspect: Suspect, scenes: list[Scene]) -> Reason:
    frame = suspect.frame
    assert frame is not None
    source = _cut(frame.source.split("\n")[-1]) if frame.source else ""
    quoted = f": `{source}`" if source else ""
    for scene in scenes:
        error = scene.failure.errors[-1]
        if error.frames and error.frames[-1] == frame:
            kind = error.type.rpartition(".")[2] or "the error"
            return Reason(f"{kind} was raised here{quoted}", suspect.path, frame.line)
    return Reason(f"the traceback passes through it{quoted}", suspect.path, frame.line)


def _of_statement(suspect: Suspect, scenes: list[Scene]) -> Reason:
    for scene in scenes:
        if scene.frames and suspect.node in scene.direct:
            frame, path, _ = scene.frames[-1]
            source = _cut(frame.source.split("\n")[0]) if frame.source else ""
            return Reason("the failing statement uses it" + (f": `{source}`" if source else ""), path, frame.line)
    return Reason("the failing statement uses it")


def _of_way(suspect: Suspect, scenes: list[Scene], names: Names) -> Reason:
    # A traceback from a running program has no test, only the code that it passes through.
    source = "the failing test" if any(scene.test is not None for scene in scenes) else "the failing code"
    between = [f"`{names.symbol(node).name}`" for node in suspect.way[1:-1]]
    if not between:
        return Reason(f"{source} uses it")
    shown = between if len(between) <= 4 else [*between[:2], "…", between[-1]]
    return Reason(f"{source} reaches it through " + " → ".join(shown))


def _listed(words: tuple[str, ...]) -> str:
    return ", ".join(f"`{word}`" for word in words[:4])


def _cut(text: str) -> str:
    text = " ".join(text.split()).replace("`", "'")
    return text if len(text) <= QUOTE_CHARACTERS_MAX else text[: QUOTE_CHARACTERS_MAX - 1] + "…"
